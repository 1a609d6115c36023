"""The request inspector: the last calls that this process answered, explained."""

from __future__ import annotations

import shlex

from bowerbird.codes import CATALOGUE
from bowerbird.domain.inspector import KEPT, Seen
from bowerbird.web.dashboard.jobs import ACTS, NEXT
from bowerbird.web.refusal import not_found
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_KINDS = [("", "All"), ("good", "Answered"), ("bad", "Refused")]
_SHOWN = 100


def show_requests(visit: Visit) -> Reply:
    ring = visit.world.inspector
    chosen = {name: visit.one(name) for name in ("search", "kind")}
    found = [each for each in (ring.newest() if ring else []) if _fits(each, chosen)]
    return visit.show("dashboard/requests.html", on=ring is not None, calls=found[:_SHOWN], chosen=chosen, kinds=_KINDS, most=KEPT)


def _fits(call: Seen, chosen: dict[str, str]) -> bool:
    text = " ".join((call.correlation_id, call.operation, call.method, call.path, str(call.status), *call.codes)).casefold()
    refused = call.status >= 400
    return all(word in text for word in chosen["search"].casefold().split()) and chosen["kind"] in ("", "bad" if refused else "good")


def show_request(visit: Visit) -> Reply:
    ring = visit.world.inspector
    call = ring.find(visit.path["correlation_id"]) if ring else None
    if call is None:
        raise not_found("request")
    explained = [CATALOGUE[key] for key in call.codes]
    return visit.show(
        "dashboard/request.html", call=call, explained=explained, acts=ACTS, next=NEXT, curl=curl_of(call, visit.desk.public_url)
    )


def curl_of(call: Seen, public_url: str) -> str:
    """The call as a command; what is secret is a variable of the shell, to be set before."""
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
