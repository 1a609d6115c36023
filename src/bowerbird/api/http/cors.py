"""Calls from browser pages of other origins (CORS): with a token that the page holds, never with cookies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bowerbird.api.http.response import CORRELATION_HEADER, ApiResponse

_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_EXPOSED = {"Access-Control-Expose-Headers": f"ETag, Retry-After, Link, {CORRELATION_HEADER}"}
_FIELD_NAMES = re.compile(r"[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*", re.ASCII)
_MAX_FIELD_NAMES_LENGTH = 1_000
_UNKNOWN = "null"
"""The origin of a request whose fields have not all arrived: no list of origins has it."""
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_PREFLIGHT_SECONDS = 7_200
"""How long a browser keeps the answer to a preflight: the longest that Chromium does."""


@dataclass(frozen=True, slots=True)
class CorsPolicy:
    """The origins whose pages may call; None admits any."""

    origins: frozenset[str] | None = None

    def headers(self, origin: str | None) -> dict[str, str]:
        """The headers an answer has besides its own. Where origins are listed an answer depends on who asks, so it says so to caches."""
        allowed = self._allowed(origin)
        return {**allowed, **_EXPOSED} if _ALLOW_ORIGIN in allowed else allowed

    def preflight(self, fields: Mapping[str, str], methods: Iterable[str]) -> ApiResponse | None:
        """The answer to a browser that asks whether its page may send a request; None where it is no such question, or it may not."""
        allowed = self._allowed(fields.get("origin"))
        if _ALLOW_ORIGIN not in allowed or "access-control-request-method" not in fields:
            return None
        headers = {**allowed, "Access-Control-Allow-Methods": ", ".join(methods), "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS)}
        names = fields.get("access-control-request-headers", "")
        if len(names) <= _MAX_FIELD_NAMES_LENGTH and _FIELD_NAMES.fullmatch(names):
            headers["Access-Control-Allow-Headers"] = names
        return ApiResponse(204, headers=headers)

    def _allowed(self, origin: str | None) -> dict[str, str]:
        if self.origins is None:
            return {_ALLOW_ORIGIN: "*"} if origin else {}
        vary = {"Vary": "Origin"} if self.origins else {}
        return {_ALLOW_ORIGIN: origin, **vary} if origin in self.origins and origin else vary


class CrossOriginPaths:
    """The headers of answers that no operation gives, such as the server's own refusals: as of the operations beside them."""

    def __init__(self, policy: CorsPolicy, paths: Iterable[str]) -> None:
        """`paths` are those of the operations that pages of other origins may call."""
        self._policy, self._areas = policy, frozenset(_area(path) for path in paths)

    def headers(self, path: str, fields: Iterable[tuple[bytes, bytes]], *, is_whole: bool = True) -> dict[str, str]:
        """`fields` are a request's header fields, their names in lower case.

        Where they are not the whole head, an origin may follow that is not known: where any is admitted, the page may read the answer.
        """
        if _area(path) not in self._areas:
            return {}
        return self._policy.headers(origin_of(fields) or (None if is_whole else _UNKNOWN))

    def preflight(self, path: str, fields: Mapping[str, str]) -> ApiResponse | None:
        """The answer to a browser that asks about a path without operations: its page may send the request, and read that there is none."""
        return self._policy.preflight(fields, _METHODS) if _area(path) in self._areas else None


def origin_of(fields: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The origin of the page that sends a request, as its browser says."""
    return next((value.decode("latin-1") for name, value in fields if name == b"origin"), None)


def _area(path: str) -> str:
    return path[1:].partition("/")[0]
