"""Whatever is drawn over a figure is a sign of alteration when the figure cannot be seen any more, and only then."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from bowerbird.statements.alteration.examination import examiner
from bowerbird.statements.alteration.signs import Examination, SignKind
from tests.forgery.covers import HIDING, SHOWING, Place, covered
from tests.forgery.originals import ORIGINALS


@cache
def _read() -> Callable[[bytes], Examination]:
    return examiner()


@pytest.mark.parametrize("original", ORIGINALS)
@pytest.mark.parametrize("cover", HIDING)
def test_a_hidden_figure_is_seen(cover: str, original: str) -> None:
    assert SignKind.COVERED_TEXT in {sign.kind for sign in _read()(covered(HIDING[cover], original)).signs}


@pytest.mark.parametrize("original", ORIGINALS)
@pytest.mark.parametrize("cover", SHOWING)
def test_a_figure_that_can_be_read_is_no_sign(cover: str, original: str) -> None:
    covers = {SignKind.COVERED_TEXT, SignKind.COVERED_WORDS, SignKind.NOT_ALL_EXAMINED}
    assert not covers & {sign.kind for sign in _read()(covered(SHOWING[cover], original)).signs}


def test_a_page_with_more_paint_than_is_looked_at_is_noted() -> None:
    def much(pdf: object, at: Place) -> tuple[bytes, dict[str, dict[str, object]]]:
        return b"1 g " + b" ".join(b"0 0 600 850 re 0 0 600 850 re f*" for _ in range(1_500)), {}

    assert SignKind.NOT_ALL_EXAMINED in {sign.kind for sign in _read()(covered(much, "plain")).signs}
