"""Errors as pages in plain words, with the correlation id by which the log has the rest."""

from __future__ import annotations

import structlog

from bowerbird.model.problem import Problem, Problems
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_PEOPLES = ("/home", "/links")
"""Where people are who know nothing of a dashboard."""
log = structlog.get_logger("bowerbird.page")


def refused(visit: Visit, refusal: Refusal) -> Reply:
    """A whole page, or an alert put into the page that is open."""
    theirs = visit.url.startswith(_PEOPLES)
    template = "alert.html" if visit.partial else "consent/error.html" if theirs else "error.html"
    reply = visit.show(template, refusal.status, refusal=refusal)
    headers = list(reply.headers)
    if visit.partial:
        headers += [("hx-retarget", "#alerts"), ("hx-reswap", "innerHTML")]
    if refusal.retry_after is not None:
        headers.append(("retry-after", str(refusal.retry_after)))
    return Reply(reply.status, reply.body, headers=tuple(headers))


def broken(visit: Visit, error: Exception) -> Reply:
    """A fault of ours: the trace goes to the log, never to a browser."""
    log.error("unhandled", correlation_id=visit.correlation_id, error=type(error).__name__, exc_info=error)
    text = "The fault is on this side. The server's log has the details under the reference below. Trying again may help."
    return refused(visit, Refusal(500, "Something broke", text))


def of_problem(error: Problem | Problems) -> Refusal:
    """A refusal of the catalogue, in its own words."""
    problems = error.problems if isinstance(error, Problems) else [error]
    first, text = problems[0], " ".join(problem.detail for problem in problems)
    return Refusal(first.entry.http or 500, first.title, text, retry_after=first.retry_after)


def storage_away() -> Refusal:
    text = "Nothing was changed. Check that the database is running and reachable, then try again."
    return Refusal(503, "The database does not answer", text, retry_after=5)
