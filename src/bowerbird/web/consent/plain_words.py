"""What every failure of a job means to the customer, and what they can do next. One entry for each of the catalogue's."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.connections.bank_steps import APPROVAL_CANCELLED, CHALLENGE_UNASKED
from bowerbird.model.job import JobStepResult
from bowerbird.web.consent import refused_files
from bowerbird.web.kernel.languages import gettext
from bowerbird.web.kernel.languages import say as _


class Next(StrEnum):
    """The action a page offers after a failure."""

    LOGIN = "login"
    """Enter the login's details again."""
    AGAIN = "again"
    """Try again."""
    LATER = "later"
    """Try again in some hours."""
    FILE = "file"
    """Choose another file."""
    COLUMNS = "columns"
    """Say what the columns of the file mean."""
    OTHER = "other"
    """Choose another bank, or connect in another way."""


class Plain(NamedTuple):
    """A failure in plain words. `{bank}` is the institution's name. `precise`: the page also shows the catalogue's own detail."""

    title: str
    text: str
    next: Next
    precise: bool = False


_DOWNLOAD_AGAIN = "Download the file from your bank again and upload it without opening it in another program first."

PLAIN: dict[str, Plain] = {
    codes.SERVICE_UNAVAILABLE.key: Plain(
        "{bank} is not available",
        "{bank}'s service is not responding at the moment. Your details were not rejected. Please try again in a few hours.",
        Next.LATER,
    ),
    codes.INVALID_CREDENTIALS.key: Plain(
        "{bank} did not accept your details",
        "Check that each detail is exactly what you use on {bank}'s own website, then try again.",
        Next.LOGIN,
    ),
    codes.INVALID_USERNAME_OR_PASSWORD.key: Plain(
        "Your login or password is incorrect",
        "{bank} did not recognise these details. Check capital letters and spaces, then try again. "
        "Too many attempts can lock your account at {bank}.",
        Next.LOGIN,
    ),
    codes.LOCKED_ACCOUNT.key: Plain(
        "Your account at {bank} is locked",
        "Please unlock it with {bank} first, by phone or on its website. Then return here and try again.",
        Next.AGAIN,
    ),
    codes.MFA_NOT_SUPPORTED.key: Plain(
        "{bank} uses a security check that is not supported",
        "In {bank}'s security settings, see whether you can use another method, such as a code by text message. "
        "You can also upload a statement instead.",
        Next.OTHER,
    ),
    codes.MFA_WRONG_ANSWER.key: Plain(
        "Your answer was not correct",
        "{bank} did not accept it. Please start again. You will get a new question or code; earlier codes no longer work.",
        Next.AGAIN,
    ),
    codes.USER_ACTION_REQUIRED_AT_BANK.key: Plain(
        "{bank} needs you to do something first",
        "Log in to {bank}'s website or app, where you will be asked to read or accept something. Then return here and try again.",
        Next.AGAIN,
    ),
    codes.MAINTENANCE.key: Plain(
        "{bank} is undergoing maintenance",
        "There is no problem with your details. Please try again in a few hours.",
        Next.LATER,
    ),
    codes.MFA_EXPIRED.key: Plain(
        "The time to answer has run out",
        "{bank} received no answer in time. Please start again when you have your code or answer ready.",
        Next.AGAIN,
    ),
    codes.BROWSER_EXPIRED.key: Plain(
        "You did not come back from {bank} in time",
        "For your security, {bank}'s page was open for ten minutes only. Nothing was shared. Please start again.",
        Next.AGAIN,
    ),
    codes.STEP_TIMED_OUT.key: Plain("{bank} took too long to respond", "Your details were not rejected. Please try again.", Next.AGAIN),
    codes.INVALID_CONNECTION.key: Plain(
        "This bank has been disconnected",
        "It was disconnected while your data was being read. To share your data, connect the bank again.",
        Next.OTHER,
    ),
    codes.UNKNOWN_ERROR.key: Plain(
        "Something went wrong with {bank}",
        "We could not process {bank}'s response. Please try again. If the problem continues, contact the support team of the app "
        "that sent you here.",
        Next.AGAIN,
        precise=True,
    ),
    codes.AUTHORIZATION_FAILED.key: Plain(
        "Access was not authorised at {bank}",
        "The request on {bank}'s own pages was declined or not completed. Please start again and complete it there.",
        Next.AGAIN,
        precise=True,
    ),
    codes.USER_ACTION_REQUIRED.key: Plain(
        "{bank} is waiting for you",
        "Complete the request on {bank}'s own pages, then return here and try again.",
        Next.AGAIN,
        precise=True,
    ),
    codes.CSV_MISSING_FIELD.key: Plain(
        "A column is missing from this file",
        f"The first row lacks a required heading. {_DOWNLOAD_AGAIN}",
        Next.FILE,
        precise=True,
    ),
    codes.CSV_MISSING_VALUE.key: Plain(
        "A value is missing from this file", f"A required value is missing from one row. {_DOWNLOAD_AGAIN}", Next.FILE, precise=True
    ),
    codes.CSV_INVALID_VALUE.key: Plain(
        "A value in this file is not valid",
        f"It is not a date or an amount, or the balances do not add up at this point. {_DOWNLOAD_AGAIN}",
        Next.FILE,
        precise=True,
    ),
    codes.CSV_ACCOUNT_DIFFERS.key: Plain(
        "This file contradicts itself",
        f"Two rows give different details for the same account. {_DOWNLOAD_AGAIN}",
        Next.FILE,
        precise=True,
    ),
    codes.CSV_EMPTY.key: Plain(
        "This file has no transactions",
        "Choose a longer period at your bank, then download and upload the file again.",
        Next.FILE,
    ),
    codes.CSV_TOO_MANY_ROWS.key: Plain(
        "This file is too long",
        "Choose shorter periods at your bank and upload the files one after the other.",
        Next.FILE,
        precise=True,
    ),
    codes.CSV_INVALID_ROW.key: Plain(
        "A row in this file cannot be read",
        f"Its columns do not match those of the other rows. {_DOWNLOAD_AGAIN}",
        Next.FILE,
        precise=True,
    ),
    codes.CSV_AFTER_LAST_UPDATED.key: Plain(
        "A transaction is later than this file",
        f"Its date is after the day the account was last updated. {_DOWNLOAD_AGAIN}",
        Next.FILE,
        precise=True,
    ),
    **{key: Plain(title, text, Next.FILE) for key, (title, text) in refused_files.UNEXPLAINED.items()},
}
"""By the catalogue's key of every entry that can end a job."""


class Explanation(NamedTuple):
    """A failure as its page shows it. `details` is empty where the plain words are enough."""

    title: str
    text: str
    next: Next
    details: str
    code: str


_OTHER_BANK = re.compile(r"the file has the form of an export of (?P<bank>.+)")
_NO_TABLE = re.compile(r"it is no table of transactions")
NO_LIST = Plain(
    "This is no list of transactions",
    f"We looked for rows with a day, words and a sum, and found no column of days. {_DOWNLOAD_AGAIN}",
    Next.FILE,
)
"""Of a file of text that has no column of days."""
NOT_READ = Plain(
    "This server cannot read files safely",
    "Your file was not opened. Please contact the support team of the app that sent you here.",
    Next.FILE,
)
"""Of a file where no process can be confined: no bank was asked."""


def explain(result: JobStepResult, reason: str | None, bank: str, *, of_file: bool = False) -> Explanation:
    """A failed step's result in plain words; `reason` is why the reader refused a PDF. `of_file`: no bank was asked."""
    code, title, detail = result.code or "", result.title or "", result.detail or ""
    entry = codes.matching(None, code, title, detail)
    if reason == CHALLENGE_UNASKED:
        return _bank_asks(bank)
    if reason == APPROVAL_CANCELLED:
        return Explanation(_("You cancelled"), _("%(bank)s was not read. What was read before stays.", bank=bank), Next.AGAIN, "", code)
    if of_file and entry is codes.SERVICE_UNAVAILABLE:
        return Explanation(gettext(NOT_READ.title), gettext(NOT_READ.text), NOT_READ.next, "", code)
    plain = PLAIN[entry.key] if entry else PLAIN[codes.UNKNOWN_ERROR.key]
    if entry is not None and (words := refused_files.words_of(entry.key, reason or "", bank)) is not None:
        return Explanation(words.title, words.text, plain.next, words.details, code)
    if _NO_TABLE.match(reason or ""):
        return Explanation(gettext(NO_LIST.title), gettext(NO_LIST.text), NO_LIST.next, "", code)
    details, text = detail if plain.precise else "", gettext(plain.text).replace("{bank}", bank)
    if match := _OTHER_BANK.match(reason or ""):
        text += " " + _("It has the form of an export of %(bank)s: if it is one, go back and choose that bank.", bank=match["bank"])
    return Explanation(gettext(plain.title).replace("{bank}", bank), text, plain.next, details, code)


def _bank_asks(bank: str) -> Explanation:
    text = _(
        "%(bank)s shows your newest transactions only once you have confirmed that it is you. Enter your login again: you will be asked "
        "for a TAN, or to confirm in the bank's app. What was read before stays.",
        bank=bank,
    )
    return Explanation(_("%(bank)s asks you to confirm", bank=bank), text, Next.LOGIN, "", codes.USER_ACTION_REQUIRED_AT_BANK.code)


def columns_wanted(failure: Explanation) -> Explanation:
    """The explanation of a table that waits for its person to say what its columns mean."""
    text = _(
        "We could not be sure how to read it. Look at its first rows and say what each column means: you see at once whether it adds up. "
        "Only then is the file read."
    )
    return failure._replace(title=_("We need your help with this file"), text=text, next=Next.COLUMNS)
