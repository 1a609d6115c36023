"""What makes a reading doubtful that no balance proves: other cells say that a sum is not the one moved, or that a row is not booked."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from bowerbird.codes import CSV_INVALID_VALUE
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.arithmetic.vocabulary import CLOSING, OPENING, folded
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.sums import NumberSystem, sum_of
from bowerbird.statements.tables.dates import day_of
from bowerbird.statements.tables.forms import SUMS, Proposal
from bowerbird.statements.tables.headings import bare_heading, heading_of
from bowerbird.statements.tables.shapes import TextTable, is_sum

_UNIT = re.compile(r"\b(?:cents|pence|thousands?|millions?|tausend|milliers|miles|teur|tsd)\b|(?<!\d)['\u2019,.]?000\b", re.IGNORECASE)
"""What a heading says of sums that are not in whole units of the currency."""
_FEE = re.compile(r"(?:transaction |service )?fees?(?: amount)?|gebuhr(?:en)?|entgelte?|commission|frais|tarifa|kosten|surcharge")
_BALANCE = re.compile(r"balance|saldo|solde|kontostand|forward|opening|closing", re.IGNORECASE)
_BARE = re.compile(r"\W*(?:saldo|solde|balance|kontostand)\W*", re.IGNORECASE)
"""A cell that names a balance and not which one: a payment can be called so too."""
_STATUS = re.compile(r"(?:transaction |payment )?(?:status|state)|zustand|estado|stato|statut|stan|toestand")
_NOT_BOOKED = re.compile(
    r"(?:declined|reject(?:ed)?|failed|failure|revert(?:ed)?|cancel(?:l?ed)?|void(?:ed)?|returned|pending|authori[sz]ed|scheduled|"
    r"upcoming|unposted|not posted|abgelehnt|storniert|vorgemerkt|ausstehend|refused|rejetee?|annulee?|en attente|rechazad[ao]|"
    r"pendiente|cancelad[ao]|geweigerd|geannuleerd)\Z",
    re.IGNORECASE,
)


def refuse_doubtful(table: TextTable, proposal: Proposal) -> None:
    """Raises Refused where another column contradicts what is read."""
    if (doubt := next(_doubts(table, proposal), None)) is not None:
        raise doubt


def _doubts(table: TextTable, proposal: Proposal) -> Iterator[Refused]:
    used = [place for kind in SUMS for place in proposal.form.positions.get(kind, ())]
    for place in used:
        if table.header and _UNIT.search(table.header[place]):
            row, cells = proposal.rows[0]
            yield _refused(table, row, place, cells, "Its heading says that sums are not in whole units of the currency.")
    yield from _split_sums(table, proposal, used)
    yield from _no_totals(table, proposal)
    yield from _no_balances(table, proposal)
    if table.header:
        yield from _beside(table, proposal, used)


def _split_sums(table: TextTable, proposal: Proposal, used: Sequence[int]) -> Iterator[Refused]:
    """Cells without a heading: figures right behind a sum, which a mark inside it may have parted; or more cells than other rows have."""
    last = max((place for place, name in enumerate(table.header) if name), default=-1)
    behind = [
        place for place in range(last + 1 if table.header else 0, table.width) if place - 1 in used or (table.header and place > last)
    ]
    wider = [place for place in range(last + 1, table.width) if table.header and 0 < len(table.column(place)) < len(proposal.rows)]
    for row, cells in proposal.rows:
        for place in wider:
            if cells[place].strip():
                yield _refused(table, row, place, cells, "The row has more cells than the header and other rows have.")
        for place in behind:
            cell = cells[place].strip()
            is_part = re.fullmatch(r"\d\d|\d{3}(?:[.,]\d\d)?", cell) is not None and place not in used
            if is_part and (table.header or not re.search(r"\d[.,]\d", cells[place - 1])):
                yield _refused(table, row, place, cells, "It has no heading, and may be the end of the sum before it.")


def _beside(table: TextTable, proposal: Proposal, used: Sequence[int]) -> Iterator[Refused]:
    names = list(map(bare_heading, table.header))
    moved = proposal.form.positions.get(Kind.AMOUNT, ())
    is_net = any(names[place].startswith("net") for place in moved)
    fees = [place for place, name in enumerate(names) if _FEE.fullmatch(name) and place not in used and not is_net]
    states = [place for place, name in enumerate(names) if _STATUS.fullmatch(name)]
    others = [
        place for place, name in enumerate(table.header) if moved and place not in used and heading_of(name).kinds[:1] == (Kind.AMOUNT,)
    ]
    others += [place for place, name in enumerate(names) if is_net and name in {"gross", "gross amount"} and "fee" not in " ".join(names)]
    for row, cells in proposal.rows:
        for place in states:
            if _NOT_BOOKED.match(cells[place].strip()):
                yield _refused(table, row, place, cells, "A row that is not booked; export booked rows only, or take it out.")
        for place in fees:
            if _cents(cells[place], proposal.system):
                yield _refused(table, row, place, cells, "No balance says whether the fee is in the amount or beside it.")
        for place in others:
            value = _cents(cells[place], proposal.system)
            if value and value != _cents(cells[moved[0]], proposal.system):
                yield _refused(table, row, place, cells, "Two columns of amounts differ, and no balance says which of them was moved.")


def _no_totals(table: TextTable, proposal: Proposal) -> Iterator[Refused]:
    """Rows with a day that are left out as totals or balances, and are the sum of no other rows: a payment of that name."""
    form = proposal.form
    if not form.has(Kind.AMOUNT):
        return
    place, day, begin = form.positions[Kind.AMOUNT][0], form.positions[Kind.POSTED][0], 0
    moved = [(row, cents) for row, cells in proposal.rows if (cents := _cents(cells[place], proposal.system))]
    at = [row for row, _ in moved]
    named = [(row, cents) for row, cells in proposal.markers if (cents := _cents(cells[place], proposal.system)) is not None]

    def _joins(balance: int, row: int) -> bool:
        """Whether another row that is left out says the balance to which, or from which, the rows between lead."""
        spans = ((abs(cents - balance), sorted((row, other))) for other, cents in named if other != row)
        return any(apart == abs(sum(cents for place, cents in moved if first < place < last)) for apart, (first, last) in spans)

    ins, outs = ([0, *accumulate(max(sign * cents, 0) for _, cents in moved)] for sign in (1, -1))
    for row, cells in proposal.markers:
        total, end = _cents(cells[place], proposal.system), bisect_left(at, row)
        is_named = _BALANCE.search(" ".join(cells)) and not (any(map(_BARE.fullmatch, cells)) and not form.has(Kind.BALANCE))
        if total and day_of(cells[day].strip(), proposal.order) is not None and not is_named:
            spans = ((0, end), (begin, end), (0, len(at)), (end, len(at)))
            pairs = [(ins[last] - ins[first], outs[last] - outs[first]) for first, last in spans]
            if all(abs(total) not in (one, other, abs(one - other)) for one, other in pairs) and not _joins(total, row):
                yield _refused(table, row, place, cells, "The row is called a total or balance, and is not the sum of other rows.")
        begin = end


def _no_balances(table: TextTable, proposal: Proposal) -> Iterator[Refused]:
    """The one closing balance among rows whose column of sums it stands in, where the one opening balance and the rows make another."""
    form = proposal.form
    if not form.has(Kind.AMOUNT) or form.has(Kind.DIRECTION):
        return
    place = form.positions[Kind.AMOUNT][0]
    named = [(row, cells, folded(" ".join(cells))) for row, cells in proposal.markers if _cents(cells[place], proposal.system) is not None]
    openings, closings = ([(row, cells) for row, cells, text in named if re.search(kind, text)] for kind in (OPENING, CLOSING))
    if len(openings) != 1 or len(closings) != 1 or openings == closings:
        return
    (row, cells), (_, first) = closings[0], openings[0]
    moved = sum(_cents(each[place], proposal.system) or 0 for _, each in proposal.rows)
    closing, opening = (_cents(each[place], proposal.system) or 0 for each in (cells, first))
    if all(one - other != moved for one in (closing, -closing) for other in (opening, -opening)):
        yield _refused(table, row, place, cells, "The opening balance and the rows make another.")


def refuse_owed(table: TextTable, proposal: Proposal, accounts: Sequence[StatementAccount]) -> None:
    """Raises Refused where balances prove sums of a card that may be owed as well as held: none has a sign, and most sums add to them."""
    form, rows = proposal.form, [row for account in accounts for row in account.transactions]
    is_signed = form.has(Kind.DIRECTION) or form.has(Kind.DEBIT) or any((row.balance or 0) < 0 for row in rows)
    if proposal.is_of_a_card and not is_signed and sum(1 if row.amount > 0 else -1 for row in rows) > 0:
        place, (row, cells) = form.positions[Kind.AMOUNT][0], proposal.rows[0]
        raise _refused(table, row, place, cells, "Nothing says whether the balances of the card are owed, and what is spent is positive.")


def _cents(cell: str, system: NumberSystem) -> int | None:
    return sum_of(cell.strip(), system) if is_sum(cell.strip(), system) else None


def _refused(table: TextTable, row: int, place: int, cells: Sequence[str], reason: str) -> Refused:
    name = (table.header[place] if table.header else "") or f"Column {place + 1}"
    return Refused(CSV_INVALID_VALUE, row=row, field=name, value=shown(cells[place]), reason=reason)
