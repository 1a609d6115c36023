"""Reading one statement file outside a server: every kind of file, and an outcome that can be shown or printed as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bowerbird import codes
from bowerbird.model.money import format_cents, format_optional_cents
from bowerbird.model.statement import FileKind
from bowerbird.statements.confined.outcomes import RefusedInside
from bowerbird.statements.confined.pool import Readers, Task
from bowerbird.statements.files import kind_in_words, kind_of
from bowerbird.statements.pdf.proven import ExaminedStatement, ProvenStatement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tables.mapping import ColumnMapping, MappingDraft, MappingPreview


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """What came of a file: accounts with their transactions, or a refusal with code, title, detail and our own reason."""

    accounts: list[dict[str, Any]] = field(default_factory=list)
    refusal: dict[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        return {"refusal": self.refusal} if self.refusal is not None else {"accounts": self.accounts}


@dataclass(frozen=True, slots=True)
class StatementReader:
    """Reads files of institutions, which are named by their origin."""

    readers: Readers
    pdf: Task[ExaminedStatement]
    drafting: Task[str]
    export: Task[list[StatementAccount]]
    describing: Task[str]
    columns: Task[MappingPreview]

    def read(self, data: bytes, institution: str, account_number: str | None = None, mapping: ColumnMapping | None = None) -> ReadOutcome:
        """What a file says; a table by a mapping where one is given."""
        try:
            kind = kind_of(data)
            if kind is None:
                is_what = f": it is {kind_in_words(data) or 'of no kind that is known'}"
                raise RefusedInside(codes.STATEMENT_INVALID, f"neither PDF nor workbook nor text by its content{is_what}")
            if kind is FileKind.PDF:
                examined = self.readers.read(self.pdf, data, institution=institution)
                return ReadOutcome([_described(account, examined) for account in examined.statement.accounts])
            by = None if mapping is None else msgspec.to_builtins(mapping)
            accounts = self.readers.read(self.export, data, institution=institution, account_number=account_number, mapping=by)
            return ReadOutcome([_described(account) for account in accounts])
        except Refused as refused:
            answer = {"code": refused.entry.code, "title": refused.title, "detail": refused.detail}
            return ReadOutcome(refusal={**answer, "reason": str(getattr(refused, "reason", ""))})

    def draft(self, data: bytes, others: Sequence[bytes] = ()) -> str:
        """A proposed layout file for a PDF statement, and others of the same print, that can be read and proven without one.

        Raises Refused.
        """
        return self.readers.read(self.drafting, data, others=list(others))

    def describe(self, data: bytes) -> str:
        """The skeleton of a statement, without a word of what it says. Raises Refused."""
        return self.readers.read(self.describing, data)

    def preview(self, data: bytes, institution: str, draft: MappingDraft | None = None) -> MappingPreview:
        """What a table's columns may mean, and how it is read then. Raises Refused for a file that is no table."""
        chosen = None if draft is None else msgspec.to_builtins(draft)
        return self.readers.read(self.columns, data, institution=institution, draft=chosen)

    def close(self) -> None:
        self.readers.close()


def _described(statement: StatementAccount, examined: ExaminedStatement | None = None) -> dict[str, Any]:
    """An account of a statement as plain values; money as text with two decimals."""
    account = statement.account
    proven = statement if isinstance(statement, ProvenStatement) else None
    return {
        "number": account.number,
        "holder": account.holder,
        "currency": account.currency,
        "class": account.account_class.value,
        "product": account.product,
        "period": [day.isoformat() for day in proven.period] if proven else None,
        "opening": format_cents(proven.opening) if proven else None,
        "closing": format_cents(proven.closing) if proven else format_optional_cents(account.balance),
        "transactions": [
            {
                "postDate": row.posted.isoformat() if row.posted else None,
                "description": row.description,
                "amount": format_cents(row.amount),
                "balance": format_optional_cents(row.balance),
            }
            for row in statement.transactions
        ],
        "proved": statement.proved,
        "facts": _facts(proven) if proven else [],
        "layout": proven.layout_id if proven else None,
        "signs": list(examined.signs if examined else statement.notes),
    }


def _facts(proven: ProvenStatement) -> list[dict[str, Any]]:
    facts = proven.certificate.facts
    return [{"what": fact.what, "page": fact.page, "row": fact.row, "amount": format_cents(fact.cents)} for fact in facts]
