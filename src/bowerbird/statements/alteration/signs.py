"""What a sign of alteration is, which there are, and how much each says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Literal

Box = tuple[float, float, float, float]  # not money: left, bottom, right, top in points on the page
Weight = Literal["strong", "weak"]


class SignKind(StrEnum):
    """Every sign by name. `docs/reference/alteration-signs.md` says what each means and which honest file can show it."""

    COVERED_TEXT = "covered-text"
    OVERLAPPING_TEXT = "overlapping-text"
    FOREIGN_FIGURE_FONT = "foreign-figure-font"
    FOREIGN_WORD_FONT = "foreign-word-font"
    UNSEEN_FIGURE = "unseen-figure"
    ANNOTATED_FIGURE = "annotated-figure"
    REDACTION_MARK = "redaction-mark"
    PICTURE_OF_PAGES = "picture-of-pages"
    PICTURE_WITH_HIDDEN_TEXT = "picture-with-hidden-text"
    REVISED_TEXT = "revised-text"
    COVERED_WORDS = "covered-words"
    TEXT_RUNS_ON = "text-runs-on"
    ANNOTATION = "annotation"
    PICTURE_PAGE = "picture-page"
    FONT_ON_ONE_PAGE = "font-on-one-page"
    EXTRA_CONTENT = "extra-content"
    PAGE_IN_A_FRAME = "page-in-a-frame"
    PAGE_BOX_DIFFERS = "page-box-differs"
    STRANGER_PAGE = "stranger-page"
    REVISED = "revised"
    IDENTITY_CHANGED = "identity-changed"
    DATE_CHANGED = "date-changed"
    EDITING_SOFTWARE = "editing-software"
    ACTIVE_CONTENT = "active-content"
    NOT_ALL_EXAMINED = "not-all-examined"

    @classmethod
    def is_named(cls, sentence: str) -> bool:
        """Whether a sentence of a record, "kind on page 2: what was seen", is a sign: others are notes on the reading."""
        return sentence.partition(" on page ")[0] in set(cls)


STRONG = frozenset(
    {
        SignKind.COVERED_TEXT,
        SignKind.OVERLAPPING_TEXT,
        SignKind.FOREIGN_FIGURE_FONT,
        SignKind.FOREIGN_WORD_FONT,
        SignKind.UNSEEN_FIGURE,
        SignKind.ANNOTATED_FIGURE,
        SignKind.REDACTION_MARK,
        SignKind.PICTURE_OF_PAGES,
        SignKind.PICTURE_WITH_HIDDEN_TEXT,
        SignKind.REVISED_TEXT,
    }
)
"""No statement as a bank issues it shows one of these; one is enough to refuse."""

_STRONG_SCORE = 90
_WEAK_SCORES = {
    SignKind.COVERED_WORDS: 30,
    SignKind.TEXT_RUNS_ON: 20,
    SignKind.ANNOTATION: 15,
    SignKind.PICTURE_PAGE: 30,
    SignKind.FONT_ON_ONE_PAGE: 15,
    SignKind.EXTRA_CONTENT: 35,
    SignKind.PAGE_IN_A_FRAME: 35,
    SignKind.PAGE_BOX_DIFFERS: 25,
    SignKind.STRANGER_PAGE: 35,
    SignKind.REVISED: 25,
    SignKind.IDENTITY_CHANGED: 10,
    SignKind.DATE_CHANGED: 10,
    SignKind.EDITING_SOFTWARE: 25,
    SignKind.ACTIVE_CONTENT: 10,
    SignKind.NOT_ALL_EXAMINED: 20,
}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. `page` counts from 1, 0 for the file as a whole; `what` explains without quoting the statement."""

    kind: SignKind
    what: str
    page: int = 0
    where: Box | None = None

    @property
    def weight(self) -> Weight:
        return "strong" if self.kind in STRONG else "weak"

    @property
    def score(self) -> int:
        return _STRONG_SCORE if self.kind in STRONG else _WEAK_SCORES[self.kind]


@dataclass(frozen=True, slots=True)
class Examination:
    """All signs of one file. None means "no sign of alteration", and nothing more."""

    signs: tuple[Sign, ...] = ()

    @property
    def strong(self) -> tuple[Sign, ...]:
        return tuple(sign for sign in self.signs if sign.weight == "strong")

    @property
    def score(self) -> int:
        """0 to 100: how much all kinds say together; several signs of one kind say no more than one."""
        by_kind = {sign.kind: sign.score for sign in self.signs}
        return 100 - round(100 * prod((100 - score) for score in by_kind.values()) / 100 ** len(by_kind)) if by_kind else 0
