"""Statements."""

from __future__ import annotations

from contextlib import nullcontext

from bowerbird.api.call import Call
from bowerbird.api.jobs import job_reference
from bowerbird.api.reply import Reply, as_json
from bowerbird.domain import statements
from bowerbird.domain.uploads import keep_upload_aside


async def create_statement(call: Call) -> Reply:
    institution_id, content = call.body
    upload = await keep_upload_aside(call.world, call.tenant, content)
    with upload or nullcontext():
        return await call.create(
            lambda uow: statements.create_statement(call.world, uow, call.tenant, institution_id, upload, production=call.production),
            lambda job_id: as_json(job_reference(call, job_id), 202),
        )
