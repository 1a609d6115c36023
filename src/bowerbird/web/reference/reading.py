"""The pages of the reference: all operations, one group of them, and trying one that only reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from bowerbird.domain.access.tokens import VERSIONS, create_token
from bowerbird.outbound.again import ReplayFailed, ReplayRequest, ReplayResponse, send_again
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.sample_ids import sample_ids
from bowerbird.web.controls.access import inspector_of, why_unavailable
from bowerbird.web.kernel.not_found import PageRefused, not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.reference import examples, keys
from bowerbird.web.reference.description import DescribedOperation, OperationGroup
from bowerbird.web.reference.keys import TryingKey

_LONGEST = 20_000


def show_reference(request: PageRequest) -> PageResponse:
    reference, words = request.context.reference, request.one("search").casefold().split()
    groups = [
        OperationGroup(group.name, group.about, tuple(each for each in group.operations if _fits(each, words)))
        for group in reference.groups.values()
    ]
    return request.show(
        "reference/index.html", groups=[group for group in groups if group.operations], search=request.one("search"),
        count=len(reference.operations), version=reference.version, trying=keys.trying(request), applications=keys.to_choose(request),
        controls=request.operator is not None and not why_unavailable(request), public_url=request.context.public_url,
    )  # fmt: skip


def _fits(operation: DescribedOperation, words: list[str]) -> bool:
    told = " ".join(entry.key for refused in operation.refusals for entry in refused.entries)
    text = " ".join((operation.id, operation.method, operation.path, operation.summary, operation.group, told)).casefold()
    return all(word in text for word in words)


def show_group(request: PageRequest) -> PageResponse:
    group = request.context.reference.groups.get(request.path["group"])
    if group is None:
        raise not_found("group of operations")
    key = keys.trying(request)
    ids = _ids(request, key)
    names = list(request.context.reference.groups)
    place = names.index(group.name)
    return request.show(
        "reference/group.html",
        group=group,
        trying=key,
        applications=keys.to_choose(request),
        examples={each.id: _examples(request, each, key, ids) for each in group.operations},
        values={each.id: _values(each, ids) for each in group.operations},
        before=names[place - 1] if place else "",
        after=names[place + 1] if place + 1 < len(names) else "",
    )


def _values(operation: DescribedOperation, ids: Mapping[str, str]) -> dict[str, str]:
    """What the form for trying holds at first."""
    return {field.name: examples.value_of(operation, field.name, ids) for _, field in operation.parameters}


def _ids(request: PageRequest, key: TryingKey | None) -> dict[str, str]:
    return {} if key is None else request.read(lambda session: sample_ids(session.uow, key.application_id), tenant=key.application_id)


def _examples(request: PageRequest, operation: DescribedOperation, key: TryingKey | None, ids: Mapping[str, str]) -> dict[str, str]:
    url, secret = request.context.public_url, key.key if key else ""
    return {"curl": examples.curl(operation, url, secret, ids), "python": examples.python(operation, url, secret, ids)}


def try_operation(request: PageRequest) -> PageResponse:
    """Send a request that reads to this server, with the key for trying, and show the answer."""
    operation = request.context.reference.operations.get(request.form.text("operation"))
    if operation is None or operation.method != "GET":
        raise PageRefused(400, "That is not tried here", "Only operations that read are sent from this page.", ("API reference", "/docs"))
    key = keys.trying(request)
    if operation.scopes and key is None:
        raise PageRefused(403, "A key is missing", "Make a key for trying first. One made before has ended.", ("API reference", "/docs"))
    path, query = _target(request, operation)
    headers = {"Accept": "*/*"} | ({"Authorization": f"Bearer {_token(request, key)}"} if operation.scopes and key else {})
    answer, problem = None, ""
    try:
        answer = send_again(request.context.public_url, ReplayRequest("GET", path, query, headers, b""))
    except ReplayFailed as error:
        problem = str(error)
    template = "reference/answer.html" if request.partial else "reference/tried.html"
    line = f"{path}?{query}" if query else path
    return request.show(template, operation=operation, line=line, problem=problem, answer=answer, **_told(request, answer))


def _target(request: PageRequest, operation: DescribedOperation) -> tuple[str, str]:
    """The address and the query of a request, as the form says them. Raises Refusal for a value that would be another address."""
    said = {field.name: request.form.text(f"p-{field.name}") for _, field in operation.parameters}
    named = re.findall(r"\{(\w+)\}", operation.path)
    if any("/" in said[name] or said[name] in ("", ".", "..") for name in named):
        text = f"Fill in {' and '.join(named)}, without a slash: the address would be another one."
        raise PageRefused(400, "The address is not complete", text, ("Back", operation.address))
    path = re.sub(r"\{(\w+)\}", lambda name: said[name[1]], operation.path)
    return path, urlencode({field.name: said[field.name] for place, field in operation.parameters if place == "query" and said[field.name]})


def _token(request: PageRequest, key: TryingKey) -> str:
    version = VERSIONS[-1]
    return request.read(lambda session: create_token(session, key.key, version, None, None)[0], tenant=EVERY_TENANT)


def _told(request: PageRequest, answer: ReplayResponse | None) -> dict[str, Any]:
    """What a page shows of an answer: its text, and where the inspector has it."""
    if answer is None:
        return {"text": "", "seen": ""}
    text, inspector = answer.body.decode("utf-8", "replace"), inspector_of(request)
    with suppress(ValueError):  # a picture, or counters
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    seen = answer.correlation_id if inspector is not None and inspector.find(answer.correlation_id) else ""
    return {"text": text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…", "seen": seen}
