"""The check of a requested fault; one that could never take effect is refused, with what could."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bowerbird import codes
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobKind, StepTitle
from bowerbird.sandbox.controls import not_valid
from bowerbird.sandbox.fault import EVERY_OPERATION, Fault
from bowerbird.sandbox.faults import JOBS_OF, fits_job

LONGEST_DELAY_MS = 600_000

Answers = Mapping[str, frozenset[str]]
"""The keys of the entries each operation of the protocol can answer, by operationId."""


class FaultRequest(Protocol):
    """A fault that a request or a form asks for. `code` may be `code/variant`."""

    @property
    def operation(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def user_id(self) -> str: ...
    @property
    def times(self) -> int | None: ...
    @property
    def delay_ms(self) -> int: ...
    @property
    def probability(self) -> float: ...  # not money: a share of calls
    @property
    def seed(self) -> int: ...


def fault_of(asked: FaultRequest, answers: Answers) -> Fault:
    """The fault that is asked for. Raises Problem for one that could never take effect."""
    if asked.operation != EVERY_OPERATION and asked.operation not in answers:
        raise not_valid(f"there is no operation {asked.operation[:60]}: use an operationId of /openapi.json, or *", "operation")
    entry = entry_of(asked.code, asked.variant) if asked.code else None
    if entry is None and asked.delay_ms == 0:
        raise not_valid("a fault needs a code, a delayMs or both", "code")
    if not 0 <= asked.delay_ms <= LONGEST_DELAY_MS:
        raise not_valid(f"delayMs is between 0 and {LONGEST_DELAY_MS}", "delayMs")
    if asked.times is not None and asked.times < 1:
        raise not_valid("times is at least 1; leave it out for a fault that stays until it is removed", "times")
    if not 0 < asked.probability <= 1:
        raise not_valid("probability is above 0 and at most 1", "probability")
    return Fault(
        id=new_id(), operation=asked.operation, entry=entry.key if entry else "", step=_step(asked, entry, answers), user_id=asked.user_id,
        times=asked.times, delay_ms=asked.delay_ms, probability=asked.probability, seed=asked.seed,
    )  # fmt: skip


def entry_of(code: str, variant: str = "") -> codes.Entry:
    """The entry of the catalogue that a code and variant name, also written `code/variant`. Raises Problem."""
    key = f"{code}/{variant}" if variant else code
    if (entry := codes.CATALOGUE.get(key)) is not None:
        return entry
    variants = [entry.variant for entry in codes.CATALOGUE.values() if entry.code == code]
    if variants:
        raise not_valid(f"{code} has the variants {', '.join(filter(None, variants))}: name one of them", "variant")
    raise not_valid(f"there is no response code {key[:80]}: /_bowerbird/codes lists them", "code")


def _step(asked: FaultRequest, entry: codes.Entry | None, answers: Answers) -> str:
    """The step of a job that the fault ends; empty where it ends requests. Raises Problem when the entry cannot occur there."""
    if not asked.step and (entry is None or entry.http is not None):
        if entry is not None:
            _check_answer(asked.operation, entry, answers)
        return ""
    if asked.operation != EVERY_OPERATION and asked.operation not in JOBS_OF:
        raise not_valid(f"{asked.operation} makes no job: those that do are {', '.join(JOBS_OF)}", "operation")
    kinds = [kind for operation, kind in JOBS_OF.items() if asked.operation in (EVERY_OPERATION, operation)]
    steps = entry.steps if entry else tuple(StepTitle)
    step = asked.step or steps[0]
    if step not in list(StepTitle):
        raise not_valid(f"there is no step {step[:60]}: choose from {', '.join(StepTitle)}", "step")
    if entry is not None and not any(fits_job(entry, step, kind) for kind in kinds):
        raise not_valid(f"{entry.key} cannot end the step {step} of {_those(kinds)}: it ends {', '.join(steps) or 'no job'}", "step")
    return step


def _those(kinds: list[JobKind]) -> str:
    return "a job" if len(kinds) > 1 else f"a {kinds[0]} job"


def _check_answer(operation: str, entry: codes.Entry, answers: Answers) -> None:
    able = [name for name, keys in answers.items() if entry.key in keys]
    if not able:
        raise not_valid(f"no operation answers {entry.key}: it is answered before an operation is found", "code")
    if operation not in (EVERY_OPERATION, *able):
        raise not_valid(f"{operation} never answers {entry.key}: {', '.join(able)} do", "code")
