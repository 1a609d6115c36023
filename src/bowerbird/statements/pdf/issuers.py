"""Who printed a statement: the bank by its ABN or licence line, else by its own addresses, else by the BSB.

Names alone prove nothing, since transactions name other banks all the time.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec

from bowerbird.statements.pdf.lines import compact

_BSB = re.compile(r"bsb(?:number|no\.?)?:?(\d{3})-?\d{3}(?!\d)")
UNKNOWN_INSTITUTION = "AU00000"
"""Stands for an institution of which nothing is known."""
ANOTHER_BANK = "XX90001"
"""The institution of the catalogue for statements of every bank that it does not name: they are read as those of an unknown one."""


class Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One printer of statements. `origin` is its id in the built-in catalogue, empty where it has none; texts are kept compact."""

    origin: str
    name: str
    licence: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    bsb: tuple[str, ...] = ()
    look_alikes: tuple[tuple[str, ...], ...] = ()
    part_of: str = ""

    def is_look_alike(self, text: str) -> bool:
        """Whether a document of this bank, as compact text, is known to be no statement."""
        return any(all(part in text for part in parts) for parts in self.look_alikes)


class _IssuersFile(msgspec.Struct, forbid_unknown_fields=True):
    issuer: list[Issuer]


@cache
def known_issuers() -> tuple[Issuer, ...]:
    """The issuers of the built-in file."""
    text = (resources.files("bowerbird.statements") / "issuers.toml").read_text("utf-8")
    return tuple(_compacted(issuer) for issuer in msgspec.convert(tomllib.loads(text), _IssuersFile).issuer)


def issuers_of(text: str) -> list[Issuer]:
    """Who may have printed a document, by the strongest kind of sign that its compact text holds; usually one."""
    known = known_issuers()
    issuers = (
        [issuer for issuer in known if any(sign in text for sign in issuer.licence)]
        or [issuer for issuer in known if any(mark in text for mark in issuer.marks)]
        or _by_bsb(known, {match[1] for match in _BSB.finditer(text)})
    )
    parts = {issuer.part_of for issuer in issuers}
    return [issuer for issuer in issuers if issuer.origin not in parts or not issuer.origin]


def _by_bsb(known: Iterable[Issuer], numbers: Iterable[str]) -> list[Issuer]:
    return [issuer for issuer in known if any(number.startswith(issuer.bsb) for number in numbers)]


def institution_of(text: str) -> str:
    """The id of the one bank that printed a document, as compact text; of the unknown institution where it is none or several."""
    origins = {issuer.origin for issuer in issuers_of(text) if issuer.origin}
    return origins.pop() if len(origins) == 1 else UNKNOWN_INSTITUTION


def owner_of_bsb(bsb: str) -> Issuer | None:
    """The known issuer whose accounts have a BSB, None where none is known."""
    return next((issuer for issuer in known_issuers() if bsb.startswith(issuer.bsb)), None)


def _compacted(issuer: Issuer) -> Issuer:
    return msgspec.structs.replace(
        issuer,
        licence=tuple(map(compact, issuer.licence)),
        marks=tuple(map(compact, issuer.marks)),
        look_alikes=tuple(tuple(map(compact, parts)) for parts in issuer.look_alikes),
    )
