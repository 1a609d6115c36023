"""Jobs and answers to their challenges."""

from __future__ import annotations

import asyncio
from functools import partial

from bowerbird import codes
from bowerbird.api.http.admission import check_own_user
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json, in_portions
from bowerbird.api.operations.institutions import institution_reference
from bowerbird.api.schemas import JobLinks, JobList, JobReference, JobView, SelfLink, StepResponseLink, StepResult, StepView
from bowerbird.domain import filters
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.jobs import JobRow, JobWithSteps
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.job import JobKind, JobState, JobStepResult
from bowerbird.model.problem import Problem

_PORTION = 32
"""Jobs of a list that are read and shown in one go: nearly all lists are no longer."""
_PAUSE_S = 0.001  # not money: seconds between two portions, in which others that are there are answered
_ALLOWED = {"connection.id": filters.EQUALITY}


def job_reference(request: ApiRequest, job_id: str) -> JobReference:
    return JobReference(type="job", id=job_id, links=SelfLink(self_=f"{request.base}/jobs/{job_id}"))


def find_job(request: ApiRequest, session: Session) -> JobRow:
    """The job the path names, if the caller may see it. Raises Problem, the same for a job of others as for none."""
    return find_job_with_steps(request, session).job


def find_job_with_steps(request: ApiRequest, session: Session) -> JobWithSteps:
    """The same with its steps."""
    try:
        found = jobs.get_job(session, request.path["jobId"])
    except Problem:
        check_own_user(request, "")
        raise
    check_own_user(request, found.job.user_id)
    return found


def _result(request: ApiRequest, job_id: str, result: JobStepResult | None) -> StepResult | None:
    if result is None:
        return None
    return StepResult(
        type=result.type,
        url=result.url,
        method=result.method,
        description=result.description,
        input=result.input if result.type == "mfa" else None,
        expiry_ms=result.expiry_ms or None,
        links=StepResponseLink(response=f"{request.base}/jobs/{job_id}/mfa") if result.type == "mfa" else None,
        code=result.code,
        title=result.title,
        detail=result.detail,
    )


def _job(request: ApiRequest, view: JobWithSteps) -> JobView:
    job = view.job
    is_report = job.kind is JobKind.REPORT
    of = f"/reports/{job.connection_id}" if is_report else f"/users/{job.user_id}/connections/{job.connection_id}"
    links = JobLinks(self_=f"{request.base}/jobs/{job.id}", source=f"{request.base}{of}")
    return JobView(
        type="job",
        id=job.id,
        created=wire_time(from_milliseconds(job.created_at_ms)),
        updated=wire_time(from_milliseconds(job.updated_at_ms)),
        job_type="report" if is_report else "connection",
        institution=None if is_report else institution_reference(request.base, job.institution_id),
        steps=[StepView(title=step.title, status=step.status, result=_result(request, job.id, step.result)) for step in view.steps],
        links=None if is_report and job.state is JobState.FAILED else links,
    )


async def get_job(request: ApiRequest) -> ApiResponse:
    found: JobWithSteps = request.found
    request.read_of = (found.job.user_id,)
    return as_json(_job(request, found))


async def list_jobs(request: ApiRequest) -> ApiResponse:
    conditions = filters.accept(request.one("filter"), _ALLOWED)
    if conditions:  # to find some, it may look at all that a user has
        data = await in_portions(await request.read_aside(jobs.list_jobs, conditions), lambda view: _job(request, view))
    else:
        data = await _newest(request)
    return as_json(JobList(type="list", size=len(data), data=data, links=SelfLink(self_=f"{request.user_url}/jobs")))


async def _newest(request: ApiRequest) -> list[JobView]:
    """The newest jobs, portion by portion: between two of them others are answered. A job is as it was when its portion was read."""
    most, shown, last = request.services.limits.page_size, list[JobView](), None
    while len(shown) < most:
        found = await request.read(jobs.list_jobs, (), min(_PORTION, most - len(shown)), last)
        shown += [_job(request, view) for view in found]
        if len(found) < _PORTION:
            break
        last = found[-1].job
        await asyncio.sleep(0)  # what arrived is read
        if request.context.has_others():
            await asyncio.sleep(_PAUSE_S)
    return shown


async def create_mfa_response(request: ApiRequest) -> ApiResponse:
    answers = request.body.mfa_response
    if not answers:
        raise Problem(codes.MFA_RESPONSE_REQUIRED, parameter="mfa-response", pointer="mfa-response")
    job_id = request.path["jobId"]
    return await request.create(
        partial(jobs.create_mfa_response, job_id=job_id, answers=answers),
        lambda _: as_json(job_reference(request, job_id), 202),
    )
