"""The request inspector: the last calls this process answered, without anything that would let somebody in.

It lives in memory only. A request's body is made safe before it is kept; an answer is kept where none of its kind carries a secret,
and made safe when it is shown.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

KEPT = 300
"""Calls in memory at most."""
_LONGEST_ANSWER = 8192
_LONGEST_TEXT = 40
_GONE = "…"
"""Stands where a text was blanked, and behind one that was cut."""
LONGEST_PATH = 300
_HEADERS = ("accept", "accept-encoding", "basiq-version", "content-length", "content-type", "host", "user-agent")
"""Headers that cannot carry a secret; of the others only the names are kept."""
_SECRETS = (
    "password",
    "secret",
    "token",
    "login",
    "code",
    "mfa",
    "key",
    "answer",
    "mobile",
    "email",
    "account",
    "name",
    "phone",
    "abn",
    "holder",
)
_PLAIN = frozenset({"code", "parameter", "pointer", "eventTypeId"})
"""Names of fields that look like secrets and are none."""


class InspectedRequest(NamedTuple):
    """A call as it is kept. `body` is safe to show; `answer` is so after `safe_answer`. Times in milliseconds.

    `scope`, `user_id` and `version` are what its token said, empty without one: the token itself is never kept.
    """

    correlation_id: str
    moment: int
    operation: str
    method: str
    path: str
    status: int
    codes: tuple[str, ...]
    milliseconds: float  # not money: a time
    application_id: str
    headers: Mapping[str, str]
    body: str
    answer: bytes
    answered_bytes: int
    scope: str = ""
    user_id: str = ""
    version: str = ""

    @property
    def safe_headers(self) -> list[tuple[str, str]]:
        return [(name, value if name in _HEADERS else "…") for name, value in self.headers.items()]

    @property
    def safe_answer(self) -> str:
        """The answer without what is personal or secret; empty where it was not kept."""
        try:
            return _pretty(safe(json.loads(self.answer))) if self.answer else ""
        except ValueError:
            return ""


class Inspector:
    """A ring of calls, oldest forgotten first. `sandbox_only`: kept for the sandbox's sake, so not once the database is none."""

    def __init__(self, most: int = KEPT, *, sandbox_only: bool = False) -> None:
        self.sandbox_only = sandbox_only
        self._calls: deque[InspectedRequest] = deque(maxlen=most)

    def keep(self, seen: InspectedRequest) -> None:
        self._calls.append(seen)

    def newest(self) -> list[InspectedRequest]:
        return list(self._calls)[::-1]

    def find(self, correlation_id: str) -> InspectedRequest | None:
        return next((each for each in self._calls if each.correlation_id == correlation_id), None)


def open_inspector(setting: str, *, controls: bool) -> Inspector | None:
    """A ring where the setting says "yes", and beside the sandbox's controls unless it says "no"."""
    if setting == "yes":
        return Inspector()
    return Inspector(sandbox_only=True) if controls and setting != "no" else None


def known_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers to keep: values of those that cannot carry a secret, names of the rest."""
    return {name: value if name in _HEADERS else "" for name, value in headers.items()}


def known_answer(method: str, status: int, operation: str, body: bytes) -> bytes:
    """An answer to keep: refusals and readings. What makes something may tell a secret once, and so do webhooks and auth links."""
    secretive = "webhook" in operation or "auth_link" in operation
    kept = status >= 400 or (method == "GET" and not secretive)
    return body if kept and len(body) <= _LONGEST_ANSWER else b""


def safe_body(body: Any) -> str:
    """A request's body as it may be kept: its fields, without their secrets."""
    return _pretty(safe(body))


def safe_path(path: str, query: bytes) -> str:
    return (f"{path}?{query.decode('latin-1')}" if query else path)[:LONGEST_PATH]


def blanks(value: Any, name: str = "") -> dict[str, str]:
    """Places in a kept body, as JSON pointers, whose text was blanked or cut: what is left of each."""
    if isinstance(value, dict):
        return {place: left for key, inner in value.items() for place, left in blanks(inner, f"{name}/{key}").items()}
    if isinstance(value, list):
        return {place: left for number, inner in enumerate(value) for place, left in blanks(inner, f"{name}/{number}").items()}
    return {name: value[:-1]} if isinstance(value, str) and value.endswith(_GONE) else {}


def filled(value: Any, texts: Mapping[str, str], name: str = "") -> Any:
    """A kept body with texts at the places of its `blanks`, and without the fields that were not given."""
    if isinstance(value, dict):
        return {key: filled(inner, texts, f"{name}/{key}") for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [filled(inner, texts, f"{name}/{number}") for number, inner in enumerate(value)]
    return texts.get(name, value)


def safe(value: Any, name: str = "") -> Any:
    """A value of JSON with secret and personal fields blanked and every other text cut."""
    if isinstance(value, dict):
        return {key: safe(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [safe(inner, name) for inner in value]
    if isinstance(value, bytes):
        return _GONE
    if name not in _PLAIN and any(part in name.casefold() for part in _SECRETS) and value is not None:
        return _GONE
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]}{_GONE}"
    return value


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
