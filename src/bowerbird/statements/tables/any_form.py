"""Reading a table whose form no layout describes: accepted where all readings that hold say the same, else refused with what is missing.

A running balance proves a reading. Without one, a file with a header is read by its words. A day in numbers is read
in the bank's known order; where none is known and both hold, the file is refused, and the refusal shows both days.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from bowerbird.codes import CSV_EMPTY, CSV_INVALID_VALUE, CSV_MISSING_FIELD, CSV_TOO_MANY_ROWS
from bowerbird.sdk.native_layout import DateForm, NativeCsvLayout
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.arithmetic.vocabulary import OPENING, folded
from bowerbird.statements.csv.native_statement import read_form
from bowerbird.statements.csv.rows import refuse_too_many
from bowerbird.statements.csv.table import table_of
from bowerbird.statements.csv.values import CURRENCIES, as_direction
from bowerbird.statements.formats import foreign_format
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.doubts import refuse_doubtful, refuse_owed
from bowerbird.statements.tables.forms import SUMS, Proposal, proposals
from bowerbird.statements.tables.headings import currency_of, heading_of
from bowerbird.statements.tables.refusals import refusal_of
from bowerbird.statements.tables.shapes import MARKER, TITLE_ROWS, Row, TextTable, laid_out

_CURRENCY_OF = {"AU": "AUD", "NZ": "NZD", "GB": "GBP", "IE": "EUR", "DE": "EUR", "FR": "EUR", "US": "USD"}
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "CHF": "CHF"}
_MIN_TO_FLIP = 4
"""Rows whose balances may show that all signs are the other way round: fewer could be one row with a wrong sign."""
_NO_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}\.?\Z", re.ASCII)
_MIN_TO_DOUBT = 1
"""By how many more sums without a sign than with one make the sign of all of them doubtful."""
_LONGEST_YEARS = 25
"""Days further apart come from a two-digit year that stands in front."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one form makes of a file. `proven` says that running balances confirm every row."""

    proposal: Proposal
    accounts: list[StatementAccount]
    proven: bool

    @property
    def rows(self) -> list[tuple[str, str, tuple[object, ...]]]:
        """What tells two readings apart."""
        return [
            (each.account.number, each.account.currency, tuple((row.posted, row.amount, row.description) for row in each.transactions))
            for each in self.accounts
        ]


class _Tried(NamedTuple):
    readings: list[Reading]
    refusals: list[Refused]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What is known of a file beside its text: the institution, as layouts call it, with the layouts of its exports; the number of an
    account that the file does not say; and how many rows it may have."""

    origin: str
    layouts: Sequence[NativeCsvLayout]
    max_rows: int
    account_number: str | None = None

    @property
    def orders(self) -> tuple[DayOrder, ...]:
        """How this bank may write a day in numbers."""
        return (DayOrder.DAY_FIRST,) if any(DateForm.SLASHED in layout.dates for layout in self.layouts) else tuple(DayOrder)


def read_any_form(text: str, known: KnownFile, *, may_flip: bool = True) -> list[StatementAccount]:
    """The accounts of a file in a form that no layout describes. Raises Refused.

    `may_flip`: balances may show that the file writes what leaves an account as positive.
    """
    return read_rows(rows_of_text(text, known.max_rows), known, may_flip=may_flip)


def rows_of_text(text: str, max_rows: int) -> list[Row]:
    """The rows of a table of text. Raises Refused."""
    if (foreign := foreign_format(text)) is not None:
        raise foreign.refused()
    split = table_of(text)
    refuse_too_many(split.text, max_rows, TITLE_ROWS)
    return list(split.rows())


def known_headings(text: str) -> int:
    """How many headings of a text's first rows are known, where one of them is a header."""
    rows = (cells for _, cells in islice(table_of(text).rows(), TITLE_ROWS))
    try:
        return max((sum(heading_of(cell).is_known for cell in cells) for cells in rows), default=0)
    except Refused:
        return 0


def read_rows(rows: Sequence[Row], known: KnownFile, *, may_flip: bool = True, is_signed: bool = False) -> list[StatementAccount]:
    """The accounts of a table's rows. `is_signed`: its format gives every sum a sign, also where all are positive. Raises Refused."""
    table = laid_out(rows)
    if not table.rows:
        raise Refused(CSV_EMPTY)
    if len(table.rows) > known.max_rows:
        raise Refused(CSV_TOO_MANY_ROWS, limit=known.max_rows)
    forms = proposals(table, known.origin, currency_shown(table, known.origin), known.orders)
    signs = (1, -1) if may_flip and len(table.rows) >= _MIN_TO_FLIP else (1,)
    tried = _try_all(forms, known.account_number, signs, is_signed)
    readings = [reading for reading in tried.readings if reading.proven] or tried.readings
    if not readings:
        raise refusal_of(table, tried.refusals, known.orders)
    reading = _only_one(readings)
    if reading.proven:
        refuse_owed(table, reading.proposal, reading.accounts)
    else:
        refuse_doubtful(table, reading.proposal)
    return reading.accounts


def _try_all(forms: Iterable[Proposal], number: str | None, signs: Sequence[int], is_signed: bool) -> _Tried:
    tried = _Tried([], [])
    for proposal in forms:
        for sign in signs:
            proposal.form.amount_sign = sign
            try:
                reading = read_proposal(proposal, number, is_signed)
            except Refused as refused:
                tried.refusals.append(refused)
                continue
            if reading.proven or (sign == 1 and proposal.is_shown):
                tried.readings.append(reading)
            if reading.proven or not proposal.form.has(Kind.BALANCE):
                break
    return tried


def read_proposal(proposal: Proposal, number: str | None, is_signed: bool) -> Reading:
    """What a form makes of the rows. `is_signed`: every sum has the sign that it needs. Raises Refused."""
    form, accounts = proposal.form, list[StatementAccount]()
    _refuse_contradiction(proposal)
    for currency, rows in _by_currency(proposal):
        form.layout = replace(form.layout, currency=currency)
        accounts += [_without_markers(each) for each in read_form(form, rows, number)]
    accounts = [account for account in accounts if account.transactions]
    if not accounts:
        raise Refused(CSV_EMPTY)
    days = [day for each in accounts for row in each.transactions if (day := row.posted or row.made)]
    if max(days).year - min(days).year > _LONGEST_YEARS:
        raise _invalid(proposal, rows[0], Kind.POSTED, "The days lie decades apart when they are read so.")
    proven = all(each.proved for each in accounts)
    if not (proven or is_signed):
        _refuse_unsigned(proposal, accounts)
    return Reading(proposal, accounts, proven)


def _by_currency(proposal: Proposal) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each currency, with those that name a balance as rows of no amount."""
    form, rows = proposal.form, [*proposal.rows, *_as_rows(proposal)]
    rows.sort(key=lambda row: row[0])
    if not form.has(Kind.CURRENCY):
        yield form.layout.currency, rows
        return
    position = form.positions[Kind.CURRENCY][0]
    found: dict[str, list[Row]] = {}
    for row in rows:
        code = row[1][position].strip().upper()
        if code not in CURRENCIES:
            raise _invalid(proposal, row, Kind.CURRENCY, "Expected an ISO 4217 code such as AUD.")
        found.setdefault(code, []).append(row)
    yield from found.items()


def _as_rows(proposal: Proposal) -> Iterator[Row]:
    """Rows that name a balance, with an amount of zero: so the balance is proven with the others. Totals and undated rows are left out."""
    form = proposal.form
    if not form.has(Kind.BALANCE):
        return
    balance, day = form.positions[Kind.BALANCE][0], form.positions[Kind.POSTED][0]
    for number, cells in proposal.markers:
        if cells[balance].strip() and day_of(cells[day].strip(), proposal.order) is not None:
            filled = list(cells)
            for kind in (Kind.AMOUNT, Kind.CREDIT, Kind.DEBIT):
                for position in form.positions.get(kind, ()):
                    filled[position] = "" if kind is Kind.DEBIT else "0"
            yield number, filled


def _without_markers(account: StatementAccount) -> StatementAccount:
    first, notes = account.transactions[0] if account.transactions else None, account.notes
    kept = [place for place, row in enumerate(account.transactions) if row.amount or not MARKER.match(row.description)]
    if first is not None and kept[:1] == [0] and first.amount == first.balance and OPENING.fullmatch(folded(first.description).strip(".:")):
        kept, notes = kept[1:], (*notes, f"the row “{shown(first.description)}” was read as the balance before the others, not as money in")
    if len(kept) == len(account.transactions):
        return account
    lines = [account.lines[place] for place in kept if place < len(account.lines)]
    return replace(account, transactions=[account.transactions[place] for place in kept], lines=lines, notes=notes)


def _refuse_unsigned(proposal: Proposal, accounts: Sequence[StatementAccount]) -> None:
    """Raises Refused where nothing tells money in from money out."""
    form, rows = proposal.form, [row for account in accounts for row in account.transactions]
    if form.has(Kind.DEBIT) or form.has(Kind.DIRECTION):
        return
    if proposal.is_of_a_card or all(row.amount >= 0 for row in rows):
        refused = Refused(CSV_MISSING_FIELD, field="txnDirection")
        refused.reason = "no sign, no column and no balance says which sums of an account or a card are money in and which are money out"
        raise refused
    if not proposal.is_of_an_account and sum(1 if row.amount > 0 else -1 for row in rows) > _MIN_TO_DOUBT:
        reason = (
            "Most sums have no sign, as in the list of a card that writes what is spent so, and no balance says what is money in or out."
        )
        raise _invalid(proposal, proposal.rows[0], Kind.AMOUNT, reason)


def _refuse_contradiction(proposal: Proposal) -> None:
    """Raises Refused where sums have signs and a column says of one of them the opposite."""
    form = proposal.form
    if not (form.has(Kind.DIRECTION) and form.has(Kind.AMOUNT)):
        return
    amount, direction = form.positions[Kind.AMOUNT][0], form.positions[Kind.DIRECTION][0]
    signed = [(row, form.read_money(row[1][amount])) for row in proposal.rows if row[1][amount].strip()]
    if all(cents >= 0 for _, cents in signed):
        return
    for row, cents in signed:
        if row[1][direction].strip() and as_direction(row[1][direction].strip()) * cents < 0:
            raise _invalid(proposal, row, Kind.AMOUNT, "Its sign and the column beside it disagree on whether it is money in or out.")


def _only_one(readings: Sequence[Reading]) -> Reading:
    """The reading of the file. Raises Refused where several differ and nothing decides."""
    first = readings[0]
    others = [reading for reading in readings[1:] if reading.rows != first.rows]
    if not others:
        return first
    if all(_without_days(reading) == _without_days(first) for reading in others):
        row = _ambiguous_row(first)
        cell = row[1][first.proposal.form.positions[Kind.POSTED][0]].strip()
        days = " or ".join(f"{day:%-d %B %Y}" for order in DayOrder if (day := day_of(cell, order)))
        raise _invalid(first.proposal, row, Kind.POSTED, f"It is {days}: nothing in the file says whether day or month comes first.")
    row = first.proposal.rows[0]
    raise _invalid(first.proposal, row, Kind.AMOUNT, "The sums can be read in two ways, and no balance says which is right.")


def _without_days(reading: Reading) -> list[tuple[int, str]]:
    return sorted((row.amount, row.description) for account in reading.accounts for row in account.transactions)


def _ambiguous_row(reading: Reading) -> Row:
    position = reading.proposal.form.positions[Kind.POSTED][0]
    differs: Callable[[Row], bool] = lambda row: len({day_of(row[1][position].strip(), order) for order in DayOrder}) > 1  # noqa: E731
    return next(filter(differs, reading.proposal.rows), reading.proposal.rows[0])


def _invalid(proposal: Proposal, row: Row, kind: Kind, reason: str) -> Refused:
    positions = proposal.form.positions.get(kind) or next(proposal.form.positions[each] for each in SUMS if proposal.form.has(each))
    name = proposal.form.columns[positions[0]].name
    return Refused(CSV_INVALID_VALUE, row=row[0], field=name, value=shown(row[1][positions[0]]), reason=reason)


def currency_shown(table: TextTable, origin: str) -> str:
    """The currency of figures that name none."""
    filled = [name for place, name in enumerate(table.header) if not table.rows or table.column(place)]
    if named := currency_of(filled):
        return named
    cells = [cell for position in range(table.width) for cell in table.column(position)[:200]]
    signs = {code for sign, code in _SIGNS.items() if any(cell.startswith(sign) or cell.endswith(sign) for cell in cells)}
    return signs.pop() if len(signs) == 1 else _CURRENCY_OF.get(origin[:2], "AUD")
