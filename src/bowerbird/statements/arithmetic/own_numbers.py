"""The number of a print's account: which of its numbers stands behind or below a label that says so, and of no other account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bowerbird.statements.arithmetic.marked_lines import MarkedLine
from bowerbird.statements.arithmetic.printed_days import days_in
from bowerbird.statements.arithmetic.refusals import refused
from bowerbird.statements.arithmetic.surroundings import iban_in, labelled_iban
from bowerbird.statements.arithmetic.vocabulary import ACCOUNT, folded

_NUMBER = re.compile(r"[\s:#.|]*(?:\t| )*((?:[X*x•]{2,4}[ -]?)*\d(?:[ /-]?[\dXx*•]){3,25})")
_NAMES_NUMBER = re.compile(
    r"(?:(?:account|acct|a/c|acc|card|loan)\.?(?:number|no|num|nr)|konto(?:nummer|-?nr)|rekeningnummer|numerod[ae](?:compte|cuenta|conta)"
    r"|numerodiconto|numerrachunku|口座番号)[:.#]*$"
)
"""Labels that name a number; they go before those that name only an account."""
_NAMES_ACCOUNT = re.compile(
    rf"(?:{ACCOUNT.pattern})(?:corrente|corriente|courant|cheques?|vista|ahorros?|epargne)?"
    r"(?:number|numero|nummer|num|n[or]|n?[°#])?[:.#°()/-]*$"
)
"""A label that ends with the account: one that goes on says something else of it, such as since when it is open or how to ask about it."""
_FURTHER_CARD = re.compile(r"(?:card|karte|carte|tarjeta|carta)[^\d]{0,30}(?:\d{4}[x*•-]{4,10})?[x*•-]{0,16}(\d{4})(?!\d)")
OF_ANOTHER = re.compile(
    r"linked|nominated|pay(?:ments?)?(?:in)?to|(?:for|from)payments?|forpaying|payee|directdebit|debitedfrom|settlement|beneficiary|reference"
    r"|clos(?:ed|ing)|former|gegenkonto|referenzkonto|verrechnung|abbuchung|empfanger|prelevement|domicilia|beneficia|domiciliation"
)
"""What a label says of an account that is another's, or of another bank: paid from, or paid to."""


def account_number(lines: Sequence[MarkedLine]) -> str | None:
    """The account's number: an IBAN, else what stands behind its label or below it. None where no label says that a number is whole and
    the account's own."""
    own = [line for line in lines if not OF_ANOTHER.search(folded(line.text))]
    if iban := iban_in(line.text for line in own) or labelled_iban(line.text for line in own):
        return iban
    return next((number for pattern in (_NAMES_NUMBER, _NAMES_ACCOUNT) for number in _numbers(own, pattern)), None)


def refuse_further_card(lines: Sequence[MarkedLine], number: str | None) -> None:
    """Raises StatementRefused where a line between a card's rows, which has neither day nor sum, names a card of another number: only such
    headings show whose rows are whose."""
    for line in lines:
        match = _FURTHER_CARD.search(folded(line.text))
        if match and match[1] != (number or "")[-4:]:
            reason = (
                f"page {line.page}, row {line.line.row}: rows of a further card, {match[1]}, begin; the bank's file of each card is read"
            )
            raise refused(reason)


def _numbers(lines: Sequence[MarkedLine], label: re.Pattern[str]) -> Iterator[str]:
    """Every number behind a label, or below one that names a number."""
    for place, line in enumerate(lines):
        for text, after in _labels(line):
            if not label.search(folded(text)):
                continue
            if (match := _NUMBER.match(after)) and not _is_of_day(line, len(line.text) - len(after) + match.start(1)):
                yield _digits(match)
        if place + 1 < len(lines) and (match := _below(line, lines[place + 1])):
            yield _digits(match)


def _is_of_day(line: MarkedLine, place: int) -> bool:
    """Whether a place of a line's text is part of a day with a year. What hyphens part may be a number too."""
    return any(found.day.begin <= place < found.day.end and found.day.has_year and found.day.separator != "-" for found in line.days)


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"[^0-9X]", "", match[1].upper().replace("*", "X").replace("•", "X"))


def _below(line: MarkedLine, below: MarkedLine) -> re.Match[str] | None:
    """The number that begins the cell under a label which says that it is an account's number."""
    for begin, label in _cells(line):
        if line.page != below.page or not _NAMES_NUMBER.search(folded(label)):
            continue
        left, right = line.left(begin), line.right(begin + len(label))
        for place, text in _cells(below):
            match = _NUMBER.match(text)
            if match and not days_in(text) and below.left(place) <= right and below.right(place + len(text)) >= left:
                return match
    return None


def _cells(line: MarkedLine) -> Iterator[tuple[int, str]]:
    return ((match.start(), match[0].rstrip()) for match in re.finditer(r"[^\t ][^\t]*", line.text))


def _labels(line: MarkedLine) -> Iterator[tuple[str, str]]:
    """Every beginning of a line up to a number or the end of a text, and what follows."""
    text = line.text
    for match in re.finditer(r"[:\t]|(?=[\dX*•])", text):
        label = text[: match.start()].rpartition("\t")[2]
        if any(letter.isalpha() for letter in label):
            yield label, text[match.end() :]
    yield text.rpartition("\t")[2], ""
