"""Statements a person uploads: taken in at once, read by a job."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.domain import jobs
from bowerbird.domain.connections import insert_connection, new_connection, reachable
from bowerbird.domain.statement_files import upload_place
from bowerbird.domain.tenant import Tenant
from bowerbird.domain.users import hold_user
from bowerbird.domain.world import World
from bowerbird.model.connection import Method
from bowerbird.model.job import JobKind
from bowerbird.model.problem import Blame, Problem
from bowerbird.statements.files import kind_of
from bowerbird.storage import connections as connection_rows
from bowerbird.storage import jobs as job_rows
from bowerbird.storage import users
from bowerbird.storage.unit_of_work import UnitOfWork

_BLAME = Blame(parameter="institutionId", pointer="statement/institutionId")


def create_statement(
    world: World, uow: UnitOfWork, tenant: Tenant, institution_id: str | None, content: bytes | None, *, production: bool
) -> str:
    """Store an upload with the job that reads it; the job's id. A user's statements of one institution share a connection."""
    if institution_id is None:
        raise Problem(codes.INSTITUTION_ID_NOT_PROVIDED, **_BLAME)
    kind = kind_of(content) if content is not None else None
    if content is None or kind is None:
        raise Problem(codes.STATEMENT_NOT_VALID, parameter="statement", pointer="statement/statement")
    method = Method.PDF if kind == "pdf" else Method.CSV  # the wire knows no OFX: to it, every statement of text is a CSV
    institution = world.institutions.find(institution_id)
    if institution is not None and institution.sandbox:
        raise Problem(codes.INSTITUTION_NOT_SUPPORTED, **_BLAME, institution=institution_id)
    institution, _ = reachable(world, institution_id, method, production=production, blame=_BLAME)
    hold_user(uow, tenant)
    connection = connection_rows.connection_of_method(uow, *tenant, institution.id, method)
    if connection is None:
        row = new_connection(world, tenant, institution, method)
        insert_connection(world, uow, tenant, row)
        connection_id = row["id"]
    else:
        connection_id = connection.id
    users.touch_user(uow, *tenant)
    waits_for = job_rows.last_in_line(uow, *tenant, connection_id=connection_id)
    job_id = jobs.create_job(world, uow, tenant, connection_id, institution.id, JobKind.STATEMENT, waits_for=waits_for)
    upload = {
        "job_id": job_id,
        "application_id": tenant.application_id,
        "user_id": tenant.user_id,
        "kind": kind,
        "size": len(content),
        "content": world.vault.seal(uow, content, upload_place(tenant, job_id)),
    }
    job_rows.insert_upload(uow, upload)
    return job_id
