"""What the API and the pages have in common as HTTP: how large a part of a request may be, and which methods a path takes."""

from __future__ import annotations

from collections.abc import Mapping

QUERY_BYTES = 16_384
FORM_BYTES = 65_536


def methods_at(path: str, methods_by_pattern: Mapping[str, set[str]]) -> set[str]:
    """The methods of what a URL map has at a path, none where it has nothing; ids are written `{id}` in the map.

    A word in the map goes before an id, as in the router.
    """
    parts = path.strip("/").split("/")
    fitting = [pattern for pattern in methods_by_pattern if _fits(pattern.strip("/").split("/"), parts)]
    return methods_by_pattern[min(fitting, key=lambda pattern: pattern.count("{"))] if fitting else set()


def _fits(pattern: list[str], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(want.startswith("{") or want == part for want, part in zip(pattern, parts, strict=True))
