"""Banks of the sandbox that misbehave: the scenario of each, until it is removed.

The database stores it, so that snapshots and forks include it and every process sees it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.access.real_data import require_sandbox
from bowerbird.domain.services import Services, Session
from bowerbird.model.days import DAY_MS
from bowerbird.model.institution import Institution
from bowerbird.model.problem import Problem
from bowerbird.sandbox.controls import not_valid
from bowerbird.sdk.connector import ConnectorScenario, HasScenarios
from bowerbird.storage.database.metadata import delete_fact, find_fact, list_facts, put_fact
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.rows.jobs.jobs import JobRow

_FACT = "bank:"
_decode = msgspec.json.Decoder(ConnectorScenario).decode


class Bank(NamedTuple):
    """An institution with its scenario."""

    institution_id: str
    scenario: ConnectorScenario


def list_able_institutions(services: Services) -> list[Institution]:
    """The institutions whose connector has scenarios."""
    sandboxed = (institution for institution in services.institutions if institution.sandbox)
    return [institution for institution in sandboxed if isinstance(services.plugins.connector_for(institution.origin), HasScenarios)]


def scenarios_of(services: Services, institution_id: str) -> dict[str, str]:
    """The scenarios of an institution, by name, with what happens in each. Raises Problem: unknown, or no bank of the sandbox."""
    institution = services.institutions.find(institution_id)
    if institution is None:
        raise not_valid(f"there is no institution {institution_id[:20]}: /public/institutions lists them", "institution")
    connector: object = services.plugins.connector_for(institution.origin) if institution.sandbox else None
    if not isinstance(connector, HasScenarios):
        raise not_valid(f"{institution_id} is no bank of the sandbox: AU00000 to AU00005 and AU00007 are", "institution")
    return dict(connector.scenarios)


def create_bank(session: Session, institution_id: str, preset: str, seed: int) -> Bank:
    """Have an institution play a scenario from now on, instead of any other. Raises Problem."""
    require_sandbox(session)
    known = scenarios_of(session.services, institution_id)
    if preset not in known:
        raise not_valid(f"there is no preset {preset[:60]}: choose from {', '.join(known)}", "preset")
    bank = Bank(institution_id, ConnectorScenario(preset, seed))
    put_fact(session.uow, _FACT + institution_id, msgspec.json.encode(bank.scenario))
    return bank


def list_banks(session: Session) -> list[Bank]:
    return [Bank(institution_id, _decode(value)) for institution_id, value in list_facts(session.uow, _FACT).items()]


def delete_bank(session: Session, institution_id: str) -> None:
    """End the scenario of an institution. Raises Problem where it has none."""
    if find_fact(session.uow, _FACT + institution_id) is None:
        raise Problem(codes.BANK_NOT_FOUND, parameter="institutionId")
    delete_fact(session.uow, _FACT + institution_id)


def scenario_for(session: Session, job: JobRow, now: int) -> ConnectorScenario | None:
    """The scenario of a job's bank, with how often the job's connection was refreshed in the last day; None where it has none."""
    stored = find_fact(session.uow, _FACT + job.institution_id)
    if stored is None:
        return None
    refreshes, _ = job_rows.refreshes_since(session.uow, job.application_id, job.connection_id, now - DAY_MS)
    scenario = _decode(stored)
    return ConnectorScenario(scenario.name, scenario.seed, refreshes)
