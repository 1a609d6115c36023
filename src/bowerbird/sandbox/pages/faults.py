"""The page of faults: the active ones, and a form for a new one out of the catalogue's entries."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.codes import CATALOGUE, Entry
from bowerbird.model.job import StepTitle
from bowerbird.model.problem import Problem
from bowerbird.sandbox import faults
from bowerbird.sandbox.api.faults import answers
from bowerbird.sandbox.controls import WHOLE_SANDBOX, controls_of
from bowerbird.sandbox.fault import EVERY_OPERATION
from bowerbird.sandbox.fault_requests import LONGEST_DELAY_MS, fault_of
from bowerbird.sandbox.faults import JOBS_OF
from bowerbird.sandbox.pages.access import ROOT, number_of
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

FAULTS = f"{ROOT}/faults"
DELAY = "delay"
"""Chosen instead of a code: the fault only delays."""

SHARES = (("1", "Every request"), ("0.75", "3 in 4"), ("0.5", "1 in 2"), ("0.25", "1 in 4"), ("0.1", "1 in 10"))
_MAX_TIMES = 1_000_000
_DONE = {
    "made": "The fault is active.",
    "lifted": "The fault is removed.",
    "all": "All faults are removed. The server responds normally again.",
}


class FaultForm(NamedTuple):
    """A fault as the form describes it."""

    operation: str
    code: str
    step: str
    user_id: str
    times: int | None
    delay_ms: int
    probability: float  # not money: a share of calls
    seed: int
    variant: str = ""


def show_faults(request: PageRequest) -> PageResponse:
    return _page(request, 200, request.one("code"), "")


def create_fault(request: PageRequest) -> PageResponse:
    """Create a fault. One that can never take effect is refused beside the form."""
    chosen = request.form.text("code")
    try:
        fault = fault_of(_fault_request(request), answers())
    except Problem as problem:
        return _page(request, 400, chosen, problem.detail)
    except ValueError as error:
        return _page(request, 400, chosen, str(error))
    request.write(faults.add_fault, fault, tenant=WHOLE_SANDBOX)
    return request.go(f"{FAULTS}?done=made")


def delete_fault(request: PageRequest) -> PageResponse:
    wanted = request.path["fault_id"]
    if not request.write(faults.remove_faults, wanted, tenant=WHOLE_SANDBOX):
        raise PageRefused(404, "No such fault", "It has been used up, or was removed before.", ("Faults", FAULTS))
    return request.go(f"{FAULTS}?done=lifted")


def delete_faults(request: PageRequest) -> PageResponse:
    request.write(faults.remove_faults, tenant=WHOLE_SANDBOX)
    return request.go(f"{FAULTS}?done=all")


def _fault_request(request: PageRequest) -> FaultForm:
    """The fault that the form describes. Raises ValueError, which names the field and what it takes."""
    form, chosen = request.form, request.form.text("code")

    def number(name: str, caption: str, most: int) -> int:
        value = number_of(form.text(name) or "0", most)
        if value is None:
            raise ValueError(f"{caption} is a whole number of at most {most:,}.")
        return value

    share = form.text("probability") or SHARES[0][0]
    if share not in dict(SHARES):
        raise ValueError("Choose how often from the list.")
    return FaultForm(
        operation=form.text("operation") or EVERY_OPERATION,
        code="" if chosen == DELAY else chosen,
        step=form.text("step"),
        user_id=form.text("user"),
        times=number("times", "How many times", _MAX_TIMES) or None,
        delay_ms=number("delay_ms", "The delay", LONGEST_DELAY_MS),
        probability=float(share),  # not money: a share of calls
        seed=number("seed", "The seed", _MAX_TIMES),
    )


def may_inject(entry: Entry) -> bool:
    """Whether a fault can make an entry happen."""
    return entry.in_jobs or any(entry.key in keys for keys in answers().values())


def _page(request: PageRequest, status: int, chosen: str, wrong: str) -> PageResponse:
    entry = CATALOGUE.get(chosen)
    if entry is not None and not may_inject(entry):
        entry = None
    form, controls = request.form.text, controls_of(request.services)
    values = {name: form(name) for name in ("operation", "step", "user", "times", "delay_ms", "probability", "seed")}
    return request.show(
        "controls/faults.html",
        status,
        active=controls.faults if controls else (),
        chosen=chosen if entry else "",
        delay=chosen == DELAY,
        entry=entry,
        groups=_groups(),
        operations=_operations(entry),
        steps=_steps(entry),
        shares=SHARES,
        values=values,
        wrong=wrong,
        entries=CATALOGUE,
        done=_DONE.get(request.one("done"), ""),
    )


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a fault can do: (kind, [(key, in words)])."""
    able = frozenset[str]().union(*answers().values())
    refusals = [entry for entry in CATALOGUE.values() if entry.http and entry.key in able]
    jobs = [entry for entry in CATALOGUE.values() if entry.in_jobs and entry not in refusals]
    return [
        ("Delay only", [(DELAY, "Slow responses")]),
        ("Refuse a request", [(entry.key, f"{entry.http} {entry.key}: {entry.title}") for entry in refusals]),
        ("Fail a job", [(entry.key, f"{entry.key}: {entry.title}") for entry in jobs]),
    ]


def _operations(entry: Entry | None) -> list[tuple[str, str]]:
    """The operations that can answer with an entry; all of them for a delay."""
    able = [name for name, keys in answers().items() if entry is None or entry.key in keys or (entry.in_jobs and name in JOBS_OF)]
    return [(EVERY_OPERATION, "All operations"), *((name, name) for name in able)]


def _steps(entry: Entry | None) -> list[tuple[str, str]]:
    """Where an entry can appear: in the response itself, or at a step of the job that the request creates."""
    whole = [("", "The response itself")] if entry is None or any(entry.key in keys for keys in answers().values()) else []
    steps = tuple(StepTitle) if entry is None else entry.steps
    return whole + [(str(step), f"Job step {step}") for step in steps]
