"""Banks of the sandbox that are told to misbehave: which trouble each makes, until it is told to stop.

Kept in the database, so that snapshots and forks take it with them and every process sees it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.world import World
from bowerbird.model.institution import Institution
from bowerbird.model.problem import Problem
from bowerbird.sdk.connector import MakesTrouble, Trouble
from bowerbird.storage import jobs as job_rows
from bowerbird.storage.marks import delete_mark, find_mark, find_marks, put_mark
from bowerbird.storage.unit_of_work import UnitOfWork

_MARK = "bank:"
_DAY_MS = 86_400_000
_read = msgspec.json.Decoder(Trouble).decode


class Bank(NamedTuple):
    """An institution and the trouble it makes."""

    institution_id: str
    trouble: Trouble


def those_that_can(world: World) -> list[Institution]:
    """The institutions that can be told to misbehave."""
    return [each for each in world.institutions if each.sandbox and isinstance(world.plugins.connector_for(each.origin), MakesTrouble)]


def troubles_of(world: World, institution_id: str) -> dict[str, str]:
    """What an institution can be told to do wrong, each with what then happens. Raises Problem: unknown, or no bank of the sandbox."""
    institution = world.institutions.find(institution_id)
    if institution is None:
        raise _unfit(f"there is no institution {institution_id[:20]}: /public/institutions lists them", "institution")
    connector: object = world.plugins.connector_for(institution.origin) if institution.sandbox else None
    if not isinstance(connector, MakesTrouble):
        raise _unfit(f"{institution_id} is no bank of the sandbox: AU00000 to AU00005 are", "institution")
    return dict(connector.troubles)


def _unfit(reason: str, parameter: str) -> Problem:
    return Problem(codes.CONTROL_NOT_VALID, parameter=parameter, pointer=f"control/{parameter}", reason=f"{reason}.")


def create_bank(world: World, uow: UnitOfWork, institution_id: str, preset: str, seed: int) -> Bank:
    """From now on the institution makes this trouble, instead of any other. Raises Problem."""
    known = troubles_of(world, institution_id)
    if preset not in known:
        raise _unfit(f"there is no preset {preset[:60]}: choose from {', '.join(known)}", "preset")
    bank = Bank(institution_id, Trouble(preset, seed))
    put_mark(uow, _MARK + institution_id, msgspec.json.encode(bank.trouble))
    return bank


def list_banks(uow: UnitOfWork) -> list[Bank]:
    return [Bank(institution_id, _read(value)) for institution_id, value in find_marks(uow, _MARK).items()]


def delete_bank(uow: UnitOfWork, institution_id: str) -> None:
    """The institution behaves again. Raises Problem when it already did."""
    if find_mark(uow, _MARK + institution_id) is None:
        raise Problem(codes.BANK_NOT_FOUND, parameter="institutionId")
    delete_mark(uow, _MARK + institution_id)


def trouble_for(uow: UnitOfWork, job: Any, now: int) -> Trouble | None:
    """What the bank of a job does wrong, if anything, with how often it was asked by the job's connection."""
    found = find_mark(uow, _MARK + job.institution_id)
    if found is None:
        return None
    refreshes, _ = job_rows.refreshes_since(uow, job.application_id, job.connection_id, now - _DAY_MS)
    trouble = _read(found)
    return Trouble(trouble.name, trouble.seed, refreshes)
