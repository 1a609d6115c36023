"""Banks of the sandbox that misbehave, chosen by institution and trouble."""

from __future__ import annotations

from bowerbird.domain import banks
from bowerbird.model.problem import Problem
from bowerbird.storage.unit_of_work import EVERY_TENANT
from bowerbird.web.controls.door import ROOT, number_of
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

BANKS = f"{ROOT}/banks"
_MOST = 1_000_000_000
_TOLD = {"made": "From the next job on, the bank misbehaves.", "lifted": "The bank behaves again."}


def show_banks(visit: Visit) -> Reply:
    return _page(visit, 200, "")


def _page(visit: Visit, status: int, wrong: str) -> Reply:
    able = banks.those_that_can(visit.world)
    known = banks.troubles_of(visit.world, able[0].id) if able else {}
    return visit.show(
        "controls/banks.html", status, banks=visit.read(banks.list_banks, tenant=EVERY_TENANT), troubles=known,
        able=[(each.id, f"{each.name} ({each.id})") for each in able], institutions=visit.world.institutions, wrong=wrong,
        chosen={name: visit.form.text(name) for name in ("institution", "preset", "seed")}, done=_TOLD.get(visit.one("done"), ""),
    )  # fmt: skip


def create_bank(visit: Visit) -> Reply:
    form, seed = visit.form, number_of(visit.form.text("seed") or "0", _MOST)
    if seed is None:
        return _page(visit, 400, f"The seed is a whole number of at most {_MOST:,}.")
    try:
        visit.write(
            lambda uow: banks.create_bank(visit.world, uow, form.text("institution"), form.text("preset"), seed), tenant=EVERY_TENANT
        )
    except Problem as problem:
        return _page(visit, 400, problem.detail)
    return visit.go(f"{BANKS}?done=made")


def delete_bank(visit: Visit) -> Reply:
    visit.write(lambda uow: banks.delete_bank(uow, visit.path["institution_id"]), tenant=EVERY_TENANT)
    return visit.go(f"{BANKS}?done=lifted")
