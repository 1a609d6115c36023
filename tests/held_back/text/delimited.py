"""Files of columns: a kind is a line of roles, and what stands above, below and around it."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import Ledger, Row, account
from tests.held_back.writing import day, number


@dataclass(frozen=True)
class Columns:
    """How a bank writes its rows in columns.

    `roles` names what each column holds, in order, separated by spaces: date (booked), vdate (value), tdate (made),
    words, payee, memo, amt, abs, dir, debit, credit, -debit, bal, start, n (row number), `.` nothing, `=TEXT` always
    that text (`_` for a blank).
    """

    roles: str
    head: str = ""
    delimiter: str = ","
    head_delimiter: str = ""
    form: str = "%d/%m/%Y"
    style: str = "plain"
    negative: str = "-"
    symbol: str = ""
    wrap: str = "{}"
    balance_wrap: str = ""
    in_out: tuple[str, str] = ("C", "D")
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    encoding: str = "utf-8"
    bom: bytes = b""
    eol: str = "\r\n"
    quoting: int = csv.QUOTE_MINIMAL
    newest_first: bool = False
    language: str = "en"
    step: int = 1
    large: bool = True
    days_to_12: bool = False
    size: int = 10
    empty: str = ""
    tail: str = ""
    pad: int = 0
    first: date = date(2025, 3, 3)


def cell(columns: Columns, ledger: Ledger, role: str, row: Row, at: int) -> str:
    """What stands in the column of this role in this row."""
    if role.startswith("="):
        return role[1:].replace("_", " ")
    written: dict[str, Callable[[], str]] = {
        "date": lambda: day(row.day, columns.form),
        "tdate": lambda: day(row.day - timedelta(days=at % 4 == 2), columns.form),
        "vdate": lambda: day(row.day + timedelta(days=at % 4 == 2), columns.form),
        "words": lambda: row.words + " " * columns.pad,
        "payee": lambda: row.words.rsplit(" ", 1)[0],
        "memo": lambda: row.words.rsplit(" ", 1)[-1],
        "dir": lambda: columns.in_out[row.cents < 0],
        "n": lambda: str(len(ledger.rows) - at),
        "bal": lambda: money(columns, row.balance_cents, columns.balance_wrap or columns.wrap),
        "start": lambda: money(columns, row.balance_cents - row.cents, columns.wrap),
        ".": lambda: "",
    }
    if role in written:
        return written[role]()
    shown = {
        "amt": row.cents,
        "abs": abs(row.cents),
        "-amt": -row.cents,
        "debit": -row.cents if row.cents < 0 else None,
        "-debit": row.cents if row.cents < 0 else None,
        "credit": row.cents if row.cents > 0 else None,
    }[role]
    return columns.empty if shown is None else money(columns, shown, columns.wrap)


def money(columns: Columns, cents: int, wrap: str) -> str:
    """An amount as this bank writes it."""
    return wrap.format(number(cents, columns.style, columns.negative, columns.symbol))


def facts(columns: Columns, ledger: Ledger) -> dict[str, str]:
    """What lines above and below the rows can say."""
    rows = ledger.rows
    return {
        "account": ledger.number,
        "open": money(columns, ledger.opening_cents, "{}"),
        "close": money(columns, ledger.closing_cents, "{}"),
        "in": money(columns, ledger.paid_in_cents, "{}"),
        "out": money(columns, -ledger.paid_out_cents, "{}"),
        "outabs": money(columns, ledger.paid_out_cents, "{}"),
        "from": day(rows[0].day, columns.form),
        "to": day(rows[-1].day, columns.form),
        "d": columns.delimiter,
    }


def written(columns: Columns, ledger: Ledger) -> bytes:
    """The bytes of the file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=columns.delimiter, quoting=columns.quoting, lineterminator=columns.eol)  # type: ignore[arg-type]
    stated = facts(columns, ledger)
    for line in columns.above:
        out.write(line.format(**stated) + columns.eol)
    if columns.head:
        heads = columns.head.split("|")
        writer.writerow(heads)
    rows = list(ledger.rows)
    for at, row in enumerate(reversed(rows) if columns.newest_first else rows):
        writer.writerow([cell(columns, ledger, role, row, at) for role in columns.roles.split()])
    for line in columns.below:
        out.write(line.format(**stated) + columns.eol)
    return columns.bom + out.getvalue().encode(columns.encoding)


def ledger_of(columns: Columns, name: str, seed: str) -> Ledger:
    """The rows a kind gets from a seed."""
    return account(
        f"{name}/{seed}",
        columns.size,
        columns.language,
        step=columns.step,
        large=columns.large,
        days_to_12=columns.days_to_12,
        first=columns.first,
    )


def delimited(
    name: str,
    source: str,
    fact: str,
    columns: Columns,
    answer: Answer = Answer.READ,
    institution: str = "",
    reason_any: tuple[str, ...] = (),
    extension: str = "csv",
) -> Kind:
    """A kind of file in columns."""

    def make(seed: str) -> Sample:
        ledger = ledger_of(columns, name, seed)
        roles = columns.roles.split()
        expected = Expected(
            answer,
            ledger.rows,
            reason_any=reason_any,
            reason_not=("accountNo",),
            with_balances="bal" in roles,
            any_day=not columns.head and "vdate" in roles,
        )
        return Sample(f"{name}.{extension}", written(columns, ledger), expected, institution)

    return Kind(name, source, fact, make)
