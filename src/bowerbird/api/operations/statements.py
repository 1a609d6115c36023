"""Statements."""

from __future__ import annotations

from contextlib import nullcontext

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.operations.jobs import job_reference
from bowerbird.domain.statements import statements
from bowerbird.domain.statements.uploads import keep_upload_aside


async def create_statement(request: ApiRequest) -> ApiResponse:
    institution_id, content = request.body
    upload = await keep_upload_aside(request.services, request.tenant, content)
    with upload or nullcontext():
        return await request.create(
            lambda session: statements.create_statement(session, institution_id, upload, production=request.production),
            lambda job_id: as_json(job_reference(request, job_id), 202),
        )
