"""Errors as pages in plain words, with the correlation id of their log line."""

from __future__ import annotations

import structlog

from bowerbird.model.problem import Problem, Problems
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_CONSENT_PATHS = ("/home", "/links")
"""The paths of the consent pages, whose visitors have no dashboard."""
log = structlog.get_logger("bowerbird.page")


def refused(request: PageRequest, refusal: PageRefused) -> PageResponse:
    """A whole page, or an alert in the open page."""
    of_consent = request.url.startswith(_CONSENT_PATHS)
    template = "alert.html" if request.partial else "consent/error.html" if of_consent else "error.html"
    reply = request.show(template, refusal.status, refusal=refusal)
    headers = list(reply.headers)
    if request.partial:
        headers += [("hx-retarget", "#alerts"), ("hx-reswap", "innerHTML")]
    if refusal.retry_after is not None:
        headers.append(("retry-after", str(refusal.retry_after)))
    return PageResponse(reply.status, reply.body, headers=tuple(headers))


def broken(request: PageRequest, error: Exception) -> PageResponse:
    """An internal error: the traceback goes to the log, never to a browser."""
    log.error("unhandled", correlation_id=request.correlation_id, error=type(error).__name__, exc_info=error)
    text = "This is an error on our side. Please try again. If the problem continues, contact support with the reference below."
    return refused(request, PageRefused(500, "Something went wrong", text))


def of_problem(error: Problem | Problems) -> PageRefused:
    """The page of a problem, in the catalogue's words."""
    problems = error.problems if isinstance(error, Problems) else [error]
    first, text = problems[0], " ".join(problem.detail for problem in problems)
    return PageRefused(first.entry.http or 500, first.title, text, retry_after=first.retry_after)


def storage_away() -> PageRefused:
    text = "Nothing was changed. Please try again in a moment."
    return PageRefused(503, "The service is temporarily unavailable", text, retry_after=5)
