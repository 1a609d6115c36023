"""One statement: its pages with the rows marked on them beside the rows as read, the proof, and where it was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from bowerbird.domain.jobs.jobs import JobWithSteps
from bowerbird.domain.services import Session
from bowerbird.domain.statements.column_mappings import WaitingFile, find_waiting_file
from bowerbird.domain.statements.files import find_kept_kind, kept_until
from bowerbird.domain.statements.parsed_statements import ParsedFile, ParsedRow, ParsedStatement, find_parsed_statement
from bowerbird.domain.statements.records import NamedStatementRow, list_statements
from bowerbird.domain.statements.statements import find_statement_job
from bowerbird.domain.statements.uploads import StatementFile, read_upload
from bowerbird.model.days import day_of_number
from bowerbird.model.job import UNFINISHED, StepStatus
from bowerbird.model.statement import WORKBOOKS, FileKind
from bowerbird.statements.alteration.signs import SignKind
from bowerbird.statements.confined.outcomes import NoReader, NotConfined
from bowerbird.statements.file_line import FileLine
from bowerbird.statements.pdf.annotations import Box, Size
from bowerbird.statements.refusal import Refused
from bowerbird.statements.tables.mapping import CONFIRMATIONS
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.jobs import explain
from bowerbird.web.dashboard.statements import proofs
from bowerbird.web.dashboard.statements.statements import KINDS, verdict_of
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageRefused, PageResponse, not_found

_ROWS, _AROUND = 60, 12
"""Rows of a file of text on a page, and lines shown around the one that broke it."""
_MAX_LINES = 600


class Numbered(NamedTuple):
    """A row as read, with its number in the file, 1 the first, and its places on the page that is shown."""

    number: int
    row: ParsedRow
    boxes: list[Box]
    account_id: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is shown at a time: a page of a PDF, or a stretch of a file of text. `size` is None for text."""

    number: int
    count: int
    rows: list[Numbered]
    size: Size | None = None
    broken: list[Box] = field(default_factory=list)
    signs: list[Box] = field(default_factory=list)
    facts: list[tuple[str, Box]] = field(default_factory=list)
    lines: list[FileLine] = field(default_factory=list)


class StatementData(NamedTuple):
    """What the page shows of a job that reads a statement. `kind` is its kept file's, `until` when that is deleted."""

    person: Person
    view: JobWithSteps
    record: ParsedFile | None
    proven: list[NamedStatementRow]
    kind: FileKind | None
    until: int | None
    waiting: WaitingFile | None


def _job(session: Session, job_id: str) -> JobWithSteps:
    """The user's job that read the statement. Raises Refusal."""
    view = find_statement_job(session, job_id)
    if view is None:
        raise not_found("statement")
    return view


def _read(session: Session, request: PageRequest, job_id: str) -> StatementData:
    return StatementData(
        person=users.find(request, session),
        view=_job(session, job_id),
        record=find_parsed_statement(session, job_id),
        proven=[row for row in list_statements(session) if row.job_id == job_id],
        kind=find_kept_kind(session, job_id),
        until=kept_until(session).get(job_id),
        waiting=find_waiting_file(session, job_id),
    )


def show_statement(request: PageRequest) -> PageResponse:
    application, tenant, job_id = applications.find(request), users.tenant_of(request), request.path["job_id"]
    data = request.read(_read, request, job_id)
    job, proven, parsed = data.view.job, data.proven, data.record.content if data.record else ParsedStatement()
    file = read_upload(request.services, tenant, job_id) if data.kind not in (None, FileKind.PDF, *WORKBOOKS) else None
    first = proven[0] if proven else None
    by_account = {account.account_id: account for account in parsed.accounts}
    facts = {row.account_id: proofs.facts_of(row, by_account.get(row.account_id)) for row in proven}
    sheet = _sheet(request, parsed, [fact for each in facts.values() for fact in each], file)
    failed = next((step for step in data.view.steps if step.status == StepStatus.FAILED and step.result), None)
    signs = proofs.signs_of(first.signs) if first is not None else proofs.strong_signs(job.failure_reason)
    return request.show(
        "dashboard/statement.html", application=application, user_path=users.address(tenant), job=job, live=job.state in UNFINISHED,
        here_path=f"{users.address(tenant)}/statements/{job_id}", institution=request.services.institutions.find(job.institution_id),
        verdict=verdict_of(job.state, proven), failure=explain(failed.result) if failed and failed.result else None, facts=facts,
        agreed={account: proofs.agreed(each) for account, each in facts.items()},
        sums={row.account_id: proofs.sum_of(row, by_account.get(row.account_id)) for row in proven},
        signs=signs, sheet=sheet, accounts=by_account, names={row.account_id: row.account_name for row in proven}, kinds=KINDS,
        day_of=day_of_number, days=request.services.limits.statement_files_kept_days, words_of=proofs.words_of, broken_line=parsed.line,
        notes=_notes(data), waiting=data.waiting, is_new=parsed.new in ("product", "layout"), confirmation=_confirmation(data),
        pairs={each.row.line: each.number for each in sheet.rows}, person=data.person,
        record=data.record, proven=proven, until=data.until,
    )  # fmt: skip


def _notes(data: StatementData) -> list[str]:
    """What a person who opened the file may not have seen, or what nothing in it shows."""
    signs = data.proven[0].signs if data.proven else []
    return [note for note in signs if not (note.startswith(_CONFIRMED) or SignKind.is_named(note))]


_CONFIRMED = tuple(CONFIRMATIONS.values())


def _confirmation(data: StatementData) -> str:
    """Who said what the columns of a table mean; empty where the file decides it."""
    is_table = data.record is not None and data.record.kind is not FileKind.PDF
    return next((note for note in data.proven[0].signs if note.startswith(_CONFIRMED)), "") if data.proven and is_table else ""


def _asked(request: PageRequest, count: int, usual: int) -> int:
    """The page that is asked for, within those that are there."""
    text = request.one("page")
    return min(max(int(text), 1), max(count, 1)) if text.isdecimal() and len(text) < 7 else min(max(usual, 1), max(count, 1))


def _sheet(request: PageRequest, parsed: ParsedStatement, facts: list[proofs.FactLine], file: StatementFile | None) -> Sheet:
    rows = [(account.account_id, row) for account in parsed.accounts for row in account.rows]
    numbered = [Numbered(number, row, row.boxes, account_id) for number, (account_id, row) in enumerate(rows, 1)]
    if not parsed.pages:
        return _text_sheet(request, parsed, numbered, file)
    marked = [*parsed.broken, *(box for row in numbered for box in row.boxes)]
    page = _asked(request, len(parsed.pages), marked[0].page if marked else 1)
    here = [row._replace(boxes=[box for box in row.boxes if box.page == page]) for row in numbered]
    apart = [(proofs.words_of(fact.what), fact.where) for fact in facts if fact.where]
    return Sheet(
        page, len(parsed.pages), [row for row in here if row.boxes], parsed.pages[page - 1],
        broken=[box for box in parsed.broken if box.page == page], signs=[box for box in parsed.signs if box and box.page == page],
        facts=[(what, box) for what, box in apart if box.page == page],
    )  # fmt: skip


def _text_sheet(request: PageRequest, parsed: ParsedStatement, numbered: list[Numbered], file: StatementFile | None) -> Sheet:
    """Rows of a file of text with the lines they stand on; of a refused one the lines around the one that broke it."""
    count = -(-len(numbered) // _ROWS)
    page = _asked(request, count, 1)
    here = numbered[(page - 1) * _ROWS : page * _ROWS]
    numbers = [row.row.line for row in here if row.row.line is not None]
    if parsed.line is not None:
        numbers = [max(1, parsed.line - _AROUND), parsed.line + _AROUND]
    first = max(1, min(numbers) - 1) if numbers else 1
    lines = _lines(request, file, first, min(max(numbers), first + _MAX_LINES)) if file and numbers else []
    return Sheet(page, count, here, lines=lines)


def _lines(request: PageRequest, file: StatementFile, first: int, last: int) -> list[FileLine]:
    """Lines of a kept file; none where it cannot be read now, since the rows say the most of them."""
    try:
        return request.services.list_lines(file.kind, file.content, first, last)
    except (Refused, NoReader):
        return []


def show_statement_page(request: PageRequest) -> PageResponse:
    """A page of a kept PDF as a picture, drawn anew each time in a confined process."""
    tenant, job_id, page = users.tenant_of(request), request.path["job_id"], request.path["page"]
    is_pdf = request.read(_is_kept_pdf, job_id)
    is_number = page.isascii() and page.isdecimal() and len(page) < 5
    file = read_upload(request.services, tenant, job_id) if is_pdf and is_number else None
    if file is None:
        raise not_found("picture")
    try:
        picture = request.services.draw_page(file.content, int(page))
    except NotConfined as unread:
        raise PageRefused(503, "This server cannot read files safely", unread.reason) from unread
    except Refused as refused:
        raise PageRefused(404, "This page cannot be drawn", "The file is damaged there. Its rows are shown as they were read.") from refused
    except NoReader as busy:
        text = "Every process that reads files is busy. Reload the page in a few seconds."
        raise PageRefused(503, "No picture now", text, retry_after=5) from busy
    return PageResponse(200, picture, "image/png", (NOT_STORED, ("content-disposition", "inline")))


def _is_kept_pdf(session: Session, job_id: str) -> bool:
    _job(session, job_id)
    return find_kept_kind(session, job_id) is FileKind.PDF
