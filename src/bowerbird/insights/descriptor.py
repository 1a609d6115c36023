"""A bank's text of a movement, read into words: what banks and processors print around the name is set aside, nothing is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bowerbird.sdk.pack import words_of

_DATES = re.compile(
    r"\b(?:value|effective|eff|purchase|trans(?:action)?)\s+date:?\s*\S+(?:\s+[a-z]{3,9}\s+\d{2,4})?"
    r"|\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\b|\b\d{1,2}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\d{0,4}\b",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<!credit )\b(?:card|crd)\s*(?:no\.?|ending)?\s*[x*]*(\d{4})\b", re.IGNORECASE)
_MASKED = re.compile(r"\b[x*]{2,}\d{3,4}\b", re.IGNORECASE)
_PROCESSOR = re.compile(
    r"(?P<square>\bsq\s*\*)|(?P<paypal>\b(?:paypal|pp)\s*\*)|(?P<sp>\bsp\s?\*|^sp\s+(?=[a-z]))|(?P<google>\bgoogle\s?\*)"
    r"|(?P<other>\b(?:lightspeed|lsp?|zlr|tst|ezi|sumup|smp|iz|stripe|ptl|cko|dnh|nyx|twc|ticket|fs|wpy|eb|ckr|mryum|bpt|win|2co|wix)\s?\*)"
    r"|^(?:.*?\d\s)?(?P<ls>\bls\s+)(?=[a-z])",
    re.IGNORECASE,
)
_TAGS = {"square": "third-party:sq", "paypal": "third-party:paypal", "sp": "third-party:sp", "google": "third-party:google"}
_KEPT = {"google"}  # a processor's word that is also the merchant's


MASK = "xxmask"
"""The word that stands for a masked number."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """`words` are what may name a merchant; `processor` names who took the payment for it ("" for none), `tag` is its tag on the wire."""

    text: str
    words: tuple[str, ...]
    processor: str
    tag: str
    card: str


def _may_name_a_processor(text: str) -> bool:
    """Whether what every branch of the pattern needs is there: few texts have it, and the pattern costs more than all others together."""
    return "*" in text or text[:2].lower() == "sp" or "ls" in text.lower()


def read_descriptor(text: str, vocabulary: frozenset[str] | set[str] = frozenset()) -> Descriptor:
    """The parts of a text. A word of three digits or more is a reference, unless `vocabulary` knows it."""
    rest = text[:512]
    card = ""
    if any(map(rest.__contains__, "0123456789")):
        if match := _CARD.search(rest):
            card = match[1]
            rest = _CARD.sub(" ", rest)
        rest = _MASKED.sub(f" {MASK} ", rest)
        rest = _DATES.sub(" ", rest)
    processor = tag = ""
    if _may_name_a_processor(rest) and (match := _PROCESSOR.search(rest)):
        kind = match.lastgroup or ""
        processor, tag = match[kind].rstrip("* ").lower(), _TAGS.get(kind, "")
        before, after = rest[: match.start(kind)], rest[match.end(kind) :]
        rest = f"{before} {processor if kind in _KEPT else ''} {after}"
    words = tuple(word for word in words_of(rest) if word.isalpha() or word in vocabulary or sum(map(str.isdigit, word)) < 3)
    return Descriptor(text, words, processor, tag, card)
