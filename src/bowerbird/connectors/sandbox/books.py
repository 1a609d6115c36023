"""The sandbox bank's books: a persona's months played one after another.

The books must be a pure function of the date, for any date, and cheap: no history since the bank was founded can be kept or
replayed. So every account is declared with a balance it comes back to. What an everyday account has beyond its float is swept
into savings at the end of each month; savings are drawn down to their base at the end of June and of December; a card's statement
is paid in the month after; a loan's balance follows from its age. From such a moment the months up to today are played forward,
and a start at another such moment arrives at the same cents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from random import Random
from typing import Protocol

from bowerbird.connectors.sandbox.days import month_of
from bowerbird.connectors.sandbox.flows import REACH, Flow
from bowerbird.connectors.sandbox.postings import Posting

CARD_LOOKS_BACK = 2
"""Months before an account's own in which postings still matter: a late card pays interest on the statement before the last."""

Raw = dict[tuple[str, int], list[Posting]]


class Kept(Protocol):
    """An account as the books see it. `stage` is its turn at the end of a month: lower ones write first."""

    @property
    def key(self) -> str: ...
    @property
    def stage(self) -> int: ...
    def known_from(self, month: int) -> int:
        """The latest month, not after `month`, at whose start the balance follows without playing what was before."""
        ...

    def opening(self, month: int, books: Books) -> int:
        """The balance in cents at the start of a month that `known_from` named."""
        ...

    def own_postings(self, month: int, books: Books) -> Iterable[Posting]:
        """What the bank itself writes in a month: interest, fees, sweeps, repayments."""
        ...


@dataclass(frozen=True, slots=True)
class Ledger:
    """An account's postings of some months in the order they were posted, and its balance in cents before the first."""

    opening: int
    postings: tuple[Posting, ...]


class Books:
    """Balances and postings while months are played. Lives only inside `play`."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._balances: dict[str, int] = {}
        self._month: dict[str, list[Posting]] = defaultdict(list)

    def raw_total(self, account: str, month: int) -> int:
        """The sum in cents of what the persona's own doings posted in a month, without what the bank wrote."""
        return sum(posting.amount for posting in self._raw.get((account, month), ()))

    def before(self, account: str) -> int:
        """The balance at the start of the month being played."""
        return self._balances[account]

    def so_far(self, account: str) -> list[Posting]:
        """What is written in the month being played, in no particular order."""
        return self._month[account]

    def closing(self, account: str) -> int:
        """The balance after all that is written in the month being played."""
        return self._balances[account] + sum(posting.amount for posting in self._month[account])

    def play(self, month: int, accounts: tuple[Kept, ...]) -> dict[str, list[Posting]]:
        """Write one month of all accounts and carry the balances over."""
        self._month = defaultdict(list, {account.key: list(self._raw.get((account.key, month), ())) for account in accounts})
        for account in accounts:
            for posting in account.own_postings(month, self):
                self._month[posting.account].append(posting)
        for account in accounts:
            self._balances[account.key] = self.closing(account.key)
        return {account.key: sorted(self._month[account.key], key=attrgetter("posted")) for account in accounts}

    def open(self, month: int, accounts: tuple[Kept, ...]) -> None:
        self._balances = {account.key: account.opening(month, self) for account in accounts}


def play(scope: str, flows: tuple[Flow, ...], accounts: tuple[Kept, ...], since: int, until: int, who: str) -> dict[str, Ledger]:
    """The ledgers of all accounts for at least the months `since` to `until`.

    `scope` names the world the dice are thrown in (seed and institution), `who` the persona.
    """
    start = min([account.known_from(since) for account in accounts], default=since)
    accounts = tuple(sorted(accounts, key=attrgetter("stage")))
    books = Books(_raw(scope, who, flows, range(start - CARD_LOOKS_BACK - REACH, until + 2)))
    books.open(start, accounts)
    openings = {account.key: books.before(account.key) for account in accounts}
    written: dict[str, list[Posting]] = {account.key: [] for account in accounts}
    for month in range(start, until + 1):
        for key, postings in books.play(month, accounts).items():
            written[key] += postings
    return {key: Ledger(openings[key], tuple(postings)) for key, postings in written.items()}


def _raw(scope: str, who: str, flows: tuple[Flow, ...], months: range) -> Raw:
    """All flows of some months by account and the month they are posted in."""
    raw: Raw = defaultdict(list)
    for month in months:
        for flow in flows:
            dice = Random(f"{scope}|{'' if flow.shared else who}|{flow.label}|{month}")
            for posting in flow.postings(month, dice):
                raw[posting.account, month_of(posting.posted)].append(posting)
    return raw
