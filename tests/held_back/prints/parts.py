"""Parts that several kinds of print share."""

from datetime import date

from tests.held_back.kind import Answer, Expected
from tests.held_back.ledger import Ledger, account
from tests.held_back.prints.model import Column, Drawn, Element, Entry, Facts, Form, NewPage, Print, Table, Text, entries, spoken
from tests.held_back.writing import day

LETTER = (
    Text("Dear customer", 10),
    Text("We changed the terms of your account. The new terms start on 1 July 2025 and cost $5.00 a month less."),
    Text("Call us on 1300 555 010 between 8.30 and 17.00 with your questions."),
    Text("Yours sincerely, the bank"),
    NewPage(),
)


def columns(*parts: str) -> tuple[Column, ...]:
    """Columns written `key|Heading|width`, with `|r` behind for one that stands to the right."""
    made = []
    for part in parts:
        key, heading, width, *right = part.split("|")
        made.append(Column(key, heading, int(width), bool(right)))
    return tuple(made)


def ledger_for(name: str, seed: str, size: int, language: str = "en", step: int = 1, first: date = date(2025, 3, 3), opening_cents: int = 250_000, days_to_12: bool = False) -> Ledger:
    """The rows of a print."""
    return account(f"{name}/{seed}/{size}", size, language, first, step, opening_cents=opening_cents, days_to_12=days_to_12)


def drawn(elements: tuple[Element, ...], ledger: Ledger, form: Form, footer: str = "", answer: Answer = Answer.READ, reason_any: tuple[str, ...] = ()) -> Drawn:
    """A print of one account with its expected rows."""
    expected = Expected(answer, spoken(form, ledger).rows, reason_any=reason_any, with_balances=form.balance != "none")
    return Drawn(Print(elements, footer), expected)


def head(bank: str, ledger: Ledger, form: Form, period: str = "%d %B %Y", title: str = "Account statement", number: str = "Account number", span: str = "Statement period", joined: str = " to ") -> tuple[Element, ...]:
    """The bank, the title, the account and the period."""
    first, last = ledger.rows[0].day, ledger.rows[-1].day
    return (
        Text(bank, 14),
        Text(title, 11),
        Facts(((number, ledger.number), (span, f"{day(first, period)}{joined}{day(last, period)}"))),
    )


def summary(ledger: Ledger, form: Form, names: tuple[str, str, str, str]) -> Facts:
    """Opening balance, what came in, what went out, closing balance, under these names."""
    figures = (ledger.opening_cents, ledger.paid_in_cents, ledger.paid_out_cents, ledger.closing_cents)
    return Facts(tuple((name, form.total(figure) if at in {0, 3} else form.money(figure)) for at, (name, figure) in enumerate(zip(names, figures, strict=True)) if name))


def one_table(shape: tuple[Column, ...], rows: tuple[Entry, ...], carried: str = "", brought: str = "") -> Table:
    """A table of these rows."""
    return Table(shape, rows, carried, brought)
