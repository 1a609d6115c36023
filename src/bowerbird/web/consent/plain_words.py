"""What every failure of a job means to the person who waits for it, and what they can do next. One row an entry of the catalogue."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from bowerbird import codes
from bowerbird.model.job import JobStepResult


class Next(StrEnum):
    """What is offered after a failure."""

    LOGIN = "login"
    """Other details of the login."""
    AGAIN = "again"
    """The same once more."""
    LATER = "later"
    """Nothing now; the same once more in some hours."""
    FILE = "file"
    """Another file."""
    OTHER = "other"
    """Another bank, or another way."""


class Plain(NamedTuple):
    """A failure in plain words. `{bank}` is the institution's name. `precise` says that the catalogue's own detail tells more."""

    title: str
    text: str
    next: Next
    precise: bool = False


_HEADINGS = "Download the file from your bank again and upload it without opening it in another program first."

PLAIN: dict[str, Plain] = {
    codes.SERVICE_UNAVAILABLE.key: Plain(
        "{bank} does not answer",
        "Its service seems to be down at the moment. Your details were not refused. Try again in a few hours.",
        Next.LATER,
    ),
    codes.INVALID_CREDENTIALS.key: Plain(
        "{bank} did not accept these details", "Check each of them, as you type it at {bank}'s own site, and try again.", Next.LOGIN
    ),
    codes.INVALID_USERNAME_OR_PASSWORD.key: Plain(
        "The login or the password is wrong",
        "{bank} did not know them. Look out for capital letters and blanks, then try again. Too many tries can lock your account there.",
        Next.LOGIN,
    ),
    codes.LOCKED_ACCOUNT.key: Plain(
        "Your account at {bank} is locked",
        "Unlock it with {bank} first: call them or use their site. Then come back and try again.",
        Next.AGAIN,
    ),
    codes.MFA_NOT_SUPPORTED.key: Plain(
        "{bank} asks for a second proof that we cannot pass on",
        "See in {bank}'s security settings whether another kind, such as a code by text message, can be switched on. "
        "Or upload a statement instead.",
        Next.OTHER,
    ),
    codes.MFA_WRONG_ANSWER.key: Plain(
        "That answer was not right",
        "{bank} did not accept it. Start again: you get a new question or code, and only the newest one works.",
        Next.AGAIN,
    ),
    codes.USER_ACTION_REQUIRED_AT_BANK.key: Plain(
        "{bank} wants something of you first",
        "Log in at {bank}'s own site or app. It will show you something to read or accept. Do that, then come back and try again.",
        Next.AGAIN,
    ),
    codes.MAINTENANCE.key: Plain(
        "{bank} is under maintenance",
        "It will be back by itself. Nothing is wrong with your details. Try again in a few hours.",
        Next.LATER,
    ),
    codes.MFA_EXPIRED.key: Plain(
        "Time ran out", "No answer arrived in time, so {bank} gave up. Start again when you have your code or answer at hand.", Next.AGAIN
    ),
    codes.STEP_TIMED_OUT.key: Plain(
        "{bank} took too long", "It did not answer in time. Your details were not refused. Try again.", Next.AGAIN
    ),
    codes.INVALID_CONNECTION.key: Plain(
        "This connection was removed", "It was removed while it was being read. To share this bank's data, connect it anew.", Next.OTHER
    ),
    codes.UNKNOWN_ERROR.key: Plain(
        "Something unexpected came from {bank}",
        "We could not make sense of its answer. That is not your fault. Try again, and if it stays, tell the people who sent you here.",
        Next.AGAIN,
        precise=True,
    ),
    codes.AUTHORIZATION_FAILED.key: Plain(
        "{bank} did not get your agreement",
        "The agreement on its own pages was refused or left open. Start again and finish there.",
        Next.AGAIN,
        precise=True,
    ),
    codes.USER_ACTION_REQUIRED.key: Plain(
        "{bank} waits for you", "Finish what it asks on its own pages, then come back and try again.", Next.AGAIN, precise=True
    ),
    codes.CSV_MISSING_FIELD.key: Plain(
        "A column is missing", f"The file's first row lacks a heading that is needed. {_HEADINGS}", Next.FILE, precise=True
    ),
    codes.CSV_MISSING_VALUE.key: Plain(
        "A value is missing", f"One row has a gap where something must stand. {_HEADINGS}", Next.FILE, precise=True
    ),
    codes.CSV_INVALID_VALUE.key: Plain(
        "One value cannot be right", f"It is no date or amount, or the balances do not add up there. {_HEADINGS}", Next.FILE, precise=True
    ),
    codes.CSV_ACCOUNT_DIFFERS.key: Plain(
        "The file contradicts itself", f"Two rows say different things of the same account. {_HEADINGS}", Next.FILE, precise=True
    ),
    codes.CSV_EMPTY.key: Plain(
        "There is nothing in this file",
        "It has headings, but no transactions. Choose a longer period at your bank, download it again and upload that.",
        Next.FILE,
    ),
    codes.CSV_TOO_MANY_ROWS.key: Plain(
        "This file is too long",
        "Choose a shorter period at your bank, and upload several files one after the other.",
        Next.FILE,
        precise=True,
    ),
    codes.CSV_INVALID_ROW.key: Plain(
        "One row cannot be read", f"Its columns do not match the others. {_HEADINGS}", Next.FILE, precise=True
    ),
    codes.CSV_AFTER_LAST_UPDATED.key: Plain(
        "A transaction is later than the file itself",
        f"Its date lies after the day the account was last updated. {_HEADINGS}",
        Next.FILE,
        precise=True,
    ),
    codes.STATEMENT_INVALID.key: Plain(
        "This is not a bank's own statement",
        "A scan, a photo or a printout of a web page cannot be read. Download the statement as a PDF from your bank and upload that file.",
        Next.FILE,
    ),
    codes.STATEMENT_NOT_SUPPORTED.key: Plain(
        "This does not look like a statement of {bank}",
        "Check that you chose the right bank. If you did, its PDF statements cannot be read yet: try its CSV export instead.",
        Next.FILE,
    ),
    codes.STATEMENT_NEW_PRODUCT.key: Plain(
        "We do not know this kind of account yet",
        "The statement was readable, but its kind of account is new to us. Try the bank's CSV export instead.",
        Next.FILE,
    ),
    codes.STATEMENT_PARSING_ERROR.key: Plain(
        "We could not read the figures on this statement",
        "We take a statement only when every balance can be recalculated. Download the original PDF again, or try the bank's CSV export.",
        Next.FILE,
    ),
}
"""By the catalogue's key of every entry that can end a job."""


class Explanation(NamedTuple):
    """A failure as a person sees it. `precisely` is empty where the plain words say it all."""

    title: str
    text: str
    next: Next
    precisely: str
    code: str


def explain(result: JobStepResult, reason: str | None, bank: str) -> Explanation:
    """A failed step's result in plain words; `reason` says where a PDF's proof broke."""
    code, title, detail = result.code or "", result.title or "", result.detail or ""
    entry = codes.matching(None, code, title, detail)
    plain = PLAIN[entry.key] if entry else PLAIN[codes.UNKNOWN_ERROR.key]
    precisely = detail if plain.precise else ""
    return Explanation(plain.title.replace("{bank}", bank), plain.text.replace("{bank}", bank), plain.next, reason or precisely, code)
