"""What every page of the map weighs: itself, and what it loads, as a browser without a cache would fetch it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.pages import ALL_PAGES
from tests.receiver import Receiver
from tests.serving import Serving
from tests.web.client import Pages
from tests.web.page_visits import NO_PAGES, NOT_ON_THE_WAY, SIGNED_OUT, PageVisits

MAX_BYTES, MAX_REQUESTS = 140_000, 20
MAX_AGAIN = 70_000
_LOADED = re.compile(r'(?:src|href)="(/(?:assets|public)/[^"#]+)')


@pytest.fixture(scope="module")
def page_visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageVisits]:
    with (
        Receiver() as receiver,
        Serving(tmp_path_factory.mktemp("tour"), start=None, sandbox_controls=True, outbound_allow=receiver.host) as serving,
    ):
        made = PageVisits(serving, receiver)
        yield made
        made.person.close()


def test_every_page_is_light(page_visits: PageVisits) -> None:
    """In bytes and in requests, and again with what is kept forever. How soon it can be used: `python -m bench pages`."""
    unknown_bank = Pages(page_visits.serving)
    pages, heavy = Pages(page_visits.serving), list[str]()
    weights: dict[str, int] = {}
    for name, value in page_visits.cookies.items():
        pages.http.cookies.set(name, value)
    found = page_visits.paths()
    assert len(found) > 30
    for name, path in found.items():
        answer = (unknown_bank if name == SIGNED_OUT else pages).get(path)
        assert answer.status_code == 200, f"{name} {path}: {answer.text[-300:]}"
        loaded = set(_LOADED.findall(answer.text))
        for each in loaded - set(weights):
            weights[each] = int(pages.get(each).headers["content-length"])
        first, again = len(answer.content) + sum(weights[each] for each in loaded), len(answer.content)
        if first > MAX_BYTES or again > MAX_AGAIN or len(loaded) >= MAX_REQUESTS:
            heavy.append(f"{name}: {first:,} bytes in {1 + len(loaded)} requests, {again:,} again")
    pages.close()
    unknown_bank.close()
    assert not heavy, "\n".join(heavy)


def test_the_tour_is_whole() -> None:
    """What is left out of it exists."""
    assert {page.name for page in ALL_PAGES} >= NO_PAGES | NOT_ON_THE_WAY
