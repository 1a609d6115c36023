"""A CSV file in the published format: its header, and its rows → transactions, account by account.

`_carefully` is the meaning of a row and the only place that refuses one. `_quickly` reads a row that is spelt the commonest way and
whose account, day and direction were met before; it answers None in any doubt. `_read_alike` reads such rows of one account together,
column by column, and reads none of them in any doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice, repeat
from operator import itemgetter, mul
from typing import Protocol, TypeVar

from bowerbird.codes import CSV_AFTER_LAST_UPDATED, CSV_EMPTY, CSV_INVALID_ROW, CSV_MISSING_FIELD
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.layout import ACCOUNT_MEANINGS, TRANSACTION_MEANINGS, ColumnMeaning, CsvColumn, CsvLayout
from bowerbird.statements.csv.accounts import AccountRows, Accounts, last_day_of, read_account
from bowerbird.statements.csv.cells import FormCells
from bowerbird.statements.csv.order import BalanceRules, put_in_order
from bowerbird.statements.csv.rows import refuse_too_many
from bowerbird.statements.csv.table import table_of
from bowerbird.statements.csv.values import as_cents, as_day, as_sign, as_text, plain_cents, plain_column
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import StatementAccount, lines_of

MAX_COLUMNS = 1000
"""Columns a header may have: the published one has 20, and an export may add its own."""
_TOGETHER = 256
"""Rows that are read together."""

Row = tuple[int, list[str]]
"""A row's number and its cells."""
T = TypeVar("T")


class Picker(Protocol):
    """Picks from what a row has at each of its places."""

    def __call__(self, row: Sequence[T], /) -> Sequence[T]: ...


@dataclass(slots=True)
class CsvHeader:
    """A file's header, matched to a layout.

    `positions` maps every meaning to its place in a row; a meaning without a column has the place after the last column, where the
    reader puts an empty cell. `account_cells` and `transaction_cells` pick from such a row the cells that belong to the account and
    to the transaction, in the order of ACCOUNT_MEANINGS and TRANSACTION_MEANINGS; `required` lists what may not be empty.
    """

    width: int
    columns: dict[ColumnMeaning, CsvColumn]
    positions: dict[ColumnMeaning, int]
    account_cells: Picker = field(init=False)
    transaction_cells: Picker = field(init=False)
    required: tuple[tuple[ColumnMeaning, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.account_cells = _picker([self.positions[meaning] for meaning in ACCOUNT_MEANINGS])
        self.transaction_cells = _picker([self.positions[meaning] for meaning in TRANSACTION_MEANINGS])
        self.required = tuple((meaning, self.positions[meaning]) for meaning, column in self.columns.items() if column.required)

    def name(self, says: ColumnMeaning) -> str:
        return self.columns[says].name

    def longest(self, says: ColumnMeaning) -> int:
        return self.columns[says].longest

    def text(self, cells: list[str], says: ColumnMeaning) -> str:
        return cells[self.positions[says]].strip()

    def has(self, meaning: ColumnMeaning) -> bool:
        return self.positions[meaning] < self.width


def _picker(places: list[int]) -> Picker:
    """A function from a row to its cells at these places: a slice where they stand beside each other, which costs a third."""
    beside = slice(places[0], places[-1] + 1)
    return itemgetter(beside) if places == list(range(beside.start, beside.stop)) else itemgetter(*places)


def match_header(number: int, cells: list[str], layout: CsvLayout) -> CsvHeader:
    """The header of a file. Names are compared without case and surrounding space; columns the layout does not know are ignored.

    Raises Refused: missing-required-field, or invalid-csv-row where a column appears twice.
    """
    if len(cells) > MAX_COLUMNS:
        raise Refused(CSV_INVALID_ROW, row=number, reason=f"the header has more than {MAX_COLUMNS} columns.")
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        places.setdefault(cell.strip().lower(), []).append(position)
    columns: dict[ColumnMeaning, CsvColumn] = {
        column.meaning: column for column in layout.columns if column.meaning is not ColumnMeaning.IGNORED
    }
    positions = dict.fromkeys((*ACCOUNT_MEANINGS, *TRANSACTION_MEANINGS), len(cells))
    for meaning, column in columns.items():
        matching = places.get(column.name.lower(), [])
        if len(matching) > 1:
            raise Refused(CSV_INVALID_ROW, row=number, reason=f"column {column.name} appears twice.")
        if not matching and column.required:
            raise Refused(CSV_MISSING_FIELD, field=column.name)
        if matching:
            positions[meaning] = matching[0]
    return CsvHeader(len(cells), columns, positions)


@dataclass(slots=True)
class TransactionReader:
    """Reads rows into `accounts`. `days` and `signs` remember cells by their raw text; a sign of 0 leaves an amount as it is."""

    header: CsvHeader
    institution_id: str
    accounts: Accounts = field(default_factory=Accounts)
    days: dict[str, date] = field(default_factory=dict)
    signs: dict[str, int] = field(default_factory=dict)
    upstream_ids: set[str] = field(default_factory=set)
    signed: bool = False
    longest: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        columns = self.header.columns
        upstream = columns.get(ColumnMeaning.UPSTREAM_ID)
        self.longest = columns[ColumnMeaning.DESCRIPTION].longest, upstream.longest if upstream else 0
        if not self.header.has(ColumnMeaning.DIRECTION):
            self.signs[""] = 0

    def read(self, rows: Iterable[Row]) -> None:
        """Read all rows. Raises Refused for the first one that cannot be, or where nothing in the file tells debit from credit."""
        for block in _blocks(rows):
            if not self._read_alike(block):
                self._read_one_by_one(block)
        self._refuse_unsigned()

    def _read_alike(self, block: list[Row]) -> bool:
        """Read rows of one account that was met before, all spelt the commonest way; False, and none is read, in any doubt."""
        numbers, rows = zip(*block, strict=True)
        header, count = self.header, len(rows)
        if set(map(len, rows)) != {header.width}:
            return False
        account = self.accounts.by_cells.get(tuple(header.account_cells([*rows[0], ""])))
        columns = [*zip(*rows, strict=True), ("",) * count]
        if account is None or any(column.count(column[0]) != count for column in header.account_cells(columns)):
            return False
        upstream_ids, posted, descriptions, after, amounts, directions = header.transaction_cells(columns)
        days, cents, ids = self._days_of(posted), self._cents_of(amounts, directions), list(map(str.strip, upstream_ids))
        balances = plain_column(after) if any(after) else repeat(None, count)
        texts, new_ids = list(map(str.strip, descriptions)), set(ids)
        if days is None or cents is None or balances is None or max(days) > account.last_day:
            return False
        if not (all(texts) and "".join(texts).isprintable() and max(map(len, texts)) <= self.longest[0]):
            return False
        if new_ids != {""}:
            if "" in new_ids or len(new_ids) < count or not new_ids.isdisjoint(self.upstream_ids) or max(map(len, ids)) > self.longest[1]:
                return False
            self.upstream_ids |= new_ids
        account.numbers.extend(numbers)
        shown_ids = repeat(None, count) if new_ids == {""} else ids
        account.transactions.extend(map(BankTransaction, cents, texts, days, repeat(None), balances, shown_ids))
        return True

    def _days_of(self, cells: Sequence[str]) -> list[date] | None:
        """Days as they are commonly printed, None where any is not."""
        unknown = set(cells).difference(self.days)
        if any(len(cell) > self.header.longest(ColumnMeaning.POSTED) for cell in unknown):
            return None
        try:
            self.days.update({cell: as_day(cell) for cell in unknown})
        except ValueError:
            return None
        return list(map(self.days.__getitem__, cells))

    def _cents_of(self, amounts: Sequence[str], directions: Sequence[str]) -> list[int] | None:
        """Amounts with the signs of their directions, None where one is spelt in another way, or contradicts its direction."""
        cents = plain_column(amounts)
        if cents is None or not self.signs.keys() >= set(directions):
            return None
        if not self.header.has(ColumnMeaning.DIRECTION):
            return cents
        signed = list(map(mul, map(abs, cents), map(self.signs.__getitem__, directions)))
        contradicts = signed != cents and any(printed < 0 < meant for printed, meant in zip(cents, signed, strict=True))
        return None if contradicts else signed

    def _read_one_by_one(self, rows: list[Row]) -> None:
        width, account_cells, transaction_cells = self.header.width, self.header.account_cells, self.header.transaction_cells
        last: Sequence[str] | None = None
        account: AccountRows | None = None
        for number, row in rows:
            if len(row) != width:
                raise Refused(CSV_INVALID_ROW, row=number, reason=f"it has {len(row)} fields, the header has {width}.")
            row.append("")
            cells = account_cells(row)
            if cells != last:
                last, account = cells, self.accounts.by_cells.get(tuple(cells))
            transaction = self._quickly(transaction_cells(row), account.last_day) if account else None
            if transaction is None or account is None:
                account, transaction = self._carefully(FormCells(self.header, number, row))
            account.numbers.append(number)
            account.transactions.append(transaction)

    def _quickly(self, cells: Sequence[str], last_day: date) -> BankTransaction | None:
        upstream_id, posted, description, after, amount, direction = cells
        day, sign, cents = self.days.get(posted), self.signs.get(direction), plain_cents(amount)
        balance = plain_cents(after) if after else None
        if day is None or sign is None or cents is None or (balance is None and after) or day > last_day:
            return None
        if sign and cents:
            if cents < 0 < sign:
                return None
            if sign < 0 < cents:
                cents = -cents
        description, upstream_id = description.strip(), upstream_id.strip()
        longest_description, longest_id = self.longest
        if not (description.isprintable() and 0 < len(description) <= longest_description):
            return None
        if upstream_id:
            if upstream_id in self.upstream_ids or len(upstream_id) > longest_id:
                return None
            self.upstream_ids.add(upstream_id)
        return BankTransaction(cents, description, day, None, balance, upstream_id or None)

    def _carefully(self, cells: FormCells[ColumnMeaning]) -> tuple[AccountRows, BankTransaction]:
        """One row by all rules, in the order in which they are to be judged. Raises Refused."""
        for meaning, position in self.header.required:
            if not cells.cells[position].strip():
                raise cells.missing(meaning)
        of_account = tuple(self.header.account_cells(cells.cells))
        known = self.accounts.by_cells.get(of_account)
        values = known.values if known else read_account(cells, self.institution_id)
        posted = cells.require(ColumnMeaning.POSTED, as_day)
        transaction = BankTransaction(
            amount=self._amount(cells),
            description=cells.require(ColumnMeaning.DESCRIPTION, as_text),
            posted=posted,
            balance=cells.read(ColumnMeaning.BALANCE_AFTER, as_cents),
            upstream_id=cells.read(ColumnMeaning.UPSTREAM_ID, self._new_id),
        )
        if posted > last_day_of(values):
            last_updated = shown(cells.text(ColumnMeaning.LAST_UPDATED))
            raise Refused(
                CSV_AFTER_LAST_UPDATED, row=cells.number, value=shown(cells.text(ColumnMeaning.POSTED)), last_updated=last_updated
            )
        account = known or self.accounts.enter(cells, values, of_account)
        self.days[cells.cells[self.header.positions[ColumnMeaning.POSTED]]] = posted
        return account, transaction

    def _amount(self, cells: FormCells[ColumnMeaning]) -> int:
        """Cents, negative for a debit. Raises Refused where sign and direction contradict each other or both are wanting."""
        cents = cells.require(ColumnMeaning.AMOUNT, as_cents)
        explicit = cells.text(ColumnMeaning.AMOUNT)[0] in "+-"
        self.signed = self.signed or explicit
        sign = cells.read(ColumnMeaning.DIRECTION, as_sign)
        if sign is None:
            if self.header.has(ColumnMeaning.DIRECTION) and not explicit:
                raise cells.missing(ColumnMeaning.DIRECTION)
            return cents
        self.signs[cells.cells[self.header.positions[ColumnMeaning.DIRECTION]]] = sign
        if not explicit:
            return sign * cents
        if sign * cents < 0:
            raise cells.invalid(ColumnMeaning.DIRECTION, f"The amount is {shown(cells.text(ColumnMeaning.AMOUNT))}.")
        return cents

    def _new_id(self, text: str) -> str:
        if text in self.upstream_ids:
            raise ValueError("It appears twice in the file.")
        self.upstream_ids.add(text)
        return text

    def _refuse_unsigned(self) -> None:
        """Raises Refused (missing-required-field) when there is neither a direction column nor one sign in the file."""
        if self.header.has(ColumnMeaning.DIRECTION) or self.signed or not self.accounts.by_key:
            return
        if not any(transaction.amount < 0 for rows in self.accounts.by_key.values() for transaction in rows.transactions):
            raise Refused(CSV_MISSING_FIELD, field=self.header.name(ColumnMeaning.DIRECTION))


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The first row, which introduces an account, then rows in blocks.

    Those before one that cannot be split are yielded before its refusal is raised: one of them may deserve another.
    """
    waiting = iter(rows)
    for size in chain((1,), repeat(_TOGETHER)):
        block: list[Row] = []
        try:
            block.extend(islice(waiting, size))
        except Refused:
            if block:
                yield block
            raise
        if not block:
            return
        yield block


_SHOWN_BY = 4
"""Names of the published format that make a header one of it, whatever it lacks: no bank's own export has them."""


def is_published(text: str, layout: CsvLayout) -> bool:
    """Whether a file's first row is a header of the published format, complete or not."""
    _, first = next(table_of(text).rows(), (0, []))
    names = {column.name.lower() for column in layout.columns}
    return len(names & {cell.strip().lower() for cell in first}) >= _SHOWN_BY


def read_csv(text: str, institution_id: str, max_rows: int, layout: CsvLayout) -> list[StatementAccount]:
    """The accounts of a CSV file in the order in which they appear, their transactions in the order in which they happened.

    `institution_id` is the one the file was uploaded for; `max_rows` bounds the rows after the header. Raises Refused.
    """
    table = table_of(text)
    rows = table.rows()
    first = next(rows, None)
    if first is None:
        raise Refused(CSV_EMPTY)
    header = match_header(*first, layout)
    refuse_too_many(table.text, max_rows, 1)
    reader = TransactionReader(header, institution_id)
    reader.read(rows)
    accounts = list(reader.accounts.by_key.values())
    if not accounts:
        raise Refused(CSV_EMPTY)
    balance = header.columns.get(ColumnMeaning.BALANCE_AFTER)
    ordered = put_in_order(accounts, BalanceRules(balance.name if balance else ""))
    return [
        StatementAccount(
            account.account, transactions, lines=lines_of(account.transactions, account.numbers, transactions), ends_known=ends_known
        )
        for account, (transactions, _, ends_known) in zip(accounts, ordered, strict=True)
    ]
