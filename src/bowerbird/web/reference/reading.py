"""The pages of the reference: all operations, one group of them, and trying one that only reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from bowerbird.domain.tokens import VERSIONS, create_token
from bowerbird.outbound.again import Answer, NoAnswer, Request, send_again
from bowerbird.storage.newest import newest_ids
from bowerbird.storage.unit_of_work import EVERY_TENANT
from bowerbird.web.controls.door import why_closed
from bowerbird.web.reference import examples, keys
from bowerbird.web.reference.description import Group, Operation
from bowerbird.web.reference.keys import Trying
from bowerbird.web.refusal import Refusal, not_found
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_LONGEST = 20_000


def show_reference(visit: Visit) -> Reply:
    reference, words = visit.desk.reference, visit.one("search").casefold().split()
    groups = [
        Group(group.name, group.about, tuple(each for each in group.operations if _fits(each, words)))
        for group in reference.groups.values()
    ]
    return visit.show(
        "reference/index.html", groups=[group for group in groups if group.operations], search=visit.one("search"),
        count=len(reference.operations), version=reference.version, trying=keys.trying(visit), applications=keys.to_choose(visit),
        controls=visit.operator is not None and not why_closed(visit), public_url=visit.desk.public_url,
    )  # fmt: skip


def _fits(operation: Operation, words: list[str]) -> bool:
    told = " ".join(entry.key for refused in operation.refusals for entry in refused.entries)
    text = " ".join((operation.id, operation.method, operation.path, operation.summary, operation.group, told)).casefold()
    return all(word in text for word in words)


def show_group(visit: Visit) -> Reply:
    group = visit.desk.reference.groups.get(visit.path["group"])
    if group is None:
        raise not_found("group of operations")
    key = keys.trying(visit)
    ids = _ids(visit, key)
    names = list(visit.desk.reference.groups)
    place = names.index(group.name)
    return visit.show(
        "reference/group.html",
        group=group,
        trying=key,
        applications=keys.to_choose(visit),
        examples={each.id: _examples(visit, each, key, ids) for each in group.operations},
        values={each.id: _values(each, ids) for each in group.operations},
        before=names[place - 1] if place else "",
        after=names[place + 1] if place + 1 < len(names) else "",
    )


def _values(operation: Operation, ids: Mapping[str, str]) -> dict[str, str]:
    """What the form for trying holds at first."""
    return {field.name: examples.value_of(operation, field.name, ids) for _, field in operation.parameters}


def _ids(visit: Visit, key: Trying | None) -> dict[str, str]:
    return {} if key is None else visit.read(lambda uow: newest_ids(uow, key.application_id), tenant=key.application_id)


def _examples(visit: Visit, operation: Operation, key: Trying | None, ids: Mapping[str, str]) -> dict[str, str]:
    url, secret = visit.desk.public_url, key.key if key else ""
    return {"curl": examples.curl(operation, url, secret, ids), "python": examples.python(operation, url, secret, ids)}


def try_operation(visit: Visit) -> Reply:
    """Send a request that reads to this server, with the key for trying, and show the answer."""
    operation = visit.desk.reference.operations.get(visit.form.text("operation"))
    if operation is None or operation.method != "GET":
        raise Refusal(400, "That is not tried here", "Only operations that read are sent from this page.", ("API reference", "/docs"))
    key = keys.trying(visit)
    if operation.scopes and key is None:
        raise Refusal(403, "A key is missing", "Make a key for trying first. One made before has ended.", ("API reference", "/docs"))
    path, query = _target(visit, operation)
    headers = {"Accept": "*/*"} | ({"Authorization": f"Bearer {_token(visit, key)}"} if operation.scopes and key else {})
    answer, problem = None, ""
    try:
        answer = send_again(visit.desk.public_url, Request("GET", path, query, headers, b""))
    except NoAnswer as error:
        problem = str(error)
    template = "reference/answer.html" if visit.partial else "reference/tried.html"
    line = f"{path}?{query}" if query else path
    return visit.show(template, operation=operation, line=line, problem=problem, answer=answer, **_told(visit, answer))


def _target(visit: Visit, operation: Operation) -> tuple[str, str]:
    """The address and the query of a request, as the form says them. Raises Refusal for a value that would be another address."""
    said = {field.name: visit.form.text(f"p-{field.name}") for _, field in operation.parameters}
    named = re.findall(r"\{(\w+)\}", operation.path)
    if any("/" in said[name] or said[name] in ("", ".", "..") for name in named):
        text = f"Fill in {' and '.join(named)}, without a slash: the address would be another one."
        raise Refusal(400, "The address is not complete", text, ("Back", operation.address))
    path = re.sub(r"\{(\w+)\}", lambda name: said[name[1]], operation.path)
    return path, urlencode({field.name: said[field.name] for place, field in operation.parameters if place == "query" and said[field.name]})


def _token(visit: Visit, key: Trying) -> str:
    version = VERSIONS[-1]
    return visit.read(lambda uow: create_token(visit.world, uow, key.key, version, None, None)[0], tenant=EVERY_TENANT)


def _told(visit: Visit, answer: Answer | None) -> dict[str, Any]:
    """What a page shows of an answer: its text, and where the inspector has it."""
    if answer is None:
        return {"text": "", "seen": ""}
    text, inspector = answer.body.decode("utf-8", "replace"), visit.world.inspector
    with suppress(ValueError):  # a picture, or counters
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    seen = answer.correlation_id if inspector is not None and inspector.find(answer.correlation_id) else ""
    return {"text": text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…", "seen": seen}
