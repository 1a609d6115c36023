"""What `bowerbird statement describe` and `draft` make of a print of each engine: nothing a statement says, and a layout that reads it."""

from pathlib import Path

import pytest

from bowerbird.sdk.statement_layout import read_layout
from bowerbird.statements.pdf.statement import read_pages
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import Refused
from bowerbird.statements.search.draft import draft_name
from tests.held_back.prints.every import KINDS, write
from tests.held_back.prints.model import Maker
from tests.held_back.reading import reader


@pytest.mark.parametrize("maker", list(Maker))
def test_a_print_of_each_engine_is_described_without_what_it_says(maker: Maker, tmp_path: Path) -> None:
    kinds = tuple(kind for kind in KINDS if kind.maker is maker)[:4]
    drafted = 0
    with reader() as context:
        for path, (_, drawn) in write(tmp_path, ("1",), (14,), kinds).items():
            data = path.read_bytes()
            skeleton = context.describe(data)
            assert skeleton.strip()
            for row in drawn.expected.rows:
                assert f"{abs(row.cents) / 100:.2f}" not in skeleton
                assert not [word for word in row.words.split() if len(word) > 5 and word in skeleton], path.name
            try:
                text = context.draft(data)
            except Refused:  # what the search does not read has no draft
                continue
            layout = read_layout(text, draft_name(text))
            found = read_pages(read_words(data), layout.institution, [layout])
            assert len(found.transactions) == len(drawn.expected.rows)
            drafted += 1
    assert drafted or maker is not Maker.REPORTLAB
