"""A persona's accounts as transactions: what is posted by a day, and what is still pending on it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from types import MappingProxyType

import msgspec

from bowerbird.connectors.sandbox.books import Ledger, play
from bowerbird.connectors.sandbox.days import first_day, month_of
from bowerbird.connectors.sandbox.personas import PERSONAS
from bowerbird.model.transaction import BankTransaction

WINDOW = timedelta(days=400)
"""How far back the bank shows transactions: thirteen months and a little."""


@lru_cache(maxsize=32)
def ledgers(seed: int, institution: str, login: str, month: int) -> Mapping[str, Ledger]:
    """All that is posted from 400 days before a month to the end of the next, by account.

    The month after is there for its first days: a purchase of the 31st is pending before it is posted in it.
    """
    persona = PERSONAS[login]
    since = month_of(first_day(month) - WINDOW)
    return MappingProxyType(play(f"{seed}|{institution}", persona.flows, persona.accounts, since, month + 1, login))


@lru_cache(maxsize=64)
def entries(seed: int, institution: str, login: str, key: str, month: int) -> tuple[BankTransaction, ...]:
    """One account's ledger as posted transactions with running balances."""
    ledger = ledgers(seed, institution, login, month)[key]
    scope = blake2b(f"{seed}|{institution}|{login}|{key}".encode(), digest_size=16)
    balance = ledger.opening
    written = []
    for posting in ledger.postings:
        balance += posting.amount
        name = scope.copy()
        name.update(posting.identity.encode())
        mark = name.hexdigest()
        written.append(
            BankTransaction(
                posting.amount, posting.text, posting.posted, posting.made, balance, f"T{mark}", f"P{mark}" if posting.held else None,
                posting.kind, posting.subclass, posting.reference, "AUD", posting.bpay,
            )
        )  # fmt: skip
    return tuple(written)


def posted(all_entries: tuple[BankTransaction, ...], since: date, until: date) -> tuple[BankTransaction, ...]:
    """What was posted from one day to another, both included."""
    by_day = attrgetter("posted")
    return all_entries[bisect_left(all_entries, since, key=by_day) : bisect_right(all_entries, until, key=by_day)]


def pending(all_entries: tuple[BankTransaction, ...], today: date) -> list[BankTransaction]:
    """What was bought by today and is posted later. It has an id of its own, which the posted one names as `pending_id`."""
    after = all_entries[bisect_right(all_entries, today, key=attrgetter("posted")) :]
    held = [entry for entry in after if entry.pending_id and entry.made is not None and entry.made <= today]
    held.sort(key=attrgetter("made"))
    return [msgspec.structs.replace(entry, posted=None, balance=None, upstream_id=entry.pending_id, pending_id=None) for entry in held]


def balance_on(ledger_opening: int, all_entries: tuple[BankTransaction, ...], today: date) -> int:
    """The balance in cents after all that is posted by a day."""
    count = bisect_right(all_entries, today, key=attrgetter("posted"))
    balance = all_entries[count - 1].balance if count else ledger_opening
    return ledger_opening if balance is None else balance
