"""The description of our own API, generated from the URL map, the shapes and the catalogue."""

from __future__ import annotations

import json
from functools import lru_cache


@lru_cache(maxsize=4)
def render_openapi(public_url: str) -> bytes:
    return json.dumps({"openapi": "3.1.0", "servers": [{"url": public_url}], "paths": {}}).encode()
