"""Signs in the fonts: a figure set in a font that nothing else in the file is set in."""

from __future__ import annotations

import ctypes
import re
from collections import Counter, defaultdict
from collections.abc import Iterator

import pypdfium2.raw as c

from bowerbird.statements.alteration.drawn import Drawn, Run
from bowerbird.statements.alteration.signs import Sign, SignKind

_FEW = 6
"""A font that is part of a statement's design sets more runs than this, or words."""
_MAX_ASKED = 40
_BALANCE = re.compile(r"balance|total|saldo|solde|forward|summe|report", re.IGNORECASE)
_COLUMN = 4
"""Texts below one another that make a column."""
_LATIN = 0x250
"""The first letter beyond Latin ones with their accents."""
_MONEY = re.compile(r"[-+(]?\s?\$?\s?[\d,\s]*\d\.\d\d\)?\s?(?:cr|dr|-|\+)?", re.IGNORECASE)
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_STYLE = re.compile(r"[-,](?:.*)$|(?:PS)?MT$|(?:Bold|Italic|Oblique|Regular|Roman|Light|Medium|Bd|It)+$", re.IGNORECASE)

Use = list[tuple[Drawn, Run]]


def font_signs(pages: list[Drawn]) -> Iterator[Sign]:
    """Fonts of few runs, all on one page, that share no family with any other font of the file."""
    uses: dict[str, Use] = defaultdict(list)
    names: dict[int, str] = {}
    for drawn in pages:
        for run in drawn.runs:
            if run.font not in names:
                names[run.font] = name_of(run)
            uses[names[run.font]].append((drawn, run))
    families = Counter(family_of(name) for name in uses)
    height = _usual_height(pages)
    for name, use in uses.items():
        if len(uses) > 1 and len(use) <= _FEW and len({drawn.number for drawn, _ in use}) == 1 and families[family_of(name)] == 1:
            yield _sign(use, height)


def _sign(use: Use, usual: float) -> Sign:  # not money: points
    drawn, run = use[0]
    if all(_MONEY.fullmatch(drawn.says(amount)) and _like(amount, usual) and _among_figures(drawn, amount) for drawn, amount in use):
        return Sign(SignKind.FOREIGN_FIGURE_FONT, "amounts are set in a font that nothing else is set in", drawn.number, run.box)
    if all(_is_word(drawn, word) and _like(word, usual) and _among_words(drawn, word) for drawn, word in use):
        return Sign(SignKind.FOREIGN_WORD_FONT, "words of rows are set in a font that nothing else is set in", drawn.number, run.box)
    return Sign(SignKind.FONT_ON_ONE_PAGE, "a few words of one page are set in a font of their own", drawn.number, run.box)


def _like(run: Run, usual: float) -> bool:  # not money: points
    """Whether a run is about as high as most: what a design sets apart, it sets larger."""
    height = run.box[3] - run.box[1]
    return usual < height * 2 and height < usual * 2


def _among_figures(drawn: Drawn, figure: Run) -> bool:
    """Whether a figure of another font stands on its line, or three stand in its column."""
    left, bottom, right, top = figure.box
    others = [run for run in drawn.runs if run.font != figure.font]
    line = [run for run in others if abs(run.box[1] + run.box[3] - bottom - top) < top - bottom]
    if any(_MONEY.search(drawn.says(run)) for run in line[:_MAX_ASKED]):
        return True
    column = [run for run in others if abs(run.box[2] - right) < 2 and run.box[0] < right and left < run.box[2]]
    return sum(bool(_MONEY.fullmatch(drawn.says(run))) for run in column[:_MAX_ASKED]) >= 3


def _is_word(drawn: Drawn, run: Run) -> bool:
    """Whether a run is a text of Latin letters, as others may come from another font than the rest, and names no balance or total, which
    designs set apart."""
    text = drawn.says(run)
    if _BALANCE.search(text):
        return False
    return any(letter.isalpha() for letter in text) and all(ord(letter) < _LATIN for letter in text)


def _among_words(drawn: Drawn, word: Run) -> bool:
    """Whether a text begins where at least so many of other fonts do, and a figure stands on its line."""
    left, bottom, _, top = word.box
    others = [run for run in drawn.runs if run.font != word.font]
    beside = [run for run in others if abs(run.box[0] - left) < 2 and abs((run.box[3] - run.box[1]) - (top - bottom)) < (top - bottom) / 2]
    line = [run for run in others if abs(run.box[1] + run.box[3] - bottom - top) < top - bottom]
    return len(beside) >= _COLUMN and any(_MONEY.search(drawn.says(run)) for run in line[:_MAX_ASKED])


def _usual_height(pages: list[Drawn]) -> float:  # not money: points
    heights = Counter(round(run.box[3] - run.box[1]) for drawn in pages for run in drawn.runs)
    return heights.most_common(1)[0][0] if heights else 0


def name_of(run: Run) -> str:
    """The font's name without the mark of a subset, which differs from page to page in honest files."""
    font = c.FPDFTextObj_GetFont(run.handle)
    buffer = ctypes.create_string_buffer(256)
    c.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    return _SUBSET.sub("", buffer.value.decode("utf-8", "replace"))


def family_of(name: str) -> str:
    return _STYLE.sub("", name.replace(" ", "")).casefold()
