"""What each sign of alteration is, and which honest file can show it, in the words of `docs/reference/alteration-signs.md`."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.statements.alteration.signs import Kind


class Meaning(NamedTuple):
    """`honest` are files nobody altered that can show the sign."""

    what: str
    honest: str


MEANINGS: dict[Kind, Meaning] = {
    Kind.COVERED_TEXT: Meaning(
        "something opaque was drawn after figures and over them: a white or coloured shape, or a picture; they are "
        "still beneath. Outlines, clips and transparency are taken into account",
        "none known; the same text drawn again on top does not count",
    ),
    Kind.OVERLAPPING_TEXT: Meaning(
        "two different texts stand in one place, or an amount stands on an amount",
        "none known; the same text drawn twice for boldness does not count",
    ),
    Kind.FOREIGN_FIGURE_FONT: Meaning(
        "all that is set in a font of a family of its own is at most six amounts on one page, as high as the rest, on a"
        " line or in a column with amounts in other fonts",
        "none known",
    ),
    Kind.ANNOTATED_FIGURE: Meaning(
        "a free text, stamp, shape, ink or form field lies on text with digits: a person sees something else than a program reads",
        "a stamp by an office through which the statement went",
    ),
    Kind.REDACTION_MARK: Meaning(
        "a place is marked for redaction",
        "a draft of somebody who meant to hide something",
    ),
    Kind.PICTURE_OF_PAGES: Meaning(
        "every page is a picture and there is no text",
        "scans, photographs",
    ),
    Kind.PICTURE_WITH_HIDDEN_TEXT: Meaning(
        "a page is a picture, all its text is invisible",
        "scans with text recognition",
    ),
    Kind.REVISED_TEXT: Meaning(
        "an earlier revision inside the same file says something else on a page",
        "none known",
    ),
    Kind.COVERED_WORDS: Meaning(
        "something opaque was drawn over words",
        "designs in layers",
    ),
    Kind.TEXT_RUNS_ON: Meaning(
        "a text runs on into another",
        "long descriptions in narrow columns",
    ),
    Kind.ANNOTATION: Meaning(
        "any other annotation than a link",
        "marked rows, notes",
    ),
    Kind.PICTURE_PAGE: Meaning(
        "one page among pages of text is a picture",
        "an advertisement on the last page",
    ),
    Kind.FONT_ON_ONE_PAGE: Meaning(
        "a few words of one page have a font of their own",
        "a cover page, a payment slip",
    ),
    Kind.EXTRA_CONTENT: Meaning(
        "a page has more content streams than the others",
        "watermarks, page numbers added by an archive",
    ),
    Kind.PAGE_IN_A_FRAME: Meaning(
        "one page was placed as a single piece",
        "merged files",
    ),
    Kind.PAGE_BOX_DIFFERS: Meaning(
        "one page is cropped",
        "merged files",
    ),
    Kind.STRANGER_PAGE: Meaning(
        "one page shares no font with the others, which share theirs",
        "a cover page from another program",
    ),
    Kind.REVISED: Meaning(
        "the file was saved by appending to it",
        "digital signatures, archives",
    ),
    Kind.IDENTITY_CHANGED: Meaning(
        "the file's second identity differs from its first",
        "every file that was saved again",
    ),
    Kind.DATE_CHANGED: Meaning(
        "changed after it was created, by its own word",
        "every file that was saved again",
    ),
    Kind.EDITING_SOFTWARE: Meaning(
        "the file names software that edits, draws or prints",
        "printing a bank's web page to PDF",
    ),
    Kind.ACTIVE_CONTENT: Meaning(
        "scripts or actions that start by themselves; they never run here",
        "none known",
    ),
    Kind.NOT_ALL_EXAMINED: Meaning(
        "the structure could not be followed, or more is drawn than is looked at",
        "damaged files",
    ),
}
