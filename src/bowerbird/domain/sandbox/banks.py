"""Banks of the sandbox that are told to misbehave: which trouble each makes, until it is told to stop.

Kept in the database, so that snapshots and forks take it with them and every process sees it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.access.real_data import require_sandbox
from bowerbird.domain.services import Services, Session
from bowerbird.model.institution import Institution
from bowerbird.model.problem import Problem
from bowerbird.sdk.connector import ConnectorScenario, HasScenarios
from bowerbird.storage.database.metadata import delete_fact, find_fact, list_facts, put_fact
from bowerbird.storage.rows import jobs as job_rows
from bowerbird.storage.rows.jobs import JobRow

_MARK = "bank:"
_DAY_MS = 86_400_000
_read = msgspec.json.Decoder(ConnectorScenario).decode


class Bank(NamedTuple):
    """An institution and the trouble it makes."""

    institution_id: str
    scenario: ConnectorScenario


def those_that_can(services: Services) -> list[Institution]:
    """The institutions that can be told to misbehave."""
    return [
        each for each in services.institutions if each.sandbox and isinstance(services.plugins.connector_for(each.origin), HasScenarios)
    ]


def scenarios_of(services: Services, institution_id: str) -> dict[str, str]:
    """What an institution can be told to do wrong, each with what then happens. Raises Problem: unknown, or no bank of the sandbox."""
    institution = services.institutions.find(institution_id)
    if institution is None:
        raise _unfit(f"there is no institution {institution_id[:20]}: /public/institutions lists them", "institution")
    connector: object = services.plugins.connector_for(institution.origin) if institution.sandbox else None
    if not isinstance(connector, HasScenarios):
        raise _unfit(f"{institution_id} is no bank of the sandbox: AU00000 to AU00005 are", "institution")
    return dict(connector.scenarios)


def _unfit(reason: str, parameter: str) -> Problem:
    return Problem(codes.CONTROL_NOT_VALID, parameter=parameter, pointer=f"control/{parameter}", reason=f"{reason}.")


def create_bank(session: Session, institution_id: str, preset: str, seed: int) -> Bank:
    """From now on the institution makes this trouble, instead of any other. Raises Problem."""
    require_sandbox(session)
    known = scenarios_of(session.services, institution_id)
    if preset not in known:
        raise _unfit(f"there is no preset {preset[:60]}: choose from {', '.join(known)}", "preset")
    bank = Bank(institution_id, ConnectorScenario(preset, seed))
    put_fact(session.uow, _MARK + institution_id, msgspec.json.encode(bank.scenario))
    return bank


def list_banks(session: Session) -> list[Bank]:
    return [Bank(institution_id, _read(value)) for institution_id, value in list_facts(session.uow, _MARK).items()]


def delete_bank(session: Session, institution_id: str) -> None:
    """The institution behaves again. Raises Problem when it already did."""
    if find_fact(session.uow, _MARK + institution_id) is None:
        raise Problem(codes.BANK_NOT_FOUND, parameter="institutionId")
    delete_fact(session.uow, _MARK + institution_id)


def scenario_for(session: Session, job: JobRow, now: int) -> ConnectorScenario | None:
    """What the bank of a job does wrong, if anything, with how often it was asked by the job's connection."""
    found = find_fact(session.uow, _MARK + job.institution_id)
    if found is None:
        return None
    refreshes, _ = job_rows.refreshes_since(session.uow, job.application_id, job.connection_id, now - _DAY_MS)
    scenario = _read(found)
    return ConnectorScenario(scenario.name, scenario.seed, refreshes)
