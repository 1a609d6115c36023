"""One statement: its pages with the rows marked on them beside the rows as read, the proof, and where it was refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.jobs import JobWithSteps
from bowerbird.domain.services import Session
from bowerbird.domain.statements import files, parsed_statements, uploads
from bowerbird.domain.statements.parsed_statements import ParsedRow, ParsedStatement
from bowerbird.model.days import day_of_number
from bowerbird.model.job import UNFINISHED, StepStatus
from bowerbird.statements.confined.outcomes import NoReader
from bowerbird.statements.csv.file_lines import FileLine, file_lines
from bowerbird.statements.pdf.annotations import Box, Size
from bowerbird.statements.refusal import Refused
from bowerbird.storage.rows import parsed_statements as rows
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.jobs import explain
from bowerbird.web.dashboard.statements import proofs
from bowerbird.web.dashboard.statements.statements import KINDS, verdict_of
from bowerbird.web.kernel.not_found import PageRefused, not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageResponse

_ROWS, _AROUND = 60, 12
"""Rows of a file of text on a page, and lines shown around the one that broke it."""
_MOST_LINES = 600


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


def _job(request: PageRequest, session: Session) -> JobWithSteps:
    """The job that read the statement, if it is this user's. Raises Refusal."""
    tenant = users.tenant_of(request)
    if rows.find_upload_job(session.uow, *tenant, request.path["job_id"]) is None:
        raise not_found("statement")
    return jobs.get_job(session.in_application(tenant.application_id), request.path["job_id"])


def show_statement(request: PageRequest) -> PageResponse:
    application, tenant, job_id = applications.find(request), users.tenant_of(request), request.path["job_id"]

    def read(session: Session) -> dict[str, Any]:
        return {
            "person": users.find(request, session),
            "view": _job(request, session),
            "record": rows.find_parsed_statement(session.uow, tenant.application_id, job_id),
            "reading": parsed_statements.find_parsed_statement(session.of(tenant), job_id),
            "proven": [row for row in rows.statements_of_user(session.uow, *tenant) if row.job_id == job_id],
            "file": files.kept_kind(session.of(tenant), job_id),
            "until": files.kept_until(session.of(tenant)).get(job_id),
        }

    found = request.read(read, tenant=tenant.application_id)
    view, reading, kind = found.pop("view"), found.pop("reading"), found.pop("file")
    file = uploads.read_upload(request.services, tenant, job_id) if kind not in ("", "pdf") else None
    job, kept = view.job, reading or ParsedStatement()
    first = found["proven"][0] if found["proven"] else None
    facts = proofs.facts_of(first, reading) if first is not None else []
    by_account = {each.account_id: each for each in kept.accounts}
    sheet = _sheet(request, kept, facts, file)
    failed = next((step for step in view.steps if step.status == StepStatus.FAILED and step.result), None)
    signs = proofs.signs_of(json.loads(first.signs)) if first is not None else proofs.strong_signs(job.failure_reason)
    return request.show(
        "dashboard/statement.html", application=application, user_path=users.address(tenant), job=job, live=job.state in UNFINISHED,
        here_path=f"{users.address(tenant)}/statements/{job_id}", institution=request.services.institutions.find(job.institution_id),
        verdict=verdict_of(job, found["proven"]), failure=explain(failed.result) if failed and failed.result else None, facts=facts,
        agreed=proofs.agreed(facts), sums={row.account_id: proofs.sum_of(row, by_account.get(row.account_id)) for row in found["proven"]},
        signs=signs, sheet=sheet, has_reading=reading is not None,
        accounts=by_account, names={row.account_id: row.account_name for row in found["proven"]}, kinds=KINDS, day_of=day_of_number,
        days=request.services.limits.statement_files_kept_days, words_of=proofs.words_of, reading_line=kept.line, is_new=kept.new != "",
        pairs={each.row.line: each.number for each in sheet.rows}, **found,
    )  # fmt: skip


def _asked(request: PageRequest, count: int, usual: int) -> int:
    """The page that is asked for, within those that are there."""
    text = request.one("page")
    return min(max(int(text), 1), max(count, 1)) if text.isdecimal() and len(text) < 7 else min(max(usual, 1), max(count, 1))


def _sheet(request: PageRequest, reading: ParsedStatement, facts: list[proofs.FactLine], file: tuple[str, bytes] | None) -> Sheet:
    read = [(account.account_id, row) for account in reading.accounts for row in account.rows]
    numbered = [Numbered(number, row, row.boxes, account_id) for number, (account_id, row) in enumerate(read, 1)]
    if not reading.pages:
        return _text_sheet(request, reading, numbered, file)
    marked = [*reading.broken, *(box for each in numbered for box in each.boxes)]
    page = _asked(request, len(reading.pages), marked[0].page if marked else 1)
    here = [each._replace(boxes=[box for box in each.boxes if box.page == page]) for each in numbered]
    apart = [(proofs.words_of(fact.what), fact.where) for fact in facts if fact.where]
    return Sheet(
        page, len(reading.pages), [each for each in here if each.boxes], reading.pages[page - 1],
        broken=[box for box in reading.broken if box.page == page], signs=[box for box in reading.signs if box and box.page == page],
        facts=[(what, box) for what, box in apart if box.page == page],
    )  # fmt: skip


def _text_sheet(request: PageRequest, reading: ParsedStatement, numbered: list[Numbered], file: tuple[str, bytes] | None) -> Sheet:
    """Rows of a file of text with the lines they stand on; of a refused one the lines around the one that broke it."""
    count = -(-len(numbered) // _ROWS)
    page = _asked(request, count, 1)
    here = numbered[(page - 1) * _ROWS : page * _ROWS]
    told = [each.row.line for each in here if each.row.line is not None]
    if reading.line is not None:
        told = [max(1, reading.line - _AROUND), reading.line + _AROUND]
    first = max(1, min(told) - 1) if told else 1
    lines = file_lines(*file, first, min(max(told), first + _MOST_LINES)) if file and told else []
    return Sheet(page, count, here, lines=lines)


def show_statement_page(request: PageRequest) -> PageResponse:
    """A page of a kept PDF as a picture, drawn anew each time in a confined process."""
    tenant, job_id, page = users.tenant_of(request), request.path["job_id"], request.path["page"]

    def read(session: Session) -> bool:
        _job(request, session)
        return files.kept_kind(session.of(tenant), job_id) == "pdf"

    asked = page.isascii() and page.isdecimal() and len(page) < 5
    file = uploads.read_upload(request.services, tenant, job_id) if request.read(read, tenant=tenant.application_id) and asked else None
    if file is None:
        raise not_found("picture")
    try:
        picture = request.services.draw_page(file[1], int(page))
    except Refused as refused:
        raise PageRefused(404, "This page cannot be drawn", "The file is damaged there. Its rows are shown as they were read.") from refused
    except NoReader as busy:
        text = "Every process that reads files is at work. Reload the page in a few seconds."
        raise PageRefused(503, "No picture now", text, retry_after=5) from busy
    return PageResponse(200, picture, "image/png", (NOT_STORED, ("content-disposition", "inline")))
