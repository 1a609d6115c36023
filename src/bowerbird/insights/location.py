"""The place that a text names, else that of a merchant whom a pack knows in one place: nothing is made up beyond it."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.insights.classify import Enrichment
from bowerbird.insights.lexicon import Lexicon

_STATES = {
    "nsw": "NSW", "ns": "NSW", "vic": "VIC", "vi": "VIC", "qld": "QLD", "ql": "QLD", "sa": "SA", "wa": "WA", "tas": "TAS", "ta": "TAS",
    "act": "ACT", "nt": "NT",
}  # fmt: skip


class Location(NamedTuple):
    """A suburb in capital initials and a state's code, "" for what the text does not name."""

    suburb: str = ""
    state: str = ""


def location_of(lexicon: Lexicon, enrichment: Enrichment) -> Location:
    """The last place and the last state of a text, its name of the merchant aside."""
    words, known = enrichment.words, set(enrichment.evidence.words.split())
    suburb, end = "", 0
    for hit in lexicon.places_in(words):
        place = words[hit.start : hit.end]
        if hit.start >= end and not known.intersection(place):
            suburb, end = " ".join(place).title(), hit.end
    state = next((_STATES[word] for word in reversed(words[1:]) if word in _STATES), "")
    if not suburb and (known_place := lexicon.where.get(enrichment.merchant)):
        suburb, _, state = known_place.rpartition(" ")
    return Location(suburb, state)
