"""Active faults: which one a request or a job's step meets, and what it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bowerbird import codes
from bowerbird.domain.access.real_data import is_sandbox, require_sandbox
from bowerbird.domain.jobs.work import StepFailed, Work
from bowerbird.domain.services import Services, Session
from bowerbird.logs import log
from bowerbird.model.job import JobKind, StepTitle
from bowerbird.sandbox.controls import WHOLE_SANDBOX, controls_of, list_stored_faults, save_faults
from bowerbird.sandbox.fault import Fault

JOBS_OF = {
    "createConnection": JobKind.CONNECT,
    "updateConnection": JobKind.UPDATE,
    "refreshConnection": JobKind.REFRESH,
    "refreshConnections": JobKind.REFRESH,
    "createStatement": JobKind.STATEMENT,
    "createReport": JobKind.REPORT,
}
"""The operations that make jobs."""

Values = dict[str, Any]
"""Values of an entry's placeholders, by name."""

_ANY_JOB = (codes.INVALID_CONNECTION, codes.UNKNOWN_ERROR)


def fits_job(entry: codes.Entry, step: str, kind: JobKind) -> bool:
    """Whether a job of this kind can end with an entry at this step."""
    of_statements = "statements" in entry.where
    fits_kind = entry in _ANY_JOB or of_statements == (kind is JobKind.STATEMENT)
    return fits_kind and f"job:{step}" in entry.where


def add_fault(session: Session, fault: Fault) -> None:
    """Raises Problem where the controls are closed."""
    require_sandbox(session)
    save_faults(session, (*list_stored_faults(session, for_update=True), fault))


def remove_faults(session: Session, fault_id: str = "") -> bool:
    """Remove one fault, or all of them. False when there is no such fault."""
    stored = list_stored_faults(session, for_update=True)
    remaining = tuple(fault for fault in stored if fault_id and fault.id != fault_id)
    save_faults(session, remaining)
    return not fault_id or len(remaining) < len(stored)


def take_fault(session: Session, concerns: Callable[[Fault], bool]) -> Fault | None:
    """The first fault that takes effect on a request it concerns; those before it count the request. None outside a sandbox."""
    if not is_sandbox(session.uow):
        return None
    kept: list[Fault] = []
    injected: Fault | None = None
    changed = False
    for fault in list_stored_faults(session, for_update=True):
        if injected is not None or not concerns(fault):
            kept.append(fault)
            continue
        injected = fault if fault.is_active_fault else None
        changed = changed or fault.counts
        if (after := fault.after() if fault.counts else fault) is not None:
            kept.append(after)
    if changed:
        save_faults(session, tuple(kept))
    return injected


def inject_into_step(services: Services, work: Work, title: StepTitle) -> StepFailed | None:
    """Delay a job's step or end it, where a fault says so. Raises ConnectorTimeout for a delay longer than a step may last."""

    def concerns(fault: Fault) -> bool:
        kinds = [kind for operation, kind in JOBS_OF.items() if fault.concerns(operation, work.job.user_id)]
        entry = codes.CATALOGUE.get(fault.entry)
        fits = entry is None or fits_job(entry, title, work.job.kind)
        return fault.step == title and work.job.kind in kinds and fits

    controls = controls_of(services)
    if controls is None or not any(concerns(fault) for fault in controls.faults):
        return None
    fault = services.write_from_thread(take_fault, concerns, tenant=WHOLE_SANDBOX)
    if fault is None:
        return None
    log.info("fault", step=title, job=work.job.id, entry=fault.entry, delay_ms=fault.delay_ms)
    if fault.delay_ms:
        services.guard.wait(partial(time.sleep, fault.delay_ms / 1000))
    if not fault.entry:
        return None
    entry = codes.CATALOGUE[fault.entry]
    return StepFailed(entry, filled(entry, job=work.job.id, seconds=services.limits.step_seconds))


def filled(entry: codes.Entry, **known: Any) -> Values:
    """Values for an entry's placeholders: the known ones, and samples for the rest."""
    return {name: known.get(name, codes.SAMPLES.get(name, name)) for name in entry.placeholders}
