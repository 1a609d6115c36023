"""The words of a page, in their places. Where they come from is `words`' affair."""

from __future__ import annotations

import msgspec


class Word(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Text without space inside. Points from the page's left and top edge; `y` is the baseline, `size` the height of its font."""

    text: str
    x0: float  # not money: points on the page
    x1: float  # not money: points on the page
    y: float  # not money: points on the page
    size: float  # not money: points on the page


class PageWords(msgspec.Struct, frozen=True, array_like=True):
    """One page, `number` 1 the first, its words in the order in which the file draws them."""

    number: int
    width: float  # not money: points
    height: float  # not money: points
    words: list[Word]
