"""What was read of an uploaded statement, row by row and with its places on the pages: for operators, sealed as the file was.

It is written with the job that read the file, also where the file is refused, and deleted with the user or with the data that was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.read_scope import ReadScope
from bowerbird.domain.consents.restrict import restrict_transactions
from bowerbird.domain.jobs.work import Work
from bowerbird.domain.ledger.card_masking import mask_transaction
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import day_number
from bowerbird.model.ids import new_id
from bowerbird.model.statement import FileKind, UnknownKind
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.pdf.annotations import NO_NOTES, Box, New, ParseNotes, Size
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.search.products import sounds_like_product
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import statements as rows
from bowerbird.storage.rows.statements import ParsedStatementRow, UnknownLayoutKey
from bowerbird.storage.vault.envelope import SealContext

MAX_ROWS = 2_000
"""Rows of an account that are kept as they were read; all of them are among its transactions."""

MAX_PAGES = 400
_MAX_BROKEN, _MAX_PLACES, _LONGEST_DRAFT = 20, 20_000, 65_536
"""What is kept of a file is bounded here as well: it comes from a process that a hostile file may have taken over."""


class ParsedRow(msgspec.Struct, array_like=True):
    """A transaction as read: cents, a day by number, its boxes on the pages or its line of text."""

    day: int | None
    text: str
    amount: int
    balance: int | None
    boxes: list[Box] = []
    line: int | None = None


class ParsedAccount(msgspec.Struct):
    """An account's rows in the order they happened; `total` says how many there were. `facts` are the places of its printed sums."""

    account_id: str
    total: int
    rows: list[ParsedRow]
    facts: list[Box | None] = []


class ParsedStatement(msgspec.Struct):
    """Everything kept of a file. `signs` are places, in the order of the statement's own; `line` broke a file of text."""

    accounts: list[ParsedAccount] = []
    pages: list[Size] = []
    signs: list[Box | None] = []
    broken: list[Box] = []
    line: int | None = None
    new: New = ""
    product: str = ""
    draft: str = ""


class ParsedFile(NamedTuple):
    """What is stored of a file that was read. `size` in bytes; `row_count` counts all its transactions, also those not stored as read."""

    kind: FileKind
    size: int
    row_count: int
    content: ParsedStatement


_decode = msgspec.json.Decoder(ParsedStatement).decode


def _seal_context(tenant: Tenant, job_id: str) -> SealContext:
    return SealContext(*tenant, "readings", job_id, "content")


def record_parsed_statement(session: Session, work: Work, statement: Sequence[StatementAccount], account_ids: Sequence[str]) -> None:
    """Store what was read of a file, with the accounts it went to."""
    marked, scope = work.finding.marked, read_scope(session)
    parsed = ParsedStatement(
        accounts=[_account(scope, account, account_id) for account, account_id in zip(statement, account_ids, strict=True)],
        signs=marked.signs[:_MAX_PLACES],
        product=next((account.account.product for account in statement if isinstance(account, ProvenStatement)), ""),
    )
    _insert(session, work, parsed, work.finding, sum(len(account.transactions) for account in statement))


def record_refusal(session: Session, work: Work, refused: Refused) -> None:
    """Store where a file was refused; nothing of a file that was deleted before it was read."""
    if not work.kind:
        return
    line = refused.values.get("row")
    broken, product = refused.finding.marked.broken[:_MAX_BROKEN], shown(refused.finding.product)
    parsed = ParsedStatement(broken=broken, line=line if isinstance(line, int) else None, product=product)
    _insert(session, work, parsed, refused.finding, 0)


def _insert(session: Session, work: Work, parsed: ParsedStatement, notes: ParseNotes, row_count: int) -> None:
    parsed.new = notes.new
    parsed.pages, parsed.draft = notes.marked.pages[:MAX_PAGES], notes.draft[:_LONGEST_DRAFT]
    now_ms, institution_id = to_milliseconds(session.services.clock.now()), work.job.institution_id
    row = ParsedStatementRow(
        job_id=work.job.id,
        application_id=work.tenant.application_id,
        user_id=work.tenant.user_id,
        institution_id=institution_id,
        kind=FileKind(work.kind),
        size=work.size,
        rows=row_count,
        content=session.services.vault.seal(session.uow, msgspec.json.encode(parsed), _seal_context(work.tenant, work.job.id)),
        created=now_ms,
    )
    rows.insert_parsed_statement(session.uow, row)
    if notes.new and notes.new != "columns":
        name = notes.product if sounds_like_product(notes.product) else ""
        key = UnknownLayoutKey(work.tenant.application_id, institution_id, UnknownKind(notes.new), name)
        rows.record_unknown_layout(session.uow, key, new_id(), now_ms, work.job.id)


def _account(scope: ReadScope, statement: StatementAccount, account_id: str) -> ParsedAccount:
    marked = statement.marked if isinstance(statement, ProvenStatement) else NO_NOTES.marked
    boxes, lines, rows = marked.rows, statement.lines, restrict_transactions(scope, statement.account, statement.transactions)
    parsed = [
        _row(transaction, boxes[place] if place < len(boxes) else [], lines[place] if place < len(lines) else None)
        for place, transaction in enumerate(rows)
        if scope.has_day(transaction.posted or transaction.made)
    ]
    return ParsedAccount(account_id, len(parsed), parsed[:MAX_ROWS], marked.facts[:_MAX_PLACES])


def _row(transaction: BankTransaction, boxes: list[Box], line: int | None) -> ParsedRow:
    masked = mask_transaction(transaction)
    day = masked.posted or masked.made
    return ParsedRow(day_number(day) if day else None, masked.description, masked.amount, masked.balance, boxes, line)


def find_parsed_statement(session: Session, job_id: str) -> ParsedFile | None:
    """What is stored of a job's file. None for another user's, and for a file that was not read."""
    row = rows.find_parsed_statement(session.uow, session.tenant.application_id, job_id)
    if row is None or row.user_id != session.tenant.user_id or not read_scope(session).transactions:
        return None
    content = _decode(session.services.vault.open(session.uow, row.content, _seal_context(session.tenant, job_id)))
    return ParsedFile(row.kind, row.size, row.rows, content)
