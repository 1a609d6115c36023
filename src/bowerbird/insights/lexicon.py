"""What all packs say together: one dictionary of phrases, looked up word by word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bowerbird.insights.leaves import LEAVES
from bowerbird.sdk.pack import Name, Pack, PackError, Rule

MIN_PREFIX = 5
"""Banks cut texts: a word of at least so many letters stands for the noun that it begins."""


@dataclass(slots=True)
class LexiconEntry:
    """All that one phrase means."""

    name: Name | None = None
    noun: str = ""
    hint: str = ""
    start: str = ""
    signs: frozenset[str] = frozenset()
    channel: str = ""
    filler: bool = False
    place: bool = False
    rules: tuple[int, ...] = ()


class Hit(NamedTuple):
    """A phrase of a text: its words are [start, end)."""

    start: int
    end: int
    entry: LexiconEntry


@dataclass(frozen=True)
class Lexicon:
    """`longest` is by a first word the number of words of the longest phrase, `longest_place` that of the longest place. `classes` and
    `where` are, by merchant, the ANZSIC class that says more than its leaf, and the place where it is ("Newtown NSW").
    """

    entries: dict[str, LexiconEntry]
    longest: dict[str, int]
    rules: tuple[Rule, ...]
    always: tuple[int, ...]
    words: frozenset[str]
    mcc: dict[int, str]
    classes: dict[str, str] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    nouns: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    longest_place: dict[str, int] = field(default_factory=dict)

    def hits(self, words: tuple[str, ...]) -> Iterator[Hit]:
        """Every phrase that the text holds, from the left, the longer first."""
        return self._hits(words, self.longest)

    def places_in(self, words: tuple[str, ...]) -> Iterator[Hit]:
        """Every place that the text names, in the same order."""
        return (hit for hit in self._hits(words, self.longest_place) if hit.entry.place)

    def _hits(self, words: tuple[str, ...], longest: dict[str, int]) -> Iterator[Hit]:
        entries, count = self.entries, len(words)
        for start, word in enumerate(words):
            most = longest.get(word)
            if most is None:
                continue
            for end in range(min(count, start + most), start, -1):
                entry = entries.get(word if end == start + 1 else " ".join(words[start:end]))
                if entry is not None:
                    yield Hit(start, end, entry)

    def noun_of(self, beginning: str) -> str:
        """The leaf of the nouns that a cut word begins, "" for none, for two, and where more is missing than is there."""
        leaves: set[str] = set()
        for place in range(bisect_left(self.nouns, beginning), len(self.nouns)):
            if not self.nouns[place].startswith(beginning):
                break
            if len(self.nouns[place]) * 3 <= len(beginning) * 5:
                leaves.add(self.entries[self.nouns[place]].noun)
        return leaves.pop() if len(leaves) == 1 else ""

    def begins_place(self, beginning: str) -> bool:
        return bool(_with_prefix(self.places, beginning))

    def cut_name(self, beginning: str) -> Name | None:
        """The merchant whose name a cut text begins, if there is one only."""
        found = _with_prefix(self.names, beginning)
        return self.entries[found].name if found else None


def _with_prefix(sorted_words: list[str], beginning: str) -> str:
    place = bisect_left(sorted_words, beginning)
    return sorted_words[place] if place < len(sorted_words) and sorted_words[place].startswith(beginning) else ""


def build_lexicon(packs: Sequence[Pack]) -> Lexicon:
    """Raises PackError where a pack names a leaf that is none. What two packs say of one phrase: the first of them counts."""
    entries: dict[str, LexiconEntry] = {}
    rules: list[Rule] = []

    def entry(phrase: str) -> LexiconEntry:
        return entries.setdefault(phrase, LexiconEntry())

    for pack in packs:
        _check_leaves(pack)
        for name in pack.names:
            if name.words and entry(name.words).name is None:
                entry(name.words).name = name
        _add_words(pack, entry)
        rules.extend(pack.rules)
    always = _add_rules(rules, entry)
    return Lexicon(
        entries=entries,
        longest=_longest(entries),
        longest_place=_longest(phrase for phrase, found in entries.items() if found.place),
        rules=tuple(rules),
        always=always,
        mcc=_codes(packs),
        classes=dict(known for pack in reversed(packs) for known in pack.classes),
        where=dict(known for pack in reversed(packs) for known in pack.where),
        words=frozenset(word for phrase in entries for word in phrase.split()),
        nouns=sorted(phrase for phrase, found in entries.items() if found.noun and " " not in phrase and len(phrase) > MIN_PREFIX),
        places=sorted(phrase for phrase, found in entries.items() if found.place),
        names=sorted(phrase for phrase, found in entries.items() if found.name and not found.name.common and len(phrase) >= 9),
    )


def _longest(phrases: Iterable[str]) -> dict[str, int]:
    """By first word the number of words of the longest phrase."""
    longest: dict[str, int] = {}
    for phrase in phrases:
        first, *others = phrase.split()
        longest[first] = max(longest.get(first, 0), 1 + len(others))
    return longest


def _add_words(pack: Pack, entry: Callable[[str], LexiconEntry]) -> None:
    for word, leaf in pack.nouns:
        entry(word).noun = entry(word).noun or leaf
    for word, leaf in pack.hints:
        entry(word).hint = entry(word).hint or leaf
    for word, leaf in pack.starts:
        entry(word).start = leaf
    for word, trade in pack.signs:
        entry(word).signs |= {trade}
    for word, channel in pack.channels:
        entry(word).channel = entry(word).channel or channel
    for word in pack.filler:
        entry(word).filler = True
    for place in pack.places:
        entry(place).place = True


def _add_rules(rules: list[Rule], entry: Callable[[str], LexiconEntry]) -> tuple[int, ...]:
    always: list[int] = []
    for number, rule in enumerate(rules):
        for phrase in rule.phrases:
            if phrase == "*":
                always.append(number)
            else:
                entry(phrase).rules = (*entry(phrase).rules, number)
    return tuple(always)


def _codes(packs: Sequence[Pack]) -> dict[int, str]:
    found: dict[int, str] = {}
    for first, last, leaf in (codes for pack in packs for codes in pack.mcc):
        for code in range(first, last + 1):
            found.setdefault(code, leaf)
    return found


def _check_leaves(pack: Pack) -> None:
    named = {leaf for name in pack.names for leaf in (name.leaf, name.credit_leaf) if leaf}
    named |= (
        {leaf for _, leaf in (*pack.nouns, *pack.hints, *pack.starts)}
        | {rule.leaf for rule in pack.rules}
        | {leaf for _, _, leaf in pack.mcc}
    )
    if unknown := sorted(named - LEAVES.keys()):
        raise PackError(f"pack {pack.id} names leaves that are none: {', '.join(unknown)}")
