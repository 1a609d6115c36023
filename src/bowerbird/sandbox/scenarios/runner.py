"""Runs recipes as any program could: only over HTTP, knowing no more than what a recipe says."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from bowerbird.model.documents import JsonObject, JsonValue
from bowerbird.outbound.own_server import PATIENCE_SECONDS, ServerUnreachable, own_server

if TYPE_CHECKING:
    import httpx2

_PAUSE_SECONDS = 0.02


_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_LINK = re.compile(r'href="https?://[^"/]+(/home/test-bank\?[^"]*state=([\w-]+))"')


class NotAsExpected(Exception):
    """An answer differs from what the recipe expects."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it was sent, and its answer."""

    request: JsonObject
    status: int
    answer: JsonObject | None
    expected: bool


@dataclass(slots=True)
class ScenarioResult:
    """What running a recipe led to. `problem` says why it did not lead to its code; empty when it did."""

    exchanges: list[Exchange] = field(default_factory=list)
    problem: str = ""


class ScenarioRunner:
    """One server, and the key its recipes begin with."""

    def __init__(self, http: httpx2.Client, api_key: str, admin_token: str = "") -> None:
        self.http, self.api_key, self.admin_token = http, api_key, admin_token

    def run(self, scenario: list[JsonObject]) -> Iterator[Exchange]:
        """Every exchange of a recipe. Raises NotAsExpected, after what puts things back."""
        known = {"apiKey": self.api_key}
        problem: NotAsExpected | None = None
        for step in scenario:
            if problem is not None and not step.get("always"):
                continue
            try:
                yield self._take({key: _filled(value, known) for key, value in step.items()}, known)
            except (NotAsExpected, KeyError) as error:
                problem = problem or NotAsExpected(str(error))
        if problem is not None:
            raise problem

    def _take(self, step: JsonObject, known: dict[str, str]) -> Exchange:
        deadline = time.monotonic() + PATIENCE_SECONDS
        for _ in range(step.get("times", 1) - 1):
            self.send(step)
        while True:
            status, answer = self.send(step)
            difference = _difference(step.get("expect"), status, answer) or _missing(step, answer)
            if not difference:
                break
            if not step.get("until") or time.monotonic() > deadline:
                raise NotAsExpected(f"{step.get('method', 'raw')} {step.get('path', '')}: {difference}: {str(answer)[:300]}")
            time.sleep(_PAUSE_SECONDS)
        known |= {name: str(_at(answer, pointer)) for name, pointer in step.get("save", {}).items()}
        return Exchange(step, status, answer, "code" in step.get("expect", {}))

    def send(self, step: JsonObject) -> tuple[int, JsonObject | None]:
        if "raw" in step:
            return self._send_raw(step["raw"])
        headers = dict(step.get("headers", {}))
        if step["path"].startswith("/_bowerbird") and self.admin_token:
            headers.setdefault("Authorization", f"Bearer {self.admin_token}")
        options: JsonObject = {}
        if "json" in step:
            options["json"] = step["json"]
        elif "form" in step:
            options["data"] = step["form"]
        elif "text" in step:
            options["content"] = step["text"].encode()
        elif "multipart" in step:
            options |= _form(step["multipart"])
        answer = self.http.request(step["method"], step["path"], headers=headers, **options)
        return answer.status_code, _page_values(answer) if step.get("page") else answer.json() if answer.content else None

    def _send_raw(self, text: str) -> tuple[int, JsonObject | None]:
        place = urlsplit(str(self.http.base_url))
        with socket.create_connection((place.hostname or "", place.port or 80), PATIENCE_SECONDS) as line:
            line.sendall(text.encode())
            received = b""
            while more := line.recv(65_536):
                received += more
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(body)


def _page_values(answer: httpx2.Response) -> JsonObject:
    """What a person's browser takes from a page: the hidden fields of its forms, the job that it leads to, and the word for the bank."""
    values: JsonObject = dict(_FIELD.findall(answer.text))
    if (link := _LINK.search(answer.text)) is not None:
        values["state"] = link[2]
    return values | {"job": answer.headers.get("location", "").rpartition("/")[2]}


def run_scenario(url: str, admin_token: str, scenario: list[JsonObject]) -> ScenarioResult:
    """Run a recipe against a server in an application of its own, as that server's owner."""
    trial = ScenarioResult()
    try:
        with own_server(url) as http:
            scenario_runner = ScenarioRunner(http, "", admin_token)
            made = scenario_runner.send({"method": "POST", "path": "/_bowerbird/applications", "json": {"name": "Recipes"}})[1] or {}
            if "apiKey" not in made:
                trial.problem = f"The control plane refuses: {_at(made, '/data/0/detail')}"
                return trial
            scenario_runner.api_key = made["apiKey"]
            for exchange in scenario_runner.run(scenario):
                trial.exchanges.append(exchange)
    except (NotAsExpected, ServerUnreachable) as error:
        trial.problem = str(error)
    return trial


Redacted = TypeVar("Redacted", JsonObject, JsonValue)


def redacted(value: Redacted) -> Redacted:
    """What was sent or answered without keys, tokens and long contents."""
    text = re.sub(r"(Basic|Bearer) [^\"]{9,}", r"\1 …", json.dumps(value, ensure_ascii=False))
    text = re.sub(r"([?&](?:token|state)=)[^\"&]+", r"\1…", text)
    text = re.sub(r'("(?:access_token|apiKey|secret|csrf|state)": ")[^"]*"', r'\1…"', text)
    shortened: Redacted = json.loads(re.sub(r'"([^"\\]{60})[^"\\]{140,}"', r'"\1…"', text))
    return shortened


def _form(parts: list[JsonObject]) -> JsonObject:
    fields = {part["name"]: part["value"] for part in parts if "value" in part}
    sent = [(part["name"], (part["filename"], base64.b64decode(part["base64"]))) for part in parts if "base64" in part]
    return {"data": fields, "files": sent}


def _filled(value: JsonValue, known: dict[str, str]) -> JsonValue:
    if isinstance(value, dict):
        match value:
            case {"repeat": str(text), "times": int(times)} if len(value) == 2:
                return text * times
        return {key: _filled(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known) for inner in value]
    return re.sub(r"\{\{(\w+)\}\}", lambda name: str(known[name[1]]), value) if isinstance(value, str) else value


def _at(answer: JsonValue, pointer: str) -> JsonValue:
    value = answer
    for part in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _difference(expect: JsonObject | None, status: int, answer: JsonValue) -> str:
    """What is not as expected; empty when everything is."""
    if expect is None:
        return "" if status < 300 else f"status {status}"
    if status != expect["status"]:
        return f"status {status}, not {expect['status']}"
    found = _at(answer, expect["at"]) if "at" in expect else {}
    if not isinstance(found, dict):
        return f"nothing at {expect['at']}"
    for name, of in (("code", "code"), ("state", "status")):
        if name in expect and found.get(of) != expect[name]:
            return f"{of} {found.get(of)!r}, not {expect[name]!r}"
    if "title" in expect and not re.fullmatch(_any_text(expect["title"]), str(found.get("title"))):
        return f"title {found.get('title')!r}, not {expect['title']!r}"
    if "detail" in expect and not re.fullmatch(expect["detail"], str(found.get("detail"))):
        return f"detail {found.get('detail')!r}, not {expect['detail']!r}"
    return ""


def _missing(step: JsonObject, answer: JsonValue) -> str:
    """What a page should hold and does not yet; empty for everything else."""
    names = [name for name, pointer in step.get("save", {}).items() if step.get("page") and _at(answer, pointer) is None]
    return f"no {', '.join(names)}" if names else ""


def _any_text(title: str) -> str:
    """A title as a regular expression: what stands in braces is any text."""
    return "[\\s\\S]*".join(map(re.escape, re.split(r"\{\w+\}", title)))
