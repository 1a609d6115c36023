"""What an uploaded statement was read to say, row by row and with its places: for operators, sealed as the file was.

It is written with the job that read the file, whatever came of it, and goes with the user or with the data that was read.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.jobs.work import Work
from bowerbird.domain.ledger.card_numbers import cut_transaction
from bowerbird.domain.services import Session
from bowerbird.domain.statements.unknown_layouts import record_parse_notes
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.pdf.annotations import Box, New, ParseNotes, Size
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import parsed_statements as rows
from bowerbird.storage.vault.envelope import SealContext

MOST_ROWS = 2_000
"""Rows of an account that are kept as they were read; all of them are among its transactions."""

MOST_PAGES = 400
_MOST_BROKEN, _MOST_PLACES, _LONGEST_DRAFT = 20, 20_000, 65_536
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
    """An account's rows in the order they happened; `total` says how many there were."""

    account_id: str
    total: int
    rows: list[ParsedRow]


class ParsedStatement(msgspec.Struct):
    """Everything kept of a file. `facts` and `signs` are places, in the order of the statement's own; `line` broke a file of text."""

    accounts: list[ParsedAccount] = []
    pages: list[Size] = []
    facts: list[Box | None] = []
    signs: list[Box | None] = []
    broken: list[Box] = []
    line: int | None = None
    new: New = ""
    product: str = ""
    draft: str = ""


_decode = msgspec.json.Decoder(ParsedStatement).decode


def _place(tenant: Tenant, job_id: str) -> SealContext:
    return SealContext(*tenant, "readings", job_id, "content")


def record_parsed_statement(session: Session, work: Work, statement: Sequence[StatementAccount], account_ids: Sequence[str]) -> None:
    """Store what a file was read to say, with the accounts it went to."""
    marked = work.finding.marked
    found = ParsedStatement(
        accounts=[_account(each, account_id, marked.rows) for each, account_id in zip(statement, account_ids, strict=True)],
        facts=marked.facts[:_MOST_PLACES],
        signs=marked.signs[:_MOST_PLACES],
        product=next((each.account.product for each in statement if isinstance(each, ProvenStatement)), ""),
    )
    _keep(session, work, found, work.finding, sum(len(each.transactions) for each in statement))


def record_refusal(session: Session, work: Work, refused: Refused) -> None:
    """Store where a file was refused."""
    line = refused.values.get("row")
    broken, product = refused.finding.marked.broken[:_MOST_BROKEN], shown(refused.finding.product)
    found = ParsedStatement(broken=broken, line=line if isinstance(line, int) else None, product=product)
    _keep(session, work, found, refused.finding, 0)


def _keep(session: Session, work: Work, found: ParsedStatement, finding: ParseNotes, row_count: int) -> None:
    found.new = finding.new
    found.pages, found.draft = finding.marked.pages[:MOST_PAGES], finding.draft[:_LONGEST_DRAFT]
    values = {
        "job_id": work.job.id,
        "application_id": work.tenant.application_id,
        "user_id": work.tenant.user_id,
        "institution_id": work.job.institution_id,
        "kind": work.kind,
        "size": work.size,
        "rows": row_count,
        "content": session.services.vault.seal(session.uow, msgspec.json.encode(found), _place(work.tenant, work.job.id)),
        "created": to_milliseconds(session.services.clock.now()),
    }
    rows.insert_parsed_statement(session.uow, values)
    record_parse_notes(session, work.job, finding)


def _account(statement: StatementAccount, account_id: str, boxes: list[list[Box]]) -> ParsedAccount:
    kept = statement.transactions[:MOST_ROWS]
    lines = statement.lines
    read = [
        _row(each, boxes[place] if place < len(boxes) else [], lines[place] if place < len(lines) else None)
        for place, each in enumerate(kept)
    ]
    return ParsedAccount(account_id, len(statement.transactions), read)


def _row(transaction: BankTransaction, boxes: list[Box], line: int | None) -> ParsedRow:
    told = cut_transaction(transaction)
    day = told.posted or told.made
    return ParsedRow(day_number(day) if day else None, told.description, told.amount, told.balance, boxes, line)


def find_parsed_statement(session: Session, job_id: str) -> ParsedStatement | None:
    """What is kept of a job's file. None for another user's, and where nothing is."""
    row = rows.find_parsed_statement(session.uow, session.tenant.application_id, job_id)
    if row is None or row.user_id != session.tenant.user_id:
        return None
    return _decode(session.services.vault.open(session.uow, row.content, _place(session.tenant, job_id)))
