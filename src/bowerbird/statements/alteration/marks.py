"""Signs that one page shows: text under paint (`covered`), text over text, annotations on figures, a picture in place of text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2.raw as c

from bowerbird.statements.alteration.covered import Pairs, covered_signs
from bowerbird.statements.alteration.drawn import Drawn, Glyph, Run, letters_on, overlapping
from bowerbird.statements.alteration.signs import Box, Sign, SignKind
from bowerbird.statements.pdf.handles import RawHandle, opened_annotation

_MAX_PAIRS = 100_000
_MAX_CANDIDATES = 2_000
_FIGURE = re.compile(r"\d\.\d\d(?!\d)")
_DIGIT = re.compile(r"\d")
_INVISIBLE = (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP)
_HARMLESS_ANNOTATIONS = {c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP}
_MARKING_ANNOTATIONS = {c.FPDF_ANNOT_HIGHLIGHT, c.FPDF_ANNOT_UNDERLINE, c.FPDF_ANNOT_SQUIGGLY, c.FPDF_ANNOT_STRIKEOUT, c.FPDF_ANNOT_TEXT}


def findings(drawn: Drawn) -> Iterator[Sign]:
    """Every sign of one page that needs no other page."""
    pairs = list(overlapping(drawn.runs, _MAX_PAIRS))
    yield from covered_signs(drawn, pairs)
    yield from _overlapping(drawn, pairs)
    yield from _annotated(drawn)
    if drawn.is_picture() and drawn.runs and all(c.FPDFTextObj_GetTextRenderMode(run.handle) in _INVISIBLE for run in drawn.runs):
        yield Sign(SignKind.PICTURE_WITH_HIDDEN_TEXT, "the page is a picture and its text is invisible", drawn.number)


# ── Text over text ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _overlapping(drawn: Drawn, pairs: Pairs) -> Iterator[Sign]:
    """One sign a page: characters of two runs on top of each other. The boxes only say where to look, as a run may have gaps.

    A long description may run on into the next columns: that is another text on a figure, but no figure on a figure.
    """
    runs_on = None
    for first, second in [pair for pair in pairs if _on_one_line(*pair)][:_MAX_CANDIDATES]:
        upper, lower = _on_others(drawn, first, second), _on_others(drawn, second, first)
        if not upper or not lower:
            continue
        if _same_place(first.box, second.box) or (_FIGURE.search(upper) and _FIGURE.search(lower)):
            yield Sign(SignKind.OVERLAPPING_TEXT, "two texts stand in one place", drawn.number, first.box)
            return
        runs_on = runs_on or first.box
    if runs_on:
        yield Sign(SignKind.TEXT_RUNS_ON, "a text runs on into another", drawn.number, runs_on)


def _on_others(drawn: Drawn, run: Run, other: Run) -> str:
    """The words of a run that stand on another's, where at least two letters or digits do.

    A character on one of the same letter does not count: a text drawn twice to look bold is one text.
    """
    words, standing = "", 0
    under = drawn.glyphs(other)
    for word in _words(drawn.glyphs(run), (run.box[3] - run.box[1]) * 3 / 5):
        on = [_stands_on_another(glyph, under) for glyph in word if glyph.letter.isalnum()]
        standing += sum(on)
        words += " " + "".join(glyph.letter for glyph in word) if any(on) else ""
    return words if standing >= 2 else ""


def _stands_on_another(glyph: Glyph, others: list[Glyph]) -> bool:
    under = letters_on(glyph, others)
    return bool(under) and glyph.letter not in under


def _words(glyphs: list[Glyph], wide: float) -> list[list[Glyph]]:  # not money: points
    """The characters of a run, parted where a gap is wide: wider than beside a comma of a typewriter's."""
    words: list[list[Glyph]] = []
    end = None
    for glyph in glyphs:
        if end is None or not -wide < glyph.box[0] - end < wide:
            words.append([])
        words[-1].append(glyph)
        end = glyph.box[2]
    return words


def _width_shared(one: Box, other: Box) -> float:  # not money: points
    return min(one[2], other[2]) - max(one[0], other[0])


def _same_place(one: Box, other: Box) -> bool:
    """Whether two runs share more than half of the wider one's width."""
    return _width_shared(one, other) * 2 > max(one[2] - one[0], other[2] - other[0])


def _on_one_line(one: Run, other: Run) -> bool:
    """Whether the middles of two runs are apart by no more than half of the height of the lower one."""
    lower, upper = sorted((one.box, other.box), key=lambda box: box[1] + box[3])
    return upper[1] + upper[3] - lower[1] - lower[3] <= lower[3] - lower[1]


# ── Annotations ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _annotated(drawn: Drawn) -> Iterator[Sign]:
    """One sign for each kind of annotation on a page, at most twenty looked at."""
    seen_kinds = set()
    for index in range(min(20, c.FPDFPage_GetAnnotCount(drawn.page))):
        with opened_annotation(drawn.page, index) as annotation:
            sign = _annotation_sign(drawn, annotation) if annotation else None
        if sign and sign.kind not in seen_kinds:
            seen_kinds.add(sign.kind)
            yield sign


def _annotation_sign(drawn: Drawn, annotation: RawHandle) -> Sign | None:
    kind, rect = c.FPDFAnnot_GetSubtype(annotation), c.FS_RECTF()
    if kind in _HARMLESS_ANNOTATIONS or not c.FPDFAnnot_GetRect(annotation, rect):
        return None
    box = (rect.left, rect.bottom, rect.right, rect.top)
    if kind == c.FPDF_ANNOT_REDACT:
        return Sign(SignKind.REDACTION_MARK, "a place is marked for redaction", drawn.number, box)
    if kind not in _MARKING_ANNOTATIONS and any(_touches(run.box, box) and _DIGIT.search(drawn.says(run)) for run in drawn.runs):
        return Sign(SignKind.ANNOTATED_FIGURE, "an annotation stands on figures", drawn.number, box)
    return Sign(SignKind.ANNOTATION, "the page has been annotated", drawn.number, box)


def _touches(run: Box, box: Box) -> bool:
    """Whether a box covers a good part of a run: half its height and two points of its width."""
    height = min(run[3], box[3]) - max(run[1], box[1])
    return min(run[2], box[2]) - max(run[0], box[0]) > 2 and height * 2 > run[3] - run[1]


def picture_signs(pages: list[Drawn]) -> Iterator[Sign]:
    """Pages that are pictures without text: the whole file, as a scan or a print to pictures is, or one page among others."""
    pictures = [drawn for drawn in pages if not drawn.runs and drawn.is_picture()]
    texts = [drawn for drawn in pages if drawn.runs]
    if pictures and not texts:
        yield Sign(SignKind.PICTURE_OF_PAGES, "every page is a picture", pictures[0].number)
    elif pictures:
        yield Sign(SignKind.PICTURE_PAGE, "the page is a picture among pages of text", pictures[0].number)
