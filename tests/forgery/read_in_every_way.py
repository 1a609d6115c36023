"""A program that reads pictures over words in every way the server does, in this process: for a checking allocator to watch.

`python -m tests.forgery.read_in_every_way 25` reads so many of `pictures.every_case`.
"""

from __future__ import annotations

import random
import sys
from contextlib import suppress

from bowerbird.statements.alteration.examination import examiner
from bowerbird.statements.pdf.page_picture import paint
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import Refused
from tests.forgery.pictures import every_case


def main(count: int) -> None:
    ways = (examiner(), read_words, lambda data: paint(data, 2))
    for _, _, make in random.Random(5).sample(list(every_case()), count):
        data = make()
        for way in ways:
            with suppress(Refused):
                way(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
