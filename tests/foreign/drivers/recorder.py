"""What the drivers in Python share: where the server is, what to send, and a line of the results for every call."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

VENDOR = "https://au-api.basiq.io"
GIVEN = os.environ


def call(name: str, act: Callable[[], Any], shown: Callable[[Any], Any] = lambda made: made) -> Any:
    """Make one call of the client and write down its value, or its error."""
    try:
        made = act()
        line = {"call": name, "value": shown(made)}
    except Exception as error:  # noqa: BLE001 - what a client raises is its result
        made, line = None, {"call": name, "error": f"{type(error).__name__}: {error}"}
    with Path(GIVEN["RESULTS"]).open("a", encoding="utf-8") as results:
        results.write(json.dumps(line) + "\n")
    return made


def reach_the_server() -> None:
    """Send to the server what a client sends to the address that is written into it."""
    request = requests.Session.request

    def redirected(self: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        return request(self, method, url.replace(VENDOR, GIVEN["SERVER"], 1), **options)

    requests.Session.request = redirected  # type: ignore[method-assign, assignment]
