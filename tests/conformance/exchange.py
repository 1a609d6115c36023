"""One request and its answer, written down as they crossed the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2


@dataclass(frozen=True)
class Exchange:
    """`version` is the token's; `headers` of the answer, names in lower case."""

    method: str
    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    version: str = "3.0"

    @property
    def path(self) -> str:
        """Without query, and without the slash at the end that any path may have."""
        path = urlsplit(self.url).path
        return path.rstrip("/") or "/"

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.url} -> {self.status} {self.body[:600]!r}"


class Record:
    """Records what the clients that carry its hook receive. Set `version` before requests with another token."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.version = "3.0"

    def hook(self, response: httpx2.Response) -> None:
        headers = {name.lower(): value for name, value in response.headers.items()}
        request = response.request
        self.exchanges.append(Exchange(request.method, str(request.url), response.status_code, headers, response.read(), self.version))
