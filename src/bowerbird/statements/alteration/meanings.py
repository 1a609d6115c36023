"""What each sign of alteration is, and which honest file can show it, in the words of `docs/reference/alteration-signs.md`."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.statements.alteration.signs import SignKind


class SignMeaning(NamedTuple):
    """`honest` are unaltered files that can show the sign."""

    what: str
    honest: str


MEANINGS: dict[SignKind, SignMeaning] = {
    SignKind.COVERED_TEXT: SignMeaning(
        "something was drawn after figures and over them until they cannot be read: shapes, lines, pictures, shadings or "
        "drawn letters, alone or together; they are still beneath. Outlines, clips, transparency and blending count as they look",
        "none known; the same text drawn again on top does not count, nor do the letters of a watermark",
    ),
    SignKind.OVERLAPPING_TEXT: SignMeaning(
        "two different texts stand in one place, or an amount stands on an amount",
        "none known; the same text drawn twice for boldness does not count",
    ),
    SignKind.FOREIGN_FIGURE_FONT: SignMeaning(
        "all that is set in a font of a family of its own is at most six amounts on one page, as high as the rest, on a"
        " line or in a column with amounts in other fonts",
        "none known",
    ),
    SignKind.FOREIGN_WORD_FONT: SignMeaning(
        "all that is set in a font of a family of its own is at most six texts of one page in the column where the words of rows stand, as"
        " high as the others there",
        "none known; letters beyond Latin do not count, which programs take from another font",
    ),
    SignKind.UNSEEN_FIGURE: SignMeaning(
        "a figure that programs read is invisible, in the colour of the paper or on a layer that is switched off",
        "none known; words without a figure and zeros do not count",
    ),
    SignKind.ANNOTATED_FIGURE: SignMeaning(
        "a free text, stamp, shape, ink or form field lies on text with digits: a person sees something else than a program reads",
        "a stamp by an office through which the statement went",
    ),
    SignKind.REDACTION_MARK: SignMeaning(
        "a place is marked for redaction",
        "a draft in which something was to be hidden",
    ),
    SignKind.PICTURE_OF_PAGES: SignMeaning(
        "every page is a picture and there is no text",
        "scans, photographs",
    ),
    SignKind.PICTURE_WITH_HIDDEN_TEXT: SignMeaning(
        "a page is a picture, all its text is invisible",
        "scans with text recognition",
    ),
    SignKind.REVISED_TEXT: SignMeaning(
        "an earlier revision inside the same file says something else on a page",
        "none known",
    ),
    SignKind.COVERED_WORDS: SignMeaning(
        "something was drawn over words until they cannot be read",
        "designs in layers",
    ),
    SignKind.TEXT_RUNS_ON: SignMeaning(
        "a text runs on into another",
        "long descriptions in narrow columns",
    ),
    SignKind.ANNOTATION: SignMeaning(
        "any other annotation than a link",
        "marked rows, notes",
    ),
    SignKind.PICTURE_PAGE: SignMeaning(
        "one page among pages of text is a picture",
        "an advertisement on the last page",
    ),
    SignKind.FONT_ON_ONE_PAGE: SignMeaning(
        "a few words of one page have a font of their own",
        "a cover page, a payment slip",
    ),
    SignKind.EXTRA_CONTENT: SignMeaning(
        "a page has more content streams than the others",
        "watermarks, page numbers added by an archive",
    ),
    SignKind.PAGE_IN_A_FRAME: SignMeaning(
        "one page was placed as a single piece",
        "merged files",
    ),
    SignKind.PAGE_BOX_DIFFERS: SignMeaning(
        "one page is cropped",
        "merged files",
    ),
    SignKind.STRANGER_PAGE: SignMeaning(
        "one page shares no font with the others, which share theirs",
        "a cover page from another program",
    ),
    SignKind.REVISED: SignMeaning(
        "the file was saved by appending to it",
        "digital signatures, archives",
    ),
    SignKind.IDENTITY_CHANGED: SignMeaning(
        "the file's second identity differs from its first",
        "every file that was saved again",
    ),
    SignKind.DATE_CHANGED: SignMeaning(
        "changed after it was created, by its own word",
        "every file that was saved again",
    ),
    SignKind.EDITING_SOFTWARE: SignMeaning(
        "the file names software that edits, draws or prints",
        "printing a bank's web page to PDF",
    ),
    SignKind.ACTIVE_CONTENT: SignMeaning(
        "scripts or actions that start by themselves; they never run here",
        "none known",
    ),
    SignKind.NOT_ALL_EXAMINED: SignMeaning(
        "the structure could not be followed, or more is drawn than is looked at",
        "damaged files",
    ),
}
