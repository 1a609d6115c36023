"""Why a file was not accepted, for the customer who uploaded it: what it is, what was looked for, what to do next.

A refusal's code covers several reasons; the reason that the reader noted decides the words, so that none of them is untrue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from bowerbird import codes
from bowerbird.model.statement import FileKind
from bowerbird.statements.files import kind_in_words
from bowerbird.web.kernel.languages import gettext
from bowerbird.web.kernel.languages import say as _

_INVALID, _UNSUPPORTED = codes.STATEMENT_INVALID.key, codes.STATEMENT_NOT_SUPPORTED.key
_NEW, _UNPROVEN = codes.STATEMENT_NEW_PRODUCT.key, codes.STATEMENT_PARSING_ERROR.key

_ORIGINAL = "Download the statement from {bank} again and upload that file without opening it in another program first."
_OTHER_WAY = "Please try another way to share {bank}, such as its CSV export if {bank} offers one."


class FileReason(NamedTuple):
    """What a reason means. `pattern` matches the reason; its groups fill the texts by name. `details`: the page shows the reason too."""

    key: str
    pattern: re.Pattern[str]
    title: str
    text: str
    details: bool = False


def _because(key: str, pattern: str, title: str, text: str, *, details: bool = False) -> FileReason:
    return FileReason(key, re.compile(pattern), title, text, details)


REASONS = (
    _because(_INVALID, r"the file needs a password|cannot be opened: .*[Pp]assword", "This PDF is protected by a password",
             "We cannot open a file that asks for a password. Download the statement from {bank} without one. If {bank} protects every "
             "statement, please try its CSV export instead."),
    _because(_INVALID, r"(?:the file )?cannot be opened|a page cannot be read", "This PDF is damaged",
             f"It cannot be opened, as happens when a download breaks off. {_ORIGINAL}"),
    _because(_INVALID, r"(?:the file has )?0 pages", "This PDF has no pages", _ORIGINAL),
    _because(_INVALID, r"(?:the file has )?(?P<pages>\d+) pages", "This PDF has too many pages",
             "It has {pages} pages, more than we read. Choose a shorter period at {bank} and upload the files one after the other."),
    _because(_INVALID, r"no page holds text", "This PDF holds pictures and no text",
             "It looks like a scan or a photo. We read the text that {bank} puts into its own PDFs. Download the statement from {bank} as "
             "a PDF and upload that file."),
    _because(_INVALID, r"page (?P<page>\d+) holds more than", "A page of this PDF is too full",
             "Page {page} holds more text than a page of a statement does. Check that this is a statement of {bank}."),
    _because(_INVALID, r"altered: (?P<signs>.+)", "This PDF was changed after it was made",
             "We found traces of editing ({signs}), so we cannot tell what {bank} printed. "
             f"{_ORIGINAL}"),
    _because(_INVALID, r"no known bank has printed this", "We found no bank's name in this PDF",
             "We looked for what {bank} and the other banks we know print on their statements. Check that you have chosen an account "
             "statement, not a letter or a receipt."),
    _because(_INVALID, r"a document of (?P<issuer>.+) that is not a statement", "This is not an account statement",
             "It is a document of {issuer}, such as a list of transactions or a letter. Choose an account statement instead: it has an "
             "opening and a closing balance."),
    _because(_INVALID, r"more than \d+ s|no answer in time|memory|an answer of \d+ bytes|\d+ rows, |a text of \d+ characters",
             "This PDF is too much to read",
             "Reading it took more time or memory than a file has. Choose a shorter period at {bank}, or try its CSV export."),
    _because(_INVALID, r"neither PDF nor workbook nor text", "This is not a statement file",
             "Choose the PDF, CSV, Excel or OFX file that {bank} offers."),
    _because(_UNSUPPORTED, r"no layout of", "PDF statements of {bank} cannot be read yet",
             f"There may be nothing wrong with your file: we do not know how {{bank}} arranges its statements. {_OTHER_WAY}"),
    _because(_UNSUPPORTED, r"printed by (?P<issuer>.+), uploaded for", "This statement is from {issuer}",
             "You chose {bank}. Choose a statement of {bank}, or go back and choose {issuer}."),
    _because(_NEW, r"the product is not mapped: its name was not found", "We could not find the type of account on this statement",
             f"We looked for the name of the account's type on the first page. {_OTHER_WAY}"),
    _because(_NEW, r"the product is not mapped: (?P<product>.+)", "This type of account is not supported yet",
             f"The statement calls it “{{product}}”, which we do not know yet. {_OTHER_WAY}"),
    _because(_UNPROVEN, r"none of the institution's layouts fits", "This statement looks unlike those of {bank} that we know",
             f"It is from {{bank}}, but arranged in a way that we cannot be sure to read correctly. {_OTHER_WAY}"),
    _because(_UNPROVEN, r"read (?:without a layout|by arithmetic): ", "We could not prove that we read this statement correctly",
             f"We accept a statement only when its own figures prove it. {_OTHER_WAY}", details=True),
    _because(_UNPROVEN, r".* is not in this file", "A page of this statement is missing",
             "The pages are numbered, and not all of them are in this file. Download the whole statement from {bank} as one PDF.",
             details=True),
    _because(_UNPROVEN, r"page \d+, row \d+: ", "We could not verify the figures on this statement",
             "We accept a statement only if everything on it adds up as we read it. Download the original PDF again, or try the bank's CSV "
             "export.", details=True),
    _because(_UNPROVEN, r".* was read before and is not in this statement|.* is not in the proven statement",
             "This statement contradicts one that you uploaded before",
             "Both add up, but they do not list the same transactions, so one of them is not what {bank} printed. Upload the original of "
             "each.", details=True),
)  # fmt: skip
"""Every reason that readers give, the first that fits."""

UNEXPLAINED: Mapping[str, tuple[str, str]] = {
    _INVALID: ("We could not accept this PDF", f"It is not an original statement that we can read. {_ORIGINAL}"),
    _UNSUPPORTED: ("This PDF cannot be read for {bank}", f"Check that you have chosen the right bank. {_OTHER_WAY}"),
    _NEW: ("We do not know this type of account", f"The statement can be opened, but its type of account is new to us. {_OTHER_WAY}"),
    _UNPROVEN: ("We could not read this statement", f"This may be an error on our side, and your file may be fine. {_OTHER_WAY}"),
}
"""(title, text) for a reason that is not noted, or that no customer can do anything about."""


class FileWords(NamedTuple):
    """A refusal in plain words. `details` is empty where the words say it all."""

    title: str
    text: str
    details: str


def words_of(key: str, reason: str, bank: str) -> FileWords | None:
    """The words of a refused file's catalogue entry and reason; None for an entry that says by itself what is wrong."""
    if key not in UNEXPLAINED:
        return None
    for because in REASONS:
        if because.key == key and (found := because.pattern.match(reason)):
            values = {"bank": bank, **found.groupdict()}
            return FileWords(
                _filled(gettext(because.title), values), _filled(gettext(because.text), values), reason if because.details else ""
            )
    title, text = UNEXPLAINED[key]
    return FileWords(_filled(gettext(title), {"bank": bank}), _filled(gettext(text), {"bank": bank}), "")


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its values; what a file says is never read as a placeholder."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def not_a_statement(data: bytes, offered: str, bank: str) -> str:
    """Why a file that is no statement is refused at once. `offered` are the kinds that can be read of the bank, in words."""
    kind = kind_in_words(data)
    is_what = _("This file is %(kind)s.", kind=gettext(kind)) if kind else _("This file is neither a PDF nor text.")
    looked_for = _(
        "We looked for a statement as %(offered)s. Please download one from %(bank)s and choose that file.", offered=offered, bank=bank
    )
    return f"{is_what} {looked_for}"


def wrong_kind(kind: FileKind, offered: str, bank: str) -> str:
    """Why a readable file of a kind that is not read of this bank is refused."""
    return _(
        "This file is a %(kind)s. Of %(bank)s we can read %(offered)s. Please download that from %(bank)s and choose it.",
        kind=kind.value.upper(), bank=bank, offered=offered,
    )  # fmt: skip
