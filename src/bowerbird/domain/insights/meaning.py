"""What a text means, worked out once for equal texts, and how the wire shows it on a transaction.

On the wire an enrichment is one object in two parts: what rule packs say of the text (category, merchant, place), which is the same for
many rows and stored once, and what is the row's own (clean text, the card's tag with its others).
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from bowerbird.insights.classify import Enrichment, anzsic_of, classify, overridden
from bowerbird.insights.location import location_of
from bowerbird.insights.own_rules import Declared
from bowerbird.insights.tags import tags_of
from bowerbird.insights.wording import clean_text, match_type
from bowerbird.model.ids import id_of_name
from bowerbird.plugins.anzsic import find_branch
from bowerbird.plugins.packs import lexicon

_TEXTS = 16_384
"""Texts whose meaning is remembered in a process: about 12 MB when full."""


@lru_cache(maxsize=_TEXTS)
def meaning_of(text: str, is_credit: bool, account_class: str, declared: Declared | None = None) -> Enrichment:
    """What a text means. `declared` is what its application says of it, None where it says nothing."""
    found = classify(lexicon(), text, 1 if is_credit else -1, account_class)
    return found if declared is None else overridden(found, *declared)


@lru_cache(maxsize=_TEXTS)
def wire_parts(text: str, is_credit: bool, account_class: str, declared: Declared | None = None) -> tuple[bytes, bytes]:
    """The two parts of an enrichment as the wire's JSON: together, in this order, they are one object."""
    found = meaning_of(text, is_credit, account_class, declared)
    place, tags = location_of(lexicon(), found), tuple(tags_of(found))
    own = msgspec.json.encode(clean_text(found, text))
    shared_tags = None if found.card else tags  # the digits of a card are of a person
    if found.card:
        own += b',"tags":' + msgspec.json.encode(tags)
    anzsic, match, score = anzsic_of(lexicon(), found), match_type(found), f"{found.score:.2f}"
    return _shared_part(anzsic, match, score, found.merchant, place.suburb, place.state, shared_tags), own + b"}"


@lru_cache(maxsize=_TEXTS)
def _shared_part(  # noqa: PLR0917  (the key of a cache)
    anzsic: str, match: str, score: str, merchant: str, suburb: str, state: str, tags: tuple[str, ...] | None
) -> bytes:
    place = {name: value for name, value in (("country", "Australia"), ("suburb", suburb), ("state", state)) if value}
    document: dict[str, object] = {
        "category": _category(anzsic, match, score),
        "location": place if len(place) > 1 else None,
        "merchant": _merchant(merchant) if merchant else None,
    }
    if tags is not None:
        document["tags"] = tags
    return msgspec.json.encode(document)[:-1] + b',"cleanDescription":'


def _category(anzsic: str, match: str, score: str) -> dict[str, object]:
    branch = find_branch(anzsic)
    if branch is None or not match:
        return {"matchType": "none"}
    titles = zip(("division", "subdivision", "group", "class"), branch, strict=True)
    levels = {name: {"code": part.code, "title": part.title} for name, part in titles}
    return {"matchType": match, "matchScore": score, "anzsic": levels}


def _merchant(name: str) -> dict[str, str]:
    """The wire wants every key; what is not known is empty, and no logo is shipped."""
    unknown = dict.fromkeys(("ABN", "website", "logoMaster", "logoThumb"), "")
    return {"id": id_of_name("merchant", name), "businessName": name, **unknown}
