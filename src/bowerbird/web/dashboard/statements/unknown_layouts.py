"""New products and layouts that statements have shown, and what an operator decides about them."""

from __future__ import annotations

import re

from bowerbird.domain.statements import unknown_layouts
from bowerbird.domain.statements.unknown_layouts import LONGEST_NAME, Example, ProductMapping, UnknownLayoutRow
from bowerbird.model.account import AccountClass
from bowerbird.model.statement import LayoutDecision, UnknownKind
from bowerbird.web.dashboard import users
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageResponse, not_found
from bowerbird.web.kernel.words import label

PATH = "/dashboard/prints"
_MOST = 500
CLASSES = [(kind.value, label(kind.value)) for kind in AccountClass if kind is not AccountClass.UNKNOWN]


def show_unknown_layouts(request: PageRequest) -> PageResponse:
    return _page(request, 200, {}, "")


def _path_of(example: Example) -> str:
    return f"{users.address(example.tenant)}/statements/{example.job_id}"


def _page(request: PageRequest, status: int, typed: dict[str, str], wrong: str) -> PageResponse:
    entries, applications = request.read_across(unknown_layouts.list_unknown_layouts, _MOST)
    banks = [(bank.id, bank.name) for bank in request.services.institutions if not bank.sandbox and not bank.disabled]
    return request.show(
        "dashboard/unknown_layouts.html", status, waiting=[entry for entry in entries if entry.row.decision is LayoutDecision.OPEN],
        decided=[entry for entry in entries if entry.row.decision is not LayoutDecision.OPEN], institutions=request.services.institutions,
        classes=CLASSES, applications=list(applications.items()), banks=banks, typed=typed, wrong=wrong, longest=LONGEST_NAME,
        path_of=_path_of,
    )  # fmt: skip


def map_product(request: PageRequest) -> PageResponse:
    """Map a product to a kind of account: one that was met, or any other."""
    form = request.form
    typed = {name: form.text(name) for name in ("application", "institution", "name", "kind")}
    if typed["application"] not in request.read_across(unknown_layouts.list_application_names):
        return _page(request, 400, typed, "Choose the application whose uploads it is for.")
    if request.services.institutions.find(typed["institution"]) is None:
        return _page(request, 400, typed, "Choose the institution that prints it.")
    if typed["kind"] not in dict(CLASSES):
        return _page(request, 400, typed, "Choose what kind of account it is.")
    name = " ".join(typed["name"].split())
    if not 2 < len(name) <= LONGEST_NAME or not name.isprintable() or not any(letter.isalpha() for letter in name):
        return _page(request, 400, typed, f"Type the product's name as the statement prints it, in 3 to {LONGEST_NAME} characters.")
    mapping = ProductMapping(typed["institution"], name, AccountClass(typed["kind"]))
    request.write(unknown_layouts.map_product, mapping, request.signed_in.name, tenant=typed["application"])
    return request.go(f"{PATH}?done=mapped")


def _find(request: PageRequest) -> UnknownLayoutRow:
    row = request.read_across(unknown_layouts.find_unknown_layout, request.path["print_id"])
    if row is None:
        raise not_found("product or layout")
    return row


def decide_unknown_layout(request: PageRequest) -> PageResponse:
    """Dismiss an unknown layout, or put it back among those that wait; approve or delete what the columns of a table mean."""
    row, word = _find(request), request.form.text("decision")
    if row.kind is UnknownKind.COLUMNS and word == "delete":
        request.write(unknown_layouts.delete_unknown_layout, row.id, tenant=row.application_id)
        return request.go(f"{PATH}?done=deleted")
    approves = row.kind is UnknownKind.COLUMNS and word == "approve"
    decision = LayoutDecision.OPEN if word == "open" else LayoutDecision.MAPPED if approves else LayoutDecision.DISMISSED
    decided = (row.id, decision, request.signed_in.name, request.form.text("mapping"))
    if not request.write(unknown_layouts.decide_unknown_layout, *decided, tenant=row.application_id) and approves:
        return _page(request, 409, {}, "The columns were confirmed with another meaning since this page was shown. Review it again.")
    return request.go(f"{PATH}?done={'approved' if approves else decision}")


def show_draft(request: PageRequest) -> PageResponse:
    """A proposed layout file, as it was drafted from the example."""
    row = _find(request)
    example = request.read(unknown_layouts.find_example, row, tenant=row.application_id)
    if example is None or not example.draft:
        raise not_found("draft")
    name = re.search(r'^id = "([a-z0-9.-]{1,80})"$', example.draft, re.MULTILINE)
    attached = f'attachment; filename="{name[1] if name else "draft"}.toml"'
    return PageResponse(200, example.draft.encode(), "text/plain; charset=utf-8", (NOT_STORED, ("content-disposition", attached)))
