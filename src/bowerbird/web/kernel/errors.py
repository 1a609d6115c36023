"""Errors as pages in plain words, with the correlation id by which the log has the rest."""

from __future__ import annotations

import structlog

from bowerbird.model.problem import Problem, Problems
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_PEOPLES = ("/home", "/links")
"""Where people are who know nothing of a dashboard."""
log = structlog.get_logger("bowerbird.page")


def refused(request: PageRequest, refusal: PageRefused) -> PageResponse:
    """A whole page, or an alert put into the page that is open."""
    theirs = request.url.startswith(_PEOPLES)
    template = "alert.html" if request.partial else "consent/error.html" if theirs else "error.html"
    reply = request.show(template, refusal.status, refusal=refusal)
    headers = list(reply.headers)
    if request.partial:
        headers += [("hx-retarget", "#alerts"), ("hx-reswap", "innerHTML")]
    if refusal.retry_after is not None:
        headers.append(("retry-after", str(refusal.retry_after)))
    return PageResponse(reply.status, reply.body, headers=tuple(headers))


def broken(request: PageRequest, error: Exception) -> PageResponse:
    """A fault of ours: the trace goes to the log, never to a browser."""
    log.error("unhandled", correlation_id=request.correlation_id, error=type(error).__name__, exc_info=error)
    text = "The fault is on this side. The server's log has the details under the reference below. Trying again may help."
    return refused(request, PageRefused(500, "Something broke", text))


def of_problem(error: Problem | Problems) -> PageRefused:
    """A refusal of the catalogue, in its own words."""
    problems = error.problems if isinstance(error, Problems) else [error]
    first, text = problems[0], " ".join(problem.detail for problem in problems)
    return PageRefused(first.entry.http or 500, first.title, text, retry_after=first.retry_after)


def storage_away() -> PageRefused:
    text = "Nothing was changed. Check that the database is running and reachable, then try again."
    return PageRefused(503, "The database does not answer", text, retry_after=5)
