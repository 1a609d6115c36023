"""Jobs and answers to their challenges."""

from __future__ import annotations

import json
from typing import Any

from bowerbird import codes
from bowerbird.api.admission import check_own_user
from bowerbird.api.call import Call
from bowerbird.api.reply import Reply, as_json
from bowerbird.api.shapes import Job, JobLinks, JobList, JobReference, Reference, SelfLink, Step, StepResponseLink, StepResult
from bowerbird.domain import filters, jobs
from bowerbird.domain.jobs import JobView
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.problem import Problem
from bowerbird.storage.unit_of_work import UnitOfWork

_ALLOWED = {"connection.id": filters.EQUALITY}


def job_reference(call: Call, job_id: str) -> JobReference:
    return JobReference(type="job", id=job_id, links=SelfLink(self_=f"{call.base}/jobs/{job_id}"))


def find_job(call: Call, uow: UnitOfWork) -> Any:
    """The job the path names, if it is this caller's to see. A client is not told which jobs of others there are."""
    try:
        job = jobs.find_job(uow, call.token.application_id, call.path["jobId"])
    except Problem:
        check_own_user(call, "")
        raise
    check_own_user(call, job.user_id)
    return job


def _result(call: Call, job_id: str, text: str | None) -> StepResult | None:
    if text is None:
        return None
    fields: dict[str, Any] = json.loads(text)
    expiry = fields.pop("expiryMs", None)
    links = StepResponseLink(response=f"{call.base}/jobs/{job_id}/mfa") if fields.get("type") == "mfa" else None
    return StepResult(**fields, expiry_ms=expiry, links=links)


def _job(call: Call, view: JobView) -> Job:
    job = view.job
    institution = f"{call.base}/institutions/{job.institution_id}"
    source = f"{call.base}/users/{job.user_id}/connections/{job.connection_id}"
    return Job(
        type="job",
        id=job.id,
        created=wire_time(from_milliseconds(job.created)),
        updated=wire_time(from_milliseconds(job.updated)),
        job_type="connection",
        institution=Reference(type="institution", id=job.institution_id, links=SelfLink(self_=institution)),
        steps=[Step(title=step.title, status=step.status, result=_result(call, job.id, step.result)) for step in view.steps],
        links=JobLinks(self_=f"{call.base}/jobs/{job.id}", source=source),
    )


async def get_job(call: Call) -> Reply:
    return as_json(_job(call, await call.read(lambda uow: jobs.get_job(uow, call.token.application_id, call.path["jobId"]))))


async def list_jobs(call: Call) -> Reply:
    conditions = filters.accept(call.one("filter"), _ALLOWED)
    views = await call.read(lambda uow: jobs.list_jobs(call.world, uow, call.tenant))
    chosen = [view for view in views if filters.matches(conditions, {"connection.id": (view.job.connection_id,)})]
    data = [_job(call, view) for view in chosen]
    return as_json(JobList(type="list", size=len(data), data=data, links=SelfLink(self_=f"{call.user_url}/jobs")))


async def create_mfa_response(call: Call) -> Reply:
    answers = call.body.mfa_response
    if not answers:
        raise Problem(codes.MFA_RESPONSE_REQUIRED, parameter="mfa-response", pointer="mfa-response")
    job_id = call.path["jobId"]
    return await call.create(
        lambda uow: jobs.create_mfa_response(call.world, uow, call.token.application_id, job_id, answers),
        lambda _: as_json(job_reference(call, job_id), 202),
    )
