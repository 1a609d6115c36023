"""Troubles that change how a listing arrives: in pages of JSON, too late, or not at all."""

from __future__ import annotations

import msgspec

from bowerbird.connectors.sandbox.hostile.dice import Dice
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import Maintenance, NotUnderstood, Unavailable
from bowerbird.sdk.pages import TransactionsPage, read_pages

_ROWS = 40
_OVERLAP = 7
_SLOW_SECONDS = 30
_CALLS_A_DAY = 4

Rows = list[BankTransaction]
_decode = msgspec.json.Decoder(list[BankTransaction]).decode


def _read(pages: list[bytes], *, around: int | None = None) -> Rows:
    """All pages, read as any connector of a paged bank reads them. After page `around` the bank sends that page for ever."""

    def fetch(word: str | None) -> TransactionsPage:
        place = int(word or 0)
        page = place if around is None else min(place, around)
        try:
            rows = _decode(pages[page])
        except msgspec.DecodeError as error:
            raise NotUnderstood("a page that is not JSON") from error
        last = place + 1 == len(pages) and around is None
        return TransactionsPage(rows, None if last else str(place + 1))

    return read_pages(fetch)


def _pages(rows: Rows, overlap: int = 0) -> list[bytes]:
    starts = range(0, max(1, len(rows)), _ROWS - overlap)
    return [msgspec.json.encode(rows[start : start + _ROWS]) for start in starts]


def duplicate_page(rows: Rows, dice: Dice, _context: ConnectorContext) -> Rows:
    """Some pages come twice."""
    pages = _pages(rows)
    return _read([page for place, each in enumerate(pages) for page in [each] * (1 + dice.chance(f"{dice.turn} {place}", 40))])


def overlapping_pages(rows: Rows, _dice: Dice, _context: ConnectorContext) -> Rows:
    """Each page begins with the last seven rows of the one before."""
    return _read(_pages(rows, _OVERLAP))


def page_repeats(rows: Rows, dice: Dice, _context: ConnectorContext) -> Rows:
    """Every third time or so, one page comes again and again and there is always a next one."""
    pages = _pages(rows)
    return _read(pages, around=dice.roll(f"where {dice.turn}", len(pages)) if dice.this_time(35) else None)


def truncated_json(rows: Rows, dice: Dice, _context: ConnectorContext) -> Rows:
    """Every third time or so, an answer breaks off."""
    pages = _pages(rows)
    if dice.this_time(35):
        place = dice.roll(f"where {dice.turn}", len(pages))
        pages[place] = pages[place][: 1 + dice.roll(f"cut {dice.turn}", len(pages[place]) - 1)]
    return _read(pages)


def slow(_dice: Dice, context: ConnectorContext) -> None:
    """Every answer takes thirty seconds."""
    context.pause(_SLOW_SECONDS)


def four_calls_a_day(_dice: Dice, context: ConnectorContext) -> None:
    """The fifth request in 24 hours is refused."""
    if context.scenario is not None and context.scenario.calls_today > _CALLS_A_DAY:
        raise Unavailable


def flapping(rows: Rows, dice: Dice, _context: ConnectorContext) -> Rows:
    """Every third time or so the bank goes away in the middle, after some accounts and before others."""
    if dice.this_time(35) and dice.chance(f"{dice.turn} {len(rows)}", 50):
        raise Maintenance if dice.chance(f"why {dice.turn}", 50) else Unavailable
    return rows
