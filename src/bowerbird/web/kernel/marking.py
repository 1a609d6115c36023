"""The words of a text that decided something, marked for a template."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def marked(text: str, words: str) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is one of the words. Words that stand together are looked for together, then one by one."""
    if not words:
        return ((text, False),)
    parts = [re.escape(word) for word in words.split()]
    together = r"[\W_]+".join(parts)
    found = re.compile(rf"(?<!\w)({together})", re.IGNORECASE)
    if not found.search(text):
        found = re.compile(rf"(?<!\w)({'|'.join(parts)})", re.IGNORECASE)
    pieces = found.split(text)
    return tuple((piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece)
