"""What a rule pack says: names of merchants, words, phrases and places, as one TOML file. A pack is data and nothing else.

source, licence     where the data comes from and how it may be used
[names]             leaf = "Name|other spelling, …". "leaf/leaf of a credit". `?`: also an ordinary word; `!`: needs a word of its trade
[nouns] [hints] [starts]   leaf = "word, two words, …": what a business is; what leans one way; what counts at the start
[signs]             trade = "word, …": what confirms a risky name
[channels]          channel = "phrase, …": how the movement came about
[filler] [places]   words = "…": what explains itself
[classes] [where]   ANZSIC class, or "Suburb STATE" = "Name, …": what is known of merchants beyond their leaf
[[rule]]            leaf, any, direction, accounts, channel, unless, merchant, names
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any


class PackError(Exception):
    """A pack that cannot be used: which, and what to change."""


@dataclass(frozen=True, slots=True)
class Name:
    """A merchant as packs write it. `words` is a spelling in lower case. `common`: also an ordinary word, a surname or a place;
    `needs_sign`: counts only beside a word of its trade. `credit_leaf` is the leaf of a credit, "" for the usual one, a refund.
    """

    words: str
    merchant: str
    leaf: str
    credit_leaf: str
    common: bool
    needs_sign: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrase that decides. The text has one of `phrases` ("*": any text) and none of `unless`; `direction`, `accounts` and `channel`
    are those of the movement, empty for any. `after_names`: a merchant that the text names comes first.
    """

    leaf: str
    phrases: tuple[str, ...]
    direction: str = ""
    accounts: frozenset[str] = frozenset()
    channel: str = ""
    unless: frozenset[str] = frozenset()
    merchant: str = ""
    after_names: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack as read: where it comes from, and what it says."""

    id: str
    source: str
    licence: str
    names: tuple[Name, ...] = ()
    nouns: tuple[tuple[str, str], ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    starts: tuple[tuple[str, str], ...] = ()
    signs: tuple[tuple[str, str], ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    filler: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    mcc: tuple[tuple[int, int, str], ...] = ()
    classes: tuple[tuple[str, str], ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    rules: tuple[Rule, ...] = ()


_APOSTROPHES = str.maketrans({"'": "", "’": "", "`": "", "&": " and ", "+": " plus "})
_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation: what packs are written in and texts are compared in."""
    return _WORD.findall(text.lower().translate(_APOSTROPHES))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in (" ".join(piece.split()) for piece in text.replace("\n", " ").split(",")) if part)


def _key(text: str) -> str:
    return " ".join(words_of(text))


def _names(leaves: str, text: str) -> list[Name]:
    leaf, _, credit_leaf = leaves.partition("/")
    names: list[Name] = []
    for entry in _listed(text):
        first, *others = entry.split("|")
        display = first.rstrip("?!")
        marks = first[len(display) :]
        names.append(Name(_key(display), display, leaf, credit_leaf, "?" in marks, "!" in marks))
        for other in others:
            bare = other.rstrip("?!")
            names.append(Name(_key(bare), display, leaf, credit_leaf, "?" in other[len(bare) :], "!" in other[len(bare) :]))
    return names


def _pairs(table: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((_key(word), what) for what, text in table.items() for word in _listed(text))


def _of_names(table: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """(merchant, what is known of it)."""
    return tuple((name, what) for what, text in table.items() for name in _listed(text))


def _range(codes: str, leaf: str) -> tuple[int, int, str]:
    first, _, last = codes.partition("-")
    return int(first), int(last or first), leaf


_RULE_KEYS = frozenset({"leaf", "any", "direction", "accounts", "channel", "unless", "merchant", "names"})


def _rule(table: dict[str, Any]) -> Rule:
    if unknown := table.keys() - _RULE_KEYS:
        raise ValueError(f"a rule has {min(unknown)}, which packs do not know")
    return Rule(
        leaf=table["leaf"],
        phrases=tuple(phrase if phrase == "*" else _key(phrase) for phrase in _listed(table["any"])),
        direction=table.get("direction", ""),
        accounts=frozenset(_listed(table.get("accounts", ""))),
        channel=table.get("channel", ""),
        unless=frozenset(_listed(table.get("unless", ""))),
        merchant=table.get("merchant", ""),
        after_names=table.get("names", False),
    )


def read_pack(text: str, name: str) -> Pack:
    """The pack that a TOML text holds. Raises PackError where it is none, or does not say where its data comes from."""
    try:
        table = tomllib.loads(text)
        return Pack(
            id=name,
            source=table["source"],
            licence=table["licence"],
            names=tuple(found for leaves, listed in table.get("names", {}).items() for found in _names(leaves, listed)),
            nouns=_pairs(table.get("nouns", {})),
            hints=_pairs(table.get("hints", {})),
            starts=_pairs(table.get("starts", {})),
            signs=_pairs(table.get("signs", {})),
            channels=_pairs(table.get("channels", {})),
            filler=tuple(_key(word) for word in _listed(table.get("filler", {}).get("words", ""))),
            places=tuple(_key(place) for place in _listed(table.get("places", {}).get("words", ""))),
            mcc=tuple(_range(codes, leaf) for leaf, listed in table.get("mcc", {}).items() for codes in _listed(listed)),
            classes=_of_names(table.get("classes", {})),
            where=_of_names(table.get("where", {})),
            rules=tuple(_rule(rule) for rule in table.get("rule", ())),
        )
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise PackError(f"pack {name}: {error!r}") from error
