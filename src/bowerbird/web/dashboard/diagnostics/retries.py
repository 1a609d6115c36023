"""The form of the Jobs page that refreshes failed connections again."""

from __future__ import annotations

from urllib.parse import urlencode

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.operators.retries import list_retries, retry_job
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard.diagnostics import outcomes
from bowerbird.web.kernel import recording
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PATH = f"{outcomes.PATH}/retry"


def retry_jobs(request: PageRequest) -> PageResponse:
    """Refresh what the filter leaves and may succeed now, and say how many jobs began and what was refused."""
    chosen = outcomes.Chosen.of(request.form.text)
    found, action = outcomes.look(request, chosen), recording.action_of(request)
    retried = list_retries(found, chosen.fitting(found))
    request.audited = bool(retried)  # each has an entry of its own
    begun = refused = 0
    for job in retried:
        try:
            begun += request.write(retry_job, job, action, tenant=Tenant(job.application_id, job.user_id))
        except Problem:
            refused += 1
    return request.go(f"{outcomes.PATH}?{urlencode(chosen.query | {'done': 'retried', 'begun': str(begun), 'refused': str(refused)})}")
