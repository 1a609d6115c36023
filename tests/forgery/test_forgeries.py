"""Which forgeries are found: the table of `docs/reference/alteration-signs.md`, held.

A forgery that is not refused stands here as such. What arithmetic then catches is another matter and another test.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from reportlab.lib.colors import white

from bowerbird.statements.alteration.examination import examiner, refuse_altered
from bowerbird.statements.alteration.meanings import MEANINGS
from bowerbird.statements.alteration.signs import Examination, Sign, SignKind
from bowerbird.statements.refusal import Refused
from tests.forgery import forgeries
from tests.forgery.originals import ORIGINALS, crowded

Change = Callable[[bytes], bytes]

REFUSED: dict[Change, set[SignKind]] = {
    forgeries.patch_and_text: {SignKind.COVERED_TEXT, SignKind.OVERLAPPING_TEXT},
    forgeries.shaded_patch_and_text: {SignKind.COVERED_TEXT, SignKind.OVERLAPPING_TEXT},
    forgeries.text_over_text: {SignKind.OVERLAPPING_TEXT},
    forgeries.picture_over_figure: {SignKind.COVERED_TEXT},
    forgeries.appended_patch: {SignKind.COVERED_TEXT, SignKind.OVERLAPPING_TEXT, SignKind.REVISED_TEXT},
    forgeries.edited_and_appended: {SignKind.REVISED_TEXT},
    forgeries.redacted_and_retyped: {SignKind.FOREIGN_FIGURE_FONT},
    forgeries.white_row: {SignKind.UNSEEN_FIGURE},
    forgeries.white_outlined_row: {SignKind.UNSEEN_FIGURE},
    forgeries.white_row_in_a_frame: {SignKind.UNSEEN_FIGURE},
    forgeries.faint_row: {SignKind.UNSEEN_FIGURE},
    forgeries.invisible_row: {SignKind.UNSEEN_FIGURE},
    forgeries.row_on_a_layer_that_is_off: {SignKind.UNSEEN_FIGURE},
    forgeries.row_on_a_layer_off_by_default: {SignKind.UNSEEN_FIGURE},
    forgeries.name_retyped: {SignKind.FOREIGN_WORD_FONT},
    forgeries.annotated: {SignKind.ANNOTATED_FIGURE},
    forgeries.marked_for_redaction: {SignKind.REDACTION_MARK},
    forgeries.printed_to_pictures: {SignKind.PICTURE_OF_PAGES},
    forgeries.pictures_with_hidden_text: {SignKind.PICTURE_WITH_HIDDEN_TEXT},
}
"""Strong signs that each forgery shows at least, in every original but the exceptions below."""

EXCEPTIONS = {
    ("redacted_and_retyped", "designed"): SignKind.FONT_ON_ONE_PAGE,
    ("white_row", "designed"): SignKind.EXTRA_CONTENT,
    ("faint_row", "designed"): SignKind.EXTRA_CONTENT,
    ("white_outlined_row", "designed"): SignKind.EXTRA_CONTENT,
    ("white_row_in_a_frame", "designed"): SignKind.EXTRA_CONTENT,
    ("name_retyped", "designed"): SignKind.COVERED_WORDS,
}
"""Noted, not refused: the new text is set in a font that the design uses elsewhere, or a ground that is clipped away lies beneath it."""
INSTEAD = {("name_retyped", "framed"): {SignKind.COVERED_TEXT}}
"""The patch covers the whole row, whose text is one piece."""

NOTED: dict[Change, set[SignKind]] = {
    forgeries.page_swapped: {SignKind.STRANGER_PAGE},
    forgeries.page_cropped_in: {SignKind.PAGE_BOX_DIFFERS, SignKind.PAGE_IN_A_FRAME},
    forgeries.edited_in_place: {SignKind.IDENTITY_CHANGED},
    forgeries.page_removed: {SignKind.IDENTITY_CHANGED},
}
"""Forgeries that are not refused for their structure. The last two show no more than a file that was saved again: they are missed."""

HONEST: dict[Change, set[SignKind]] = {
    forgeries.untouched: set(),
    forgeries.retitled: {SignKind.DATE_CHANGED},
    forgeries.watermarked: set(),
    forgeries.stamped: set(),
    forgeries.with_unseen_words: set(),
    forgeries.linearised: set(),
    forgeries.owner_password: set(),
    forgeries.rewritten: {SignKind.IDENTITY_CHANGED},
    forgeries.compressed_objects: set(),
    forgeries.highlighted: {SignKind.ANNOTATION},
    forgeries.signed_later: {SignKind.REVISED},
}


@cache
def _read() -> Callable[[bytes], Examination]:
    return examiner()


@cache
def examined(change: Change, original: str) -> Examination:
    return _read()(change(ORIGINALS[original]()))


def kinds(examination: Examination) -> set[SignKind]:
    return {sign.kind for sign in examination.signs}


def pairs(changes: dict[Change, set[SignKind]]) -> list[object]:
    return [
        pytest.param(change, original, wanted, id=f"{change.__name__}-{original}")
        for change, wanted in changes.items()
        for original in ORIGINALS
    ]


@pytest.mark.parametrize(("change", "original", "wanted"), pairs(REFUSED))
def test_a_forgery_is_refused(change: Change, original: str, wanted: set[SignKind]) -> None:
    examination = examined(change, original)
    if noted := EXCEPTIONS.get((change.__name__, original)):
        assert not examination.strong
        assert noted in kinds(examination)
        return
    assert INSTEAD.get((change.__name__, original), wanted) <= kinds(examination)
    with pytest.raises(Refused) as refused:
        refuse_altered(examination)
    assert refused.value.title == "Invalid bank statement."
    assert examination.score >= 90


@pytest.mark.parametrize(("change", "original", "wanted"), pairs(NOTED))
def test_a_forgery_is_noted_or_missed(change: Change, original: str, wanted: set[SignKind]) -> None:
    examination = examined(change, original)
    assert not examination.strong
    assert wanted <= kinds(examination)
    assert examination.score > examined(forgeries.untouched, original).score


@pytest.mark.parametrize(("change", "original", "wanted"), pairs(HONEST))
def test_an_honest_file_is_never_refused(change: Change, original: str, wanted: set[SignKind]) -> None:
    examination = examined(change, original)
    assert not examination.strong
    assert wanted <= kinds(examination)
    refuse_altered(examination)


@pytest.mark.parametrize("original", ["plain", "shaded", "framed"])
def test_an_untouched_statement_shows_no_sign(original: str) -> None:
    assert examined(forgeries.untouched, original) == Examination()
    assert examined(forgeries.untouched, original).score == 0


def test_an_ugly_statement_is_noted_and_not_refused() -> None:
    examination = _read()(crowded())
    assert not examination.strong
    assert SignKind.TEXT_RUNS_ON in kinds(examination)


def test_an_amount_over_an_amount_is_refused_in_an_ugly_statement_too() -> None:
    found = _read()(forgeries.patched(crowded(), white, "Times-Roman", patch=False)).strong
    assert SignKind.OVERLAPPING_TEXT in {sign.kind for sign in found}


def test_a_forged_page_is_named_with_the_place() -> None:
    covered = next(sign for sign in examined(forgeries.patch_and_text, "plain").signs if sign.kind == SignKind.COVERED_TEXT)
    assert covered.page == 2
    assert covered.where is not None
    assert covered.where[0] == pytest.approx(forgeries.victim(ORIGINALS["plain"]())[2][0], abs=2)


@pytest.mark.parametrize("change", [*REFUSED, *NOTED])
@pytest.mark.parametrize("original", ORIGINALS)
def test_every_forgery_changes_the_file(change: Change, original: str) -> None:
    assert change(ORIGINALS[original]()) != ORIGINALS[original]()


def test_the_words_of_a_sign_quote_no_figure_of_the_statement() -> None:
    for original in ORIGINALS:
        _, figure, _ = forgeries.victim(ORIGINALS[original]())
        for change in REFUSED:
            assert not any(figure in sign.what or "9,876.54" in sign.what for sign in examined(change, original).signs)


def test_the_page_of_signs_has_a_row_for_every_kind(pytestconfig: pytest.Config) -> None:
    page = (pytestconfig.rootpath / "docs" / "reference" / "alteration-signs.md").read_text("utf-8")
    rows = {kind: f"| `{kind}` | {Sign(kind, '').weight} | {MEANINGS[kind].what} | {MEANINGS[kind].honest} |" for kind in SignKind}
    assert [kind for kind, row in rows.items() if row not in page] == []
