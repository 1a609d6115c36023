"""Banks of the sandbox that misbehave: a page that chooses an institution and a scenario."""

from __future__ import annotations

from bowerbird.model.problem import Problem
from bowerbird.sandbox import banks
from bowerbird.sandbox.controls import WHOLE_SANDBOX
from bowerbird.sandbox.pages.access import ROOT, number_of
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

BANKS = f"{ROOT}/banks"
_MOST = 1_000_000_000
_DONE = {"made": "The bank misbehaves from the next job on.", "lifted": "The bank behaves normally again."}


def show_banks(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, wrong: str) -> PageResponse:
    able = banks.list_able_institutions(request.services)
    known = banks.scenarios_of(request.services, able[0].id) if able else {}
    return request.show(
        "controls/banks.html", status, banks=request.read(banks.list_banks, tenant=WHOLE_SANDBOX), scenarios=known,
        able=[(institution.id, f"{institution.name} ({institution.id})") for institution in able],
        institutions=request.services.institutions, wrong=wrong,
        chosen={name: request.form.text(name) for name in ("institution", "preset", "seed")}, done=_DONE.get(request.one("done"), ""),
    )  # fmt: skip


def create_bank(request: PageRequest) -> PageResponse:
    form, seed = request.form, number_of(request.form.text("seed") or "0", _MOST)
    if seed is None:
        return _page(request, 400, f"The seed is a whole number of at most {_MOST:,}.")
    try:
        request.write(banks.create_bank, form.text("institution"), form.text("preset"), seed, tenant=WHOLE_SANDBOX)
    except Problem as problem:
        return _page(request, 400, problem.detail)
    return request.go(f"{BANKS}?done=made")


def delete_bank(request: PageRequest) -> PageResponse:
    request.write(banks.delete_bank, request.path["institution_id"], tenant=WHOLE_SANDBOX)
    return request.go(f"{BANKS}?done=lifted")
