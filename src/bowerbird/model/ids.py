"""Ids: UUID texts, time-ordered where a table is read in order of arrival."""

from __future__ import annotations

import os
import re
import uuid

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.ASCII)
_INSTITUTION = re.compile(r"[A-Z]{2}[0-9]{5}\Z", re.ASCII)


def new_id() -> str:
    return str(uuid.uuid4())


def is_id(text: str) -> bool:
    """Whether a text is a UUID as this server writes them: lower case, hyphens, 36 characters."""
    return _UUID.match(text) is not None


def is_institution_id(text: str) -> bool:
    """Whether a text has the wire's form of an institution id: two capitals, five digits."""
    return _INSTITUTION.match(text) is not None


def ordered_ids(milliseconds: int, count: int) -> list[str]:
    """`count` UUIDs (version 7) that sort in the order of the list, the first 48 bits being the moment they were made.

    The twelve bits after the version count up within one call and carry over into the milliseconds, so that rows imported
    together keep the bank's order when they are sorted by id; the rest is random.
    """
    noise = os.urandom(8 * count).hex()
    ids = []
    for index in range(count):
        stamp = f"{milliseconds + (index >> 12):012x}"
        tail = noise[index * 16 : index * 16 + 16]
        variant = "89ab"[int(tail[0], 16) & 3]
        ids.append(f"{stamp[:8]}-{stamp[8:]}-7{index & 0xFFF:03x}-{variant}{tail[1:4]}-{tail[4:]}")
    return ids
