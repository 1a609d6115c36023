"""The pages of the reference: all operations, a group of them, and sending a request that only reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

from bowerbird.domain.access.tokens import VERSIONS, create_token
from bowerbird.domain.operators.server import list_sample_ids
from bowerbird.outbound.own_server import ReplayRequest, ReplayResponse, ServerUnreachable, send_again
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found
from bowerbird.web.reference import examples, keys
from bowerbird.web.reference.description import DescribedOperation, OperationGroup
from bowerbird.web.reference.keys import TemporaryKey

_LONGEST = 20_000


def show_reference(request: PageRequest) -> PageResponse:
    reference, words = request.context.reference, request.one("search").casefold().split()
    groups = [
        OperationGroup(group.name, group.about, tuple(operation for operation in group.operations if _matches(operation, words)))
        for group in reference.groups.values()
    ]
    return request.show(
        "reference/index.html", groups=[group for group in groups if group.operations], search=request.one("search"),
        count=len(reference.operations), version=reference.version, trying=keys.find_key(request), applications=keys.options(request),
        controls=request.operator is not None and not request.context.hooks.why_unavailable(request), public_url=request.context.public_url,
    )  # fmt: skip


def _matches(operation: DescribedOperation, words: list[str]) -> bool:
    entries = " ".join(entry.key for refused in operation.refusals for entry in refused.entries)
    text = " ".join((operation.id, operation.method, operation.path, operation.summary, operation.group, entries)).casefold()
    return all(word in text for word in words)


def show_group(request: PageRequest) -> PageResponse:
    group = request.context.reference.groups.get(request.path["group"])
    if group is None:
        raise not_found("group of operations")
    key = keys.find_key(request)
    ids = _ids(request, key)
    names = list(request.context.reference.groups)
    place = names.index(group.name)
    return request.show(
        "reference/group.html",
        group=group,
        trying=key,
        applications=keys.options(request),
        examples={operation.id: _examples(request, operation, key, ids) for operation in group.operations},
        values={operation.id: _values(operation, ids) for operation in group.operations},
        before=names[place - 1] if place else "",
        after=names[place + 1] if place + 1 < len(names) else "",
    )


def _values(operation: DescribedOperation, ids: Mapping[str, str]) -> dict[str, str]:
    """The first values of the form that sends a request."""
    return {field.name: examples.value_of(operation, field.name, ids) for _, field in operation.parameters}


def _ids(request: PageRequest, key: TemporaryKey | None) -> dict[str, str]:
    return {} if key is None else request.read(list_sample_ids, tenant=key.application_id)


def _examples(request: PageRequest, operation: DescribedOperation, key: TemporaryKey | None, ids: Mapping[str, str]) -> dict[str, str]:
    url, secret = request.context.public_url, key.key if key else ""
    return {"curl": examples.curl(operation, url, secret, ids), "python": examples.python(operation, url, secret, ids)}


def try_operation(request: PageRequest) -> PageResponse:
    """Send a request that only reads to this server, with the temporary key, and show the response."""
    operation = request.context.reference.operations.get(request.form.text("operation"))
    if operation is None or operation.method != "GET":
        raise PageRefused(400, "This request cannot be sent", "Only GET requests can be sent from this page.", ("API reference", "/docs"))
    key = keys.find_key(request)
    if operation.scopes and key is None:
        raise PageRefused(403, "A key is required", "Create a temporary key first. An earlier one has expired.", ("API reference", "/docs"))
    path, query = _target(request, operation)
    headers = {"Accept": "*/*"} | ({"Authorization": f"Bearer {_token(request, key)}"} if operation.scopes and key else {})
    answer, problem = None, ""
    try:
        answer = send_again(request.context.public_url, ReplayRequest("GET", path, query, headers, b""))
    except ServerUnreachable as error:
        problem = str(error)
    template = "reference/answer.html" if request.partial else "reference/tried.html"
    line = f"{path}?{query}" if query else path
    text, seen = _display(request, answer) if answer is not None else ("", "")
    return request.show(template, operation=operation, line=line, problem=problem, answer=answer, text=text, seen=seen)


def _target(request: PageRequest, operation: DescribedOperation) -> tuple[str, str]:
    """The path and the query of the form. Raises PageRefused for a value that would change the path."""
    values = {field.name: request.form.text(f"p-{field.name}") for _, field in operation.parameters}
    named = re.findall(r"\{(\w+)\}", operation.path)
    if any("/" in values[name] or values[name] in ("", ".", "..") for name in named):
        text = f"Enter {' and '.join(named)} without a slash."
        raise PageRefused(400, "The path is not complete", text, ("Back", operation.address))
    path = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], operation.path)
    return path, urlencode(
        {field.name: values[field.name] for place, field in operation.parameters if place == "query" and values[field.name]}
    )


def _token(request: PageRequest, key: TemporaryKey) -> str:
    return request.read_across(create_token, key.key, VERSIONS[-1], None, None)[0]


def _display(request: PageRequest, answer: ReplayResponse) -> tuple[str, str]:
    """The text of a response, and the id under which the inspector has it; empty where it has not."""
    text = answer.body.decode("utf-8", "replace")
    with suppress(ValueError):  # a picture, or counters
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    seen = answer.correlation_id if request.context.hooks.has_recorded(request, answer.correlation_id) else ""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…", seen
