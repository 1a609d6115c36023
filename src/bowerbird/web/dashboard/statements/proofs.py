"""The proof of a statement in plain words: the sums that were printed, and the arithmetic that gives them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bowerbird.domain.statements.parsed_statements import ParsedAccount
from bowerbird.domain.statements.records import NamedStatementRow
from bowerbird.statements.alteration.meanings import MEANINGS
from bowerbird.statements.alteration.signs import STRONG, SignKind
from bowerbird.statements.arithmetic.room import COUNTED, DATED, ROOM_BELOW
from bowerbird.statements.pdf.annotations import Box

_WORDS = {
    "opening": "The opening balance",
    "closing": "The closing balance",
    "running balance": "The balance beside a row",
    "total debits": "The total of debits",
    "total credits": "The total of credits",
    "opening balance": "The opening balance, in the table",
    "closing balance": "The closing balance, in the table",
    ROOM_BELOW: "The last row, with room for more below it: no closing balance is printed",
    COUNTED: "The last row, on pages that are counted and all in the file: no closing balance is printed",
    DATED: "A balance carried forward that has the last day of the period",
    "running balance carried": "A balance carried forward",
}


class FactLine(NamedTuple):
    """A printed sum that agrees. `where` is its place on its page, if it has one."""

    what: str
    page: int
    row: int
    cents: int
    where: Box | None


@dataclass(frozen=True, slots=True)
class AgreedFigure:
    """All facts of one kind: how many, and the pages they are printed on."""

    what: str
    count: int
    pages: list[int]


class Sum(NamedTuple):
    """opening + credits − debits = closing, in cents; `debits` and `credits` without a sign. `holds` compares both closings."""

    opening: int
    credits: int
    credit_count: int
    debits: int
    debit_count: int
    closing: int
    computed: int

    @property
    def holds(self) -> bool:
        return self.closing == self.computed


class SignLine(NamedTuple):
    """A sign of alteration: how strong, what was seen, what it means, and which honest file shows it as well."""

    kind: str
    strong: bool
    page: int
    seen: str
    what: str
    honest: str


def facts_of(row: NamedStatementRow, account: ParsedAccount | None) -> list[FactLine]:
    """The facts of a stored record with their places, where its account's rows were kept."""
    places = account.facts if account is not None else []
    return [FactLine(*fact, places[number] if number < len(places) else None) for number, fact in enumerate(row.certificate)]


def agreed(facts: list[FactLine]) -> list[AgreedFigure]:
    """Facts by kind, in the order in which kinds were first proved."""
    groups: dict[str, list[FactLine]] = {}
    for fact in facts:
        groups.setdefault(fact.what, []).append(fact)
    return [AgreedFigure(words_of(what), len(group), sorted({fact.page for fact in group})) for what, group in groups.items()]


def words_of(what: str) -> str:
    return _WORDS.get(what, what[:1].upper() + what[1:])


def sum_of(row: NamedStatementRow, account: ParsedAccount | None) -> Sum | None:
    """The arithmetic of a statement whose rows were all kept; None where a balance is not known."""
    if account is None or account.total != len(account.rows) or row.opening is None or row.closing is None:
        return None
    amounts = [parsed.amount for parsed in account.rows]
    came_in, went_out = [amount for amount in amounts if amount > 0], [-amount for amount in amounts if amount < 0]
    return Sum(row.opening, sum(came_in), len(came_in), sum(went_out), len(went_out), row.closing, row.opening + sum(amounts))


def signs_of(signs: list[str]) -> list[SignLine]:
    """Signs as a record keeps them: "kind on page 2: what was seen"; of a refusal only "kind on page 2"."""
    lines = []
    for sign in signs:
        name, _, rest = sign.partition(" on page ")
        page, _, seen = rest.partition(": ")
        if name in set(SignKind):
            kind = SignKind(name)
            lines.append(SignLine(name, kind in STRONG, int(page) if page.isdecimal() else 0, seen, *MEANINGS[kind]))
    return lines


def strong_signs(reason: str | None) -> list[SignLine]:
    """The signs that a refusal names."""
    _, altered, signs = (reason or "").partition("altered: ")
    return signs_of(signs.split("; ")) if altered else []
