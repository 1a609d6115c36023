"""Ids: UUID texts, time-ordered where a table is read in order of arrival."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.ASCII)
_UUIDS = re.compile(f"(?:{_UUID.pattern[:-2]}(?:\n|\\Z))++", re.ASCII)
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""What a random digit becomes where a UUID has its variant."""
_INSTITUTION = re.compile(r"[A-Z]{2}[0-9]{5}\Z", re.ASCII)


class _Drawn:
    """Bytes that follow from a text, and from nothing else."""

    def __init__(self, text: str) -> None:
        self._text, self._count = text, 0

    def __call__(self, length: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._text}:{self._count}".encode()).digest(length)


_drawn: ContextVar[Callable[[int], bytes]] = ContextVar("drawn", default=os.urandom)


@contextmanager
def drawn_from(text: str) -> Iterator[None]:
    """Within, ids follow from a text instead of chance: the same text, the same ids in the same order. For sandboxes only."""
    before = _drawn.set(_Drawn(text))
    try:
        yield
    finally:
        _drawn.reset(before)


def new_id() -> str:
    """A random UUID, version 4."""
    digits = _drawn.get()(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"


def id_of_name(kind: str, name: str) -> str:
    """The id of what has no other than its name, such as a merchant: the same everywhere."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bowerbird:{kind}:{name}"))


def is_id(text: str) -> bool:
    """Whether a text is a UUID as this server writes them: lower case, hyphens, 36 characters."""
    return _UUID.match(text) is not None


def are_ids(texts: Sequence[str]) -> bool:
    """Whether all of these texts are."""
    return _UUIDS.fullmatch("\n".join(texts)) is not None and set(map(len, texts)) == {36}


def is_institution_id(text: str) -> bool:
    """Whether a text has the wire's form of an institution id: two capitals, five digits."""
    return _INSTITUTION.match(text) is not None


def ordered_ids(milliseconds: int, count: int) -> list[str]:
    """`count` UUIDs (version 7) that sort in the order of the list, the first 48 bits being the moment they were made.

    The twelve bits after the version count up within one call and carry over into the milliseconds, so that rows imported
    together keep the bank's order when they are sorted by id; the rest is random.
    """
    noise = _drawn.get()(8 * count).hex()
    ids = []
    for first in range(0, count, 1 << 12):
        stamp = f"{milliseconds + (first >> 12):012x}"
        head = f"{stamp[:8]}-{stamp[8:]}-7"
        ids += [
            f"{head}{index - first:03x}-{_VARIANT[noise[at := index * 16]]}{noise[at + 1 : at + 4]}-{noise[at + 4 : at + 16]}"
            for index in range(first, min(count, first + (1 << 12)))
        ]
    return ids


def moment_of_id(ordered_id: str) -> int:
    """The milliseconds at which an id of `ordered_ids` was made."""
    return int(ordered_id[:8] + ordered_id[9:13], 16)
