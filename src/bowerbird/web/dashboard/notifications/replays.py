"""Sending a call of the inspector again: through the server's own wire, on a sandbox, and shown beside the first."""

from __future__ import annotations

import difflib
import json
from typing import Any, NamedTuple

from bowerbird.domain.access.tokens import token_of_operator
from bowerbird.domain.sandbox import inspector
from bowerbird.domain.sandbox.inspector import LONGEST_PATH, InspectedRequest
from bowerbird.outbound.again import ReplayRequest, ReplayResponse
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as application_rows
from bowerbird.web.controls.access import inspector_of, why_unavailable
from bowerbird.web.kernel.not_found import not_found
from bowerbird.web.kernel.request import PageRequest

_CARRIED = ("accept", "basiq-version")
_HIDDEN = ("password", "secret", "token", "code")
_SAME_LINES = 2


class Blank(NamedTuple):
    """A value that must be typed before a call can be sent again: it was blanked or cut when the call was kept."""

    field: str
    place: str
    left: str
    hidden: bool
    wrong: str = ""


def find(request: PageRequest) -> InspectedRequest:
    """The call that the path names. Raises Refusal."""
    ring = inspector_of(request)
    call = ring.find(request.path["correlation_id"]) if ring else None
    if call is None:
        raise not_found("request")
    return call


def obstacle(request: PageRequest, call: InspectedRequest) -> str:
    """Why a call is not sent again from here, and what to do instead; empty where it can be."""
    if (why := why_unavailable(request)) or request.context.send_again is None:
        return f"Requests are sent again on a sandbox only, started with --sandbox-controls. {why}".strip()
    if call.path.startswith("/_bowerbird"):
        return "The control plane takes the operator's token, which is never kept. Use the sandbox's controls, or curl."
    if "authorization" in call.headers and not call.application_id:
        return "It brought a key or a token that is never kept. Use curl, with yours."
    if len(call.path) >= LONGEST_PATH:
        return "Its address was too long to be kept whole. Use curl."
    if call.headers.get("content-length", "0") != "0" and _body_of(call) is None:
        return "Its body was not kept: a file never is, nor what could not be read. Use curl."
    return "" if not call.application_id or _is_open(request, call) else "Its application is gone, or disabled."


def _is_open(request: PageRequest, call: InspectedRequest) -> bool:
    row = request.read(lambda session: application_rows.find_application(session.uow, call.application_id), tenant=EVERY_TENANT)
    return row is not None and not row.production and not row.disabled


def _body_of(call: InspectedRequest) -> Any:
    """The body as it was kept; None where it was not."""
    try:
        return json.loads(call.body)
    except ValueError:
        return None


def blanks_of(call: InspectedRequest) -> list[Blank]:
    """What is to be typed, in the order of the body."""
    found = inspector.blanks(_body_of(call))
    return [
        Blank(f"value-{number}", place.removeprefix("/"), left, any(word in place.casefold() for word in _HIDDEN))
        for number, (place, left) in enumerate(found.items())
    ]


def send(request: PageRequest, call: InspectedRequest, texts: dict[str, str]) -> ReplayResponse:
    """Through the server's own wire, with a token made for it; `texts` by the place of each blank. Raises NoAnswer."""
    headers = {name: call.headers[name] for name in _CARRIED if call.headers.get(name)}
    headers["user-agent"] = "Bowerbird-Dashboard"
    body = _body_of(call)
    if body is not None:
        headers["content-type"] = "application/json"
    if call.application_id:
        token = token_of_operator(request.services, call.application_id, call.scope, call.user_id, call.version)
        headers["authorization"] = f"Bearer {token}"
    path, _, query = call.path.partition("?")
    content = b"" if body is None else json.dumps(inspector.filled(body, texts)).encode()
    if request.context.send_again is None:
        raise RuntimeError("asked for without the sandbox's controls")
    return request.context.send_again(ReplayRequest(call.method, path, query, headers, content))


def answered(request: PageRequest, old: InspectedRequest, answer: ReplayResponse) -> tuple[InspectedRequest, bool]:
    """The new call as the inspector has it, and whether it does: another process may have answered, with a memory of its own."""
    ring = inspector_of(request)
    if ring and (kept := ring.find(answer.correlation_id)):
        return kept, True
    known = inspector.known_answer(old.method, answer.status, old.operation, answer.body)
    new = old._replace(correlation_id=answer.correlation_id, status=answer.status, codes=(), milliseconds=answer.milliseconds)
    return new._replace(answer=known, answered_bytes=len(answer.body)), False


def difference(old: InspectedRequest, new: InspectedRequest) -> list[tuple[str, str]]:
    """(sign, line): "-" of the first answer, "+" of the new one, and a few equal lines around. Empty where nothing differs.

    The correlation id that a refusal repeats is no difference.
    """
    before, after = (call.safe_answer.replace(call.correlation_id, "…").splitlines() for call in (old, new))
    told = list(difflib.unified_diff(before, after, n=_SAME_LINES, lineterm=""))
    return [(line[0], line[1:]) for line in told[2:] if line[0] in "-+ "]


def verdict(old: InspectedRequest, new: InspectedRequest, lines: list[tuple[str, str]]) -> str:
    if old.status != new.status:
        return f"Another status: {new.status} instead of {old.status}."
    if old.codes != new.codes and new.codes:
        return "The same status with another code."
    if not old.safe_answer and not new.safe_answer:
        return "The same status. The answers are not kept, so they are not compared."
    return "The same status, another answer. Ids and moments of what is made differ by themselves." if lines else "The same answer."
