"""Resending an inspected request: over HTTP to this server, on a sandbox, and compared with the first."""

from __future__ import annotations

import difflib
import json
from typing import NamedTuple

from bowerbird.domain.access.applications import find_application
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.access.tokens import token_of_operator
from bowerbird.domain.consents.gate import may_still_be_read
from bowerbird.model.json_value import JsonValue
from bowerbird.outbound.own_server import ReplayRequest, ReplayResponse, send_again
from bowerbird.sandbox import inspector
from bowerbird.sandbox.inspector import LONGEST_PATH, InspectedRequest
from bowerbird.sandbox.pages.access import inspector_of, why_unavailable
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import not_found

_CARRIED = ("accept", "basiq-version")
_HIDDEN = ("password", "secret", "token", "code")
_SAME_LINES = 2


class Blank(NamedTuple):
    """A value that must be entered before a request is resent: it was removed or cut when the request was stored."""

    field: str
    place: str
    left: str
    hidden: bool
    wrong: str = ""


def find(request: PageRequest) -> InspectedRequest:
    """The request that the path names, without an answer that its people do not agree to share any more. Raises PageRefused."""
    ring = inspector_of(request)
    call = ring.find(request.path["correlation_id"]) if ring else None
    if ring is None or call is None:
        raise not_found("request")
    tenants = [Tenant(call.application_id, user_id) for user_id in call.read_of if user_id]
    if all(request.read(may_still_be_read, call.read_under, call.moment, tenant=tenant) for tenant in tenants):
        return call
    return ring.drop_answer(call)


def obstacle(request: PageRequest, call: InspectedRequest) -> str:
    """Why a request cannot be resent here, and what to do instead; empty where it can be."""
    if why := why_unavailable(request):
        return f"Requests can be resent only on a sandbox started with --sandbox-controls. {why}".strip()
    if call.path.startswith("/_bowerbird"):
        return "The control plane takes the admin token, which is never stored. Use the sandbox controls, or curl."
    if "authorization" in call.headers and not call.application_id:
        return "It was sent with a key or token, which is never stored. Use curl with your own."
    if len(call.path) >= LONGEST_PATH:
        return "Its address was too long to be stored. Use curl."
    if call.headers.get("content-length", "0") != "0" and _body_of(call) is None:
        return "Its body was not stored: files and unreadable bodies never are. Use curl."
    return "" if not call.application_id or _is_open(request, call) else "Its application is deleted or disabled."


def _is_open(request: PageRequest, call: InspectedRequest) -> bool:
    row = request.read(find_application, tenant=call.application_id)
    return row is not None and not row.production and not row.disabled


def _body_of(call: InspectedRequest) -> JsonValue:
    """The body as it was stored; None where it was not."""
    try:
        body: JsonValue = json.loads(call.body)
    except ValueError:
        return None
    return body


def blanks_of(call: InspectedRequest) -> list[Blank]:
    """The values to be entered, in the order of the body."""
    blanks = inspector.blanks(_body_of(call))
    return [
        Blank(f"value-{number}", place.removeprefix("/"), left, any(word in place.casefold() for word in _HIDDEN))
        for number, (place, left) in enumerate(blanks.items())
    ]


def send(request: PageRequest, call: InspectedRequest, texts: dict[str, str]) -> ReplayResponse:
    """Send it over HTTP with a token created for it; `texts` by the place of each blank. Raises ServerUnreachable."""
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
    return send_again(request.context.public_url, ReplayRequest(call.method, path, query, headers, content))


def answered(request: PageRequest, old: InspectedRequest, answer: ReplayResponse) -> tuple[InspectedRequest, bool]:
    """The new request as the inspector has it, and whether it has it: another process may have answered, with its own inspector."""
    ring = inspector_of(request)
    if ring and (kept := ring.find(answer.correlation_id)):
        return kept, True
    known = inspector.known_answer(old.method, answer.status, old.operation, answer.body)
    new = old._replace(correlation_id=answer.correlation_id, status=answer.status, codes=(), milliseconds=answer.milliseconds)
    return new._replace(answer=known, answered_bytes=len(answer.body)), False


def difference(old: InspectedRequest, new: InspectedRequest) -> list[tuple[str, str]]:
    """(sign, line): "-" of the first answer, "+" of the new one, and a few equal lines around. Empty where nothing differs.

    The correlation id in an error response is no difference.
    """
    before, after = (call.safe_answer.replace(call.correlation_id, "…").splitlines() for call in (old, new))
    lines = list(difflib.unified_diff(before, after, n=_SAME_LINES, lineterm=""))
    return [(line[0], line[1:]) for line in lines[2:] if line[0] in "-+ "]


def verdict(old: InspectedRequest, new: InspectedRequest, lines: list[tuple[str, str]]) -> str:
    if old.status != new.status:
        return f"Another status: {new.status} instead of {old.status}."
    if old.codes != new.codes and new.codes:
        return "The same status with another code."
    if not old.safe_answer and not new.safe_answer:
        return "The same status. The responses are not stored, so they are not compared."
    return "The same status, another response. Ids and times of new objects always differ." if lines else "The same response."
