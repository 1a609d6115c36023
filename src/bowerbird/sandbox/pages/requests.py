"""The request inspector: the latest requests that this process answered, explained."""

from __future__ import annotations

import shlex

from bowerbird.codes import CATALOGUE
from bowerbird.domain.consents.sent_codes import list_sent_codes
from bowerbird.domain.operators import server
from bowerbird.outbound.own_server import ServerUnreachable
from bowerbird.sandbox.inspector import KEPT, InspectedRequest
from bowerbird.sandbox.pages import replays
from bowerbird.sandbox.pages.access import inspector_of
from bowerbird.sandbox.pages.replays import Blank
from bowerbird.web.dashboard.jobs import ACTS, next_step
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

_KINDS = [("", "All"), ("good", "Answered"), ("bad", "Refused")]
_SHOWN = 100
_FILL = "Enter this value: it was not stored."


def show_requests(request: PageRequest) -> PageResponse:
    ring = inspector_of(request)
    chosen = {name: request.one(name) for name in ("search", "kind")}
    matching = [call for call in (ring.newest() if ring else []) if _fits(call, chosen)]
    return request.show(
        "inspector/requests.html", on=ring is not None, calls=matching[:_SHOWN], chosen=chosen, kinds=_KINDS, most=KEPT,
        sent_codes=request.read_across(list_sent_codes) if server.is_sandbox(request.services) else [],
    )  # fmt: skip


def _fits(call: InspectedRequest, chosen: dict[str, str]) -> bool:
    operation_id = call.operation.replace("_", "")
    text = " ".join((call.correlation_id, operation_id, call.method, call.path, str(call.status), *call.codes)).casefold()
    refused = call.status >= 400
    return all(word in text for word in chosen["search"].casefold().split()) and chosen["kind"] in ("", "bad" if refused else "good")


def show_request(request: PageRequest) -> PageResponse:
    call = replays.find(request)
    return request_page(request, call, 200, replays.blanks_of(call))


def request_page(request: PageRequest, call: InspectedRequest, status: int, blanks: list[Blank]) -> PageResponse:
    """A request, with the form that resends it; `blanks` are the values that the form asks for."""
    explained = [CATALOGUE[key] for key in call.codes]
    return request.show(
        "inspector/request.html", status, call=call, explained=explained, acts=ACTS, next_step=next_step, blanks=blanks,
        curl=curl_of(call, request.context.public_url), obstacle=replays.obstacle(request, call),
        operation=request.context.reference.named(call.operation),
    )  # fmt: skip


def replay_request(request: PageRequest) -> PageResponse:
    """Resend a request and show both responses; what was not stored of it must be entered."""
    call = replays.find(request)
    back = ("Back to the request", f"/dashboard/requests/{call.correlation_id}")
    if why := replays.obstacle(request, call):
        raise PageRefused(403, "This request cannot be resent here", why, back)
    blanks = replays.blanks_of(call)
    typed = {blank.field: request.form.raw(blank.field) for blank in blanks}
    if not all(typed.values()):
        return request_page(request, call, 400, [blank._replace(wrong="" if typed[blank.field] else _FILL) for blank in blanks])
    try:
        answer = replays.send(request, call, {f"/{blank.place}": typed[blank.field] for blank in blanks})
    except ServerUnreachable as error:
        raise PageRefused(502, "The server did not respond", str(error), back) from error
    new, kept = replays.answered(request, call, answer)
    lines = replays.difference(call, new)
    return request.show("inspector/replayed.html", old=call, new=new, kept=kept, lines=lines, verdict=replays.verdict(call, new, lines))


def curl_of(call: InspectedRequest, public_url: str) -> str:
    """The request as a command; secrets are shell variables, to be set before."""
    way = "" if call.method == "GET" else f"-X {call.method} "
    parts = [f"curl -i {way}{shlex.quote(public_url + call.path)}"]
    for name, value in call.headers.items():
        if name == "authorization":
            parts.append('-H "Authorization: ' + ("Basic $KEY" if call.operation == "create_token" else "Bearer $TOKEN") + '"')
        elif name in ("accept", "content-type", "basiq-version") and not value.startswith("multipart/"):
            parts.append("-H " + shlex.quote(f"{name}: {value}"))
    if call.body:
        parts.append("-d " + ("scope=SERVER_ACCESS" if call.operation == "create_token" else shlex.quote(call.body)))
    return " \\\n  ".join(parts)
