"""Whether the reason of a deviation still holds: each names its source, and what it says of that source is looked up there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import yaml

from tests.conformance.reference import FILES, FOLDER, Deviation

CONTRACT, SEED = FOLDER.parent / "contract.md", FOLDER.parent / "seed-codes.md"
SOURCES_ARE_PRESENT = CONTRACT.is_file() and SEED.is_file()
Claim = Callable[[Deviation, re.Match[str]], bool]


@cache
def _section(number: str) -> str:
    """A section of the contract; empty where it has none of that number."""
    found = re.search(rf"^## {number}\. .*?(?=^## |\Z)", CONTRACT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


@cache
def _seed() -> str:
    return SEED.read_text("utf-8")


@cache
def _schemas() -> list[dict[str, Any]]:
    """Every schema of the published files, wherever it stands."""
    return [node for name in FILES for node in _objects(yaml.safe_load((FOLDER / name).read_text("utf-8")))]


def _objects(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def _subject(deviation: Deviation) -> str:
    """The field or value that a deviation is about."""
    value = re.match(r"'([^']+)' is not among the values|(\w+) is (?:not described|missing)", deviation.what)
    return (value[1] or value[2]) if value else deviation.pointer.rpartition("/")[2].strip("*")


def _in_contract(deviation: Deviation, claim: re.Match[str]) -> bool:
    """The section exists, and names the status where that is what differs."""
    section = _section(claim[1])
    return bool(section) and ("the status" not in deviation.what or str(deviation.status) in section)


def _in_seed(deviation: Deviation, claim: re.Match[str]) -> bool:
    return (claim[1] or _subject(deviation)) in _seed()


def _recorded(deviation: Deviation, claim: re.Match[str]) -> bool:
    return _subject(deviation) in _section("2").partition("Recorded from the live service")[2]


def _required_only(deviation: Deviation, claim: re.Match[str]) -> bool:
    """Some schema requires the field without describing it."""
    name = _subject(deviation)
    return any(name in schema["required"] and name not in schema["properties"] for schema in _schemas() if _has_fields(schema, "required"))


def _has_fields(schema: dict[str, Any], *more: str) -> bool:
    return isinstance(schema.get("properties"), dict) and all(isinstance(schema.get(key), list) for key in more)


def _in_event_types(deviation: Deviation, claim: re.Match[str]) -> bool:
    types = {str(node.get("id")) for node in _schemas() if node.get("type") == "eventType"}
    return _subject(deviation) in {word for each in types for word in each.split(".")}


def _in_the_file(deviation: Deviation, claim: re.Match[str]) -> bool:
    """The file has the field somewhere; that it has it otherwise here is the deviation itself."""
    name = re.split(r"[/*]+", deviation.pointer.rstrip("/*"))[-1]
    wanted = {_subject(deviation), name}
    return any(wanted & schema["properties"].keys() for schema in _schemas() if _has_fields(schema))


CLAIMS: tuple[tuple[str, Claim], ...] = (
    (r"[Cc]ontract §(\d+)", _in_contract),
    (r"Seed: a response code|Seed and contract|[Ss]eed: `([\w-]+)`", _in_seed),
    (r"Recorded from the live service", _recorded),
    (r"requires (?:the field and shows it in every example, |the link )without describing it", _required_only),
    (r"The file's own list of event types", _in_event_types),
    (r"The file(?! requires the (?:field|link) )|The text of a test message, which the file says", _in_the_file),
)


def broken_claims(deviation: Deviation, reason: str) -> list[str]:
    """What a reason says that is not so; that it names no source at all is one such thing."""
    found = [(claim, match) for pattern, claim in CLAIMS if (match := re.search(pattern, reason))]
    if not found:
        return ["names neither contract, seed, recording nor file"]
    return [match[0] for claim, match in found if not claim(deviation, match)]
