"""Calls from browser pages of other origins (CORS): with a token that the page holds, never with cookies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bowerbird.api.http.response import CORRELATION_HEADER, ApiResponse

_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_EXPOSED = {"Access-Control-Expose-Headers": f"ETag, Retry-After, Link, {CORRELATION_HEADER}"}
_FIELD_NAMES = re.compile(r"[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*", re.ASCII)
_MOST_FIELD_NAMES_LENGTH = 1_000
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
        if len(names) <= _MOST_FIELD_NAMES_LENGTH and _FIELD_NAMES.fullmatch(names):
            headers["Access-Control-Allow-Headers"] = names
        return ApiResponse(204, headers=headers)

    def _allowed(self, origin: str | None) -> dict[str, str]:
        if self.origins is None:
            return {_ALLOW_ORIGIN: "*"} if origin else {}
        vary = {"Vary": "Origin"} if self.origins else {}
        return {_ALLOW_ORIGIN: origin, **vary} if origin in self.origins and origin else vary
