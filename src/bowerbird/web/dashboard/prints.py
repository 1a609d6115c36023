"""New products and layouts that statements have shown, and what an operator decides about them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from bowerbird.domain import new_prints, readings
from bowerbird.domain.new_prints import LONGEST_NAME, Decision, Mapping
from bowerbird.domain.tenant import Tenant
from bowerbird.model.account import AccountClass
from bowerbird.storage import applications as application_rows
from bowerbird.storage import jobs as job_rows
from bowerbird.storage import new_prints as rows
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.web.dashboard import people
from bowerbird.web.refusal import not_found
from bowerbird.web.reply import NOT_STORED, Reply
from bowerbird.web.visit import Visit
from bowerbird.web.words import label

_MOST = 500
PATH = "/dashboard/prints"
CLASSES = [(kind.value, label(kind.value)) for kind in AccountClass if kind is not AccountClass.UNKNOWN]


class Example(NamedTuple):
    """The latest statement that showed a print, while its reading is kept: its page, what it calls the product, a drafted layout."""

    path: str
    product: str
    has_draft: bool


class Met(NamedTuple):
    """A print with the application it was met for."""

    row: Any
    application: str
    example: Example | None


def show_prints(visit: Visit) -> Reply:
    return _page(visit, 200, {}, "")


def _page(visit: Visit, status: int, typed: dict[str, str], wrong: str) -> Reply:
    def read(uow: UnitOfWork) -> tuple[list[Met], list[Any]]:
        known = application_rows.all_applications(uow)
        names = {row.id: row.name for row in known}
        return [Met(row, names.get(row.application_id, "–"), _example(visit, uow, row)[0]) for row in rows.all_prints(uow, _MOST)], list(
            known
        )

    met, known = visit.read(read, tenant=EVERY_TENANT)
    paper = [each for each in visit.world.institutions if not each.sandbox and not each.disabled]
    return visit.show(
        "dashboard/prints.html", status, waiting=[each for each in met if each.row.decision == Decision.OPEN],
        decided=[each for each in met if each.row.decision != Decision.OPEN], institutions=visit.world.institutions, classes=CLASSES,
        applications=[(row.id, row.name) for row in known], banks=[(each.id, each.name) for each in paper], typed=typed, wrong=wrong,
        longest=LONGEST_NAME,
    )  # fmt: skip


def _example(visit: Visit, uow: UnitOfWork, row: Any) -> tuple[Example | None, str]:
    """The example of a print and its draft; None where the reading has gone with its user or its data."""
    job = job_rows.find_job(uow, row.application_id, row.job_id) if row.job_id else None
    if job is None:
        return None, ""
    tenant = Tenant(row.application_id, job.user_id)
    reading = readings.reading_of(visit.world, uow, tenant, job.id)
    if reading is None:
        return None, ""
    return Example(f"{people.address(tenant)}/statements/{job.id}", reading.product, bool(reading.draft)), reading.draft


def map_product(visit: Visit) -> Reply:
    """Say what a product is: one that was met, or any other."""
    form = visit.form
    typed = {name: form.text(name) for name in ("application", "institution", "name", "kind")}
    application = visit.read(lambda uow: application_rows.find_application(uow, typed["application"]), tenant=EVERY_TENANT)
    if application is None:
        return _page(visit, 400, typed, "Choose the application whose uploads it is for.")
    if visit.world.institutions.find(typed["institution"]) is None:
        return _page(visit, 400, typed, "Choose the institution that prints it.")
    if typed["kind"] not in dict(CLASSES):
        return _page(visit, 400, typed, "Choose what kind of account it is.")
    name = " ".join(typed["name"].split())
    if not 2 < len(name) <= LONGEST_NAME or not name.isprintable() or not any(letter.isalpha() for letter in name):
        return _page(visit, 400, typed, f"Type the product's name as the statement prints it, in 3 to {LONGEST_NAME} characters.")
    mapping, who = Mapping(typed["institution"], name, AccountClass(typed["kind"])), visit.signed_in.name
    visit.write(lambda uow: new_prints.map_product(visit.world, uow, application.id, mapping, who), tenant=application.id)
    return visit.go(f"{PATH}?done=mapped")


def _find(visit: Visit) -> Any:
    print_id = visit.path["print_id"]
    row = visit.read(lambda uow: rows.find_any_print(uow, print_id), tenant=EVERY_TENANT)
    if row is None:
        raise not_found("print")
    return row


def decide_print(visit: Visit) -> Reply:
    """Dismiss a print, or put it back among those that wait."""
    row, decision = _find(visit), Decision.OPEN if visit.form.text("decision") == "open" else Decision.DISMISSED
    who = visit.signed_in.name
    visit.write(lambda uow: new_prints.decide_print(visit.world, uow, row.application_id, row.id, decision, who), tenant=row.application_id)
    return visit.go(f"{PATH}?done={decision}")


def show_draft(visit: Visit) -> Reply:
    """A proposed layout file, as it was drafted from the example."""
    row = _find(visit)
    _, draft = visit.read(lambda uow: _example(visit, uow, row), tenant=row.application_id)
    if not draft:
        raise not_found("draft")
    name = re.search(r'^id = "([a-z0-9.-]{1,80})"$', draft, re.MULTILINE)
    attached = f'attachment; filename="{name[1] if name else "draft"}.toml"'
    return Reply(200, draft.encode(), "text/plain; charset=utf-8", (NOT_STORED, ("content-disposition", attached)))
