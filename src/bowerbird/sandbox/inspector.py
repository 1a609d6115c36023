"""The request inspector: the last requests this process answered, without anything that grants access.

It lives in memory only. Secrets are removed from a request's body before it is stored; a response is stored where none of its kind
carries a secret, and made safe when it is shown.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple

from bowerbird.domain.consents.read_scope import ReadScope
from bowerbird.domain.feeds.feeds import SIMPLEFIN_ROOT
from bowerbird.model.json_value import JsonValue

KEPT = 300
"""Requests in memory at most."""
_LONGEST_ANSWER = 8192
_LONGEST_TEXT = 40
_GONE = "…"
"""Stands for a text that was removed, and behind one that was cut."""
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
    """A request as it is stored. `body` is safe to show; `answer` is so after `safe_answer`. Times in milliseconds.

    `scope`, `user_id` and `version` are those of its token, empty without one: the token itself is never stored. `read_of` are the users
    whom the answer is about; `read_under` is what they agreed to then, None where there may be several.
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
    read_of: tuple[str, ...] = ()
    read_under: ReadScope | None = None
    times: int = 1
    """How often this read got this answer, the newest of them being the one that is shown."""

    @property
    def read(self) -> tuple[object, ...] | None:
        """What a read that is asked for again and again has in common with the one before; None where it is no read or was refused."""
        if self.method != "GET" or self.status >= HTTPStatus.BAD_REQUEST:
            return None
        who = self.application_id, self.user_id, self.headers.get("user-agent")
        return who, self.path, self.version, self.answered_bytes, self.answer

    @property
    def safe_headers(self) -> list[tuple[str, str]]:
        return [(name, value if name in _HEADERS else "…") for name, value in self.headers.items()]

    @property
    def safe_answer(self) -> str:
        """The response without what is personal or secret; empty where it was not stored."""
        try:
            return _pretty(safe(json.loads(self.answer))) if self.answer else ""
        except ValueError:
            return ""


class Inspector:
    """The latest requests; the oldest is dropped first. `sandbox_only`: nothing is stored once the database is no sandbox."""

    def __init__(self, most: int = KEPT, *, sandbox_only: bool = False) -> None:
        self.sandbox_only = sandbox_only
        self._calls: deque[InspectedRequest] = deque(maxlen=most)

    def keep(self, request: InspectedRequest) -> None:
        """As the newest; a read that is repeated stands once, so that a program that asks every second leaves the others in sight."""
        repeated = next((each for each in reversed(self._calls) if each.read == request.read), None) if request.read else None
        if repeated is not None:
            self._calls.remove(repeated)
            request = request._replace(times=repeated.times + 1)
        self._calls.append(request)

    def newest(self) -> list[InspectedRequest]:
        return list(self._calls)[::-1]

    def drop_answer(self, request: InspectedRequest) -> InspectedRequest:
        """The same request without its answer, which is forgotten."""
        without = request._replace(answer=b"")
        with suppress(ValueError):
            self._calls[self._calls.index(request)] = without
        return without

    def find(self, correlation_id: str) -> InspectedRequest | None:
        return next((request for request in self._calls if request.correlation_id == correlation_id), None)


def open_inspector(setting: str, *, controls: bool) -> Inspector | None:
    """An inspector where the setting is "yes", and with sandbox controls unless it is "no"."""
    if setting == "yes":
        return Inspector()
    return Inspector(sandbox_only=True) if controls and setting != "no" else None


def known_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers to store: values of those that cannot carry a secret, names of the rest."""
    return {name: value if name in _HEADERS else "" for name, value in headers.items()}


def known_answer(method: str, status: int, operation: str, body: bytes) -> bytes:
    """A response to store: refusals and reads. Responses to creations may hold a secret, as may those of webhooks and auth links."""
    secretive = any(word in operation for word in ("webhook", "auth_link", "simplefin"))
    kept = status >= 400 or (method == "GET" and not secretive)
    return body if kept and len(body) <= _LONGEST_ANSWER else b""


def safe_body(body: JsonValue) -> str:
    """A request's body as it may be stored: its fields, without their secrets."""
    return _pretty(safe(body))


_CLAIMS = f"{SIMPLEFIN_ROOT}/claim/"
"""What follows it is a setup token, which is not stored."""


def safe_path(path: str, query: bytes) -> str:
    if path.startswith(_CLAIMS):
        path = f"{_CLAIMS}…"
    return (f"{path}?{query.decode('latin-1')}" if query else path)[:LONGEST_PATH]


def blanks(value: JsonValue, name: str = "") -> dict[str, str]:
    """JSON pointer → what is left, of the texts in a stored body that were removed or cut."""
    if isinstance(value, dict):
        return {place: left for key, inner in value.items() for place, left in blanks(inner, f"{name}/{key}").items()}
    if isinstance(value, list):
        return {place: left for number, inner in enumerate(value) for place, left in blanks(inner, f"{name}/{number}").items()}
    return {name: value[:-1]} if isinstance(value, str) and value.endswith(_GONE) else {}


def filled(value: JsonValue, texts: Mapping[str, str], name: str = "") -> JsonValue:
    """A stored body with texts at the pointers of its `blanks`, and without the fields that were not given."""
    if isinstance(value, dict):
        return {key: filled(inner, texts, f"{name}/{key}") for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [filled(inner, texts, f"{name}/{number}") for number, inner in enumerate(value)]
    return texts.get(name, value)


def safe(value: JsonValue | bytes, name: str = "") -> JsonValue:
    """A JSON value with secret and personal fields removed and every other text cut."""
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


def _pretty(value: JsonValue) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
