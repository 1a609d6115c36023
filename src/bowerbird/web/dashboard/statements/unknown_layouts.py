"""New products and layouts that statements have shown, and what an operator decides about them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Session
from bowerbird.domain.statements import parsed_statements, unknown_layouts
from bowerbird.domain.statements.unknown_layouts import LONGEST_NAME, Decision, ProductMapping
from bowerbird.model.account import AccountClass
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as application_rows
from bowerbird.storage.rows import jobs as job_rows
from bowerbird.storage.rows import unknown_layouts as rows
from bowerbird.web.dashboard import users
from bowerbird.web.kernel.not_found import not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageResponse
from bowerbird.web.kernel.words import label

_MOST = 500
PATH = "/dashboard/prints"
CLASSES = [(kind.value, label(kind.value)) for kind in AccountClass if kind is not AccountClass.UNKNOWN]


class Example(NamedTuple):
    """The latest statement that showed a print, while its reading is kept: its page, what it calls the product, a drafted layout."""

    path: str
    product: str
    has_draft: bool


class UnknownLayoutEntry(NamedTuple):
    """A print with the application it was met for."""

    row: Any
    application: str
    example: Example | None


def show_unknown_layouts(request: PageRequest) -> PageResponse:
    return _page(request, 200, {}, "")


def _page(request: PageRequest, status: int, typed: dict[str, str], wrong: str) -> PageResponse:
    def read(session: Session) -> tuple[list[UnknownLayoutEntry], list[Any]]:
        known = application_rows.all_applications(session.uow)
        names = {row.id: row.name for row in known}
        return [
            UnknownLayoutEntry(row, names.get(row.application_id, "–"), _example(request, session, row)[0])
            for row in rows.list_unknown_layouts(session.uow, _MOST)
        ], list(known)

    met, known = request.read(read, tenant=EVERY_TENANT)
    paper = [each for each in request.services.institutions if not each.sandbox and not each.disabled]
    return request.show(
        "dashboard/unknown_layouts.html", status, waiting=[each for each in met if each.row.decision == Decision.OPEN],
        decided=[each for each in met if each.row.decision != Decision.OPEN], institutions=request.services.institutions, classes=CLASSES,
        applications=[(row.id, row.name) for row in known], banks=[(each.id, each.name) for each in paper], typed=typed, wrong=wrong,
        longest=LONGEST_NAME,
    )  # fmt: skip


def _example(request: PageRequest, session: Session, row: Any) -> tuple[Example | None, str]:
    """The example of a print and its draft; None where the reading has gone with its user or its data."""
    job = job_rows.find_job(session.uow, row.application_id, row.job_id) if row.job_id else None
    if job is None:
        return None, ""
    tenant = Tenant(row.application_id, job.user_id)
    reading = parsed_statements.find_parsed_statement(session.of(tenant), job.id)
    if reading is None:
        return None, ""
    return Example(f"{users.address(tenant)}/statements/{job.id}", reading.product, bool(reading.draft)), reading.draft


def map_product(request: PageRequest) -> PageResponse:
    """Say what a product is: one that was met, or any other."""
    form = request.form
    typed = {name: form.text(name) for name in ("application", "institution", "name", "kind")}
    application = request.read(lambda session: application_rows.find_application(session.uow, typed["application"]), tenant=EVERY_TENANT)
    if application is None:
        return _page(request, 400, typed, "Choose the application whose uploads it is for.")
    if request.services.institutions.find(typed["institution"]) is None:
        return _page(request, 400, typed, "Choose the institution that prints it.")
    if typed["kind"] not in dict(CLASSES):
        return _page(request, 400, typed, "Choose what kind of account it is.")
    name = " ".join(typed["name"].split())
    if not 2 < len(name) <= LONGEST_NAME or not name.isprintable() or not any(letter.isalpha() for letter in name):
        return _page(request, 400, typed, f"Type the product's name as the statement prints it, in 3 to {LONGEST_NAME} characters.")
    mapping, who = ProductMapping(typed["institution"], name, AccountClass(typed["kind"])), request.signed_in.name
    request.write(unknown_layouts.map_product, mapping, who, tenant=application.id)
    return request.go(f"{PATH}?done=mapped")


def _find(request: PageRequest) -> Any:
    print_id = request.path["print_id"]
    row = request.read(lambda session: rows.find_any_unknown_layout(session.uow, print_id), tenant=EVERY_TENANT)
    if row is None:
        raise not_found("print")
    return row


def decide_unknown_layout(request: PageRequest) -> PageResponse:
    """Dismiss a print, or put it back among those that wait."""
    row, decision = _find(request), Decision.OPEN if request.form.text("decision") == "open" else Decision.DISMISSED
    who = request.signed_in.name
    request.write(
        unknown_layouts.decide_unknown_layout,
        row.id,
        decision,
        who,
        tenant=row.application_id,
    )
    return request.go(f"{PATH}?done={decision}")


def show_draft(request: PageRequest) -> PageResponse:
    """A proposed layout file, as it was drafted from the example."""
    row = _find(request)
    _, draft = request.read(lambda session: _example(request, session, row), tenant=row.application_id)
    if not draft:
        raise not_found("draft")
    name = re.search(r'^id = "([a-z0-9.-]{1,80})"$', draft, re.MULTILINE)
    attached = f'attachment; filename="{name[1] if name else "draft"}.toml"'
    return PageResponse(200, draft.encode(), "text/plain; charset=utf-8", (NOT_STORED, ("content-disposition", attached)))
