"""Finding a transaction of a feed again that its bank shows under another identity: pending ones that posted, renumbered or corrected ones.

Each rule says how sure it is; how a match was made is kept with the transaction. Surer rules go first over the whole listing, so
that a weak likeness never takes what a strong one needs. Only what the listing no longer shows can be found again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bowerbird.domain.ledger.documents import fields_of
from bowerbird.domain.ledger.identity import is_of_content, of_upstream_id
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.rows.transactions import KnownTransaction

_POSTS_WITHIN = 21
"""Days from a purchase to its posting, at most: what is older belongs to another purchase."""
_MOVES_WITHIN = 5
"""Days by which a bank corrects a post date."""
_TIP = 130  # %
"""A tip adds at most 30 %."""


class Match(NamedTuple):
    known: KnownTransaction
    how: str


def _words(text: str) -> str:
    return " ".join(text.casefold().replace("pending", " ").split()).lstrip("-: ")


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two things compared. `day` is when it was made, or posted where that is missing; None where neither is known."""

    amount: int
    words: str
    day: int | None
    posted: int | None
    by_content: bool
    balance: int | None

    @property
    def first_word(self) -> str:
        return self.words.split(" ", 1)[0]


def _of_known(known: KnownTransaction) -> _Side:
    document = fields_of(known.document)
    posted = None if known.is_pending else known.post_day
    made = posted if document.made is None else day_number(document.made)
    return _Side(
        known.amount,
        _words(document.description),
        made,
        posted,
        is_of_content(known.identity, known.post_day),
        document.balance_cents,
    )


def _of_new(transaction: BankTransaction) -> _Side:
    posted = None if transaction.posted is None else day_number(transaction.posted)
    made = posted if transaction.made is None else day_number(transaction.made)
    return _Side(transaction.amount, _words(transaction.description), made, posted, transaction.upstream_id is None, transaction.balance)


def _alike(new: _Side, old: _Side) -> bool:
    return new.words.startswith(old.words) or old.words.startswith(new.words)


def _apart(new: _Side, old: _Side) -> int:
    """Days between the two, 0 where one has none."""
    return 0 if new.day is None or old.day is None else abs(new.day - old.day)


def _in_time(new: _Side, old: _Side) -> bool:
    return new.posted is None or old.day is None or -1 <= new.posted - old.day <= _POSTS_WITHIN


def _settled(new: _Side, old: _Side) -> bool:
    """Held for one amount, posted for another: of the same purchase, or with a tip on it."""
    if (new.amount < 0) != (old.amount < 0) or not _alike(new, old):
        return False
    tipped = abs(old.amount) < abs(new.amount) <= abs(old.amount) * _TIP // 100
    return _apart(new, old) == 0 if not tipped else _apart(new, old) <= _MOVES_WITHIN and _in_time(new, old)


def _posts(new: _Side, old: _Side) -> bool:
    return old.posted is None and new.posted is not None


def _balanced(new: _Side, old: _Side) -> bool:
    return new.balance is not None and abs((new.posted or 0) - (old.posted or 0)) <= _MOVES_WITHIN


def _corrects(new: _Side, old: _Side) -> bool:
    """A posted row that became another posted row. Where the bank has ids, only they may say so."""
    return old.posted is not None and new.posted is not None and new.by_content and old.by_content


def disputed(transaction: BankTransaction, known: KnownTransaction) -> bool:
    """Whether two of one identity by content have other balances: then they may be two of several equal ones, and balances tell."""
    if transaction.upstream_id is not None or transaction.balance is None or transaction.posted is None:
        return False
    return _of_known(known).balance not in (None, transaction.balance)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Two are the same where they are of this kind, their keys are equal and they fit."""

    how: str
    kind: Callable[[_Side, _Side], bool]
    key: Callable[[_Side], Hashable]
    fits: Callable[[_Side, _Side], bool]


_RULES = (
    _Rule("same-content-and-balance 1.00", _corrects, lambda side: (side.posted, side.amount, side.words, side.balance), _balanced),
    _Rule("amount-and-balance 0.95", _corrects, lambda side: (side.amount, side.balance), _balanced),
    _Rule("same-content 0.99", lambda new, old: (new.posted is None) == (old.posted is None),
          lambda side: (side.posted, side.day, side.amount, side.words), lambda _new, _old: True),
    _Rule("description-and-balance 0.90", _corrects, lambda side: (side.words, side.balance), _balanced),
    _Rule("amount-description-and-day 0.98", _posts, lambda side: (side.amount, side.day), _alike),
    _Rule("amount-and-description 0.95", _posts, lambda side: side.amount, lambda new, old: _in_time(new, old) and _alike(new, old)),
    _Rule("amount-and-first-word 0.80", _posts, lambda side: (side.amount, side.first_word), _in_time),
    _Rule("amount-without-sign-and-description 0.75", _posts, lambda side: abs(side.amount),
          lambda new, old: _in_time(new, old) and _alike(new, old)),
    _Rule("description-and-day 0.70", _posts, lambda side: side.first_word, _settled),
    _Rule("moved-amount-and-description 0.85", _corrects, lambda side: (side.amount, side.words),
          lambda new, old: abs((new.posted or 0) - (old.posted or 0)) <= _MOVES_WITHIN),
    _Rule("day-amount-and-first-word 0.85", _corrects, lambda side: (side.posted, side.amount, side.first_word), lambda _new, _old: True),
    _Rule("day-and-amount 0.70", _corrects, lambda side: (side.posted, side.amount), lambda _new, _old: True),
    _Rule("day-and-description 0.70", _corrects, lambda side: (side.posted, side.words),
          lambda new, old: (new.amount < 0) == (old.amount < 0)),
)  # fmt: skip
BY_PENDING_ID = "pending-id 1.00"


def find_again(new: Iterable[tuple[bytes, BankTransaction]], gone: Iterable[KnownTransaction]) -> dict[bytes, Match]:
    """Which of the transactions that a listing no longer shows the new ones are, by the identity of the new one."""
    left = {known.identity: known for known in gone}
    matches: dict[bytes, Match] = {}
    open_: list[tuple[bytes, BankTransaction]] = []
    for identity, transaction in new:
        named = left.pop(of_upstream_id(transaction.pending_id), None) if transaction.pending_id and transaction.posted else None
        if named is not None:
            matches[identity] = Match(named, BY_PENDING_ID)
        else:
            open_.append((identity, transaction))
    ours = [(identity, _of_new(transaction)) for identity, transaction in open_] if left else []
    theirs = {identity: _of_known(known) for identity, known in left.items()}
    for rule in _RULES if left else ():
        _apply(rule, ours, theirs, left, matches)
    return matches


def _apply(
    rule: _Rule,
    ours: list[tuple[bytes, _Side]],
    theirs: dict[bytes, _Side],
    left: dict[bytes, KnownTransaction],
    matches: dict[bytes, Match],
) -> None:
    by_key: dict[Hashable, list[bytes]] = {}
    for identity in left:
        by_key.setdefault(rule.key(theirs[identity]), []).append(identity)
    for identity, side in ours:
        if identity in matches:
            continue
        places = by_key.get(rule.key(side), ())
        fitting = [place for place in places if place in left and rule.kind(side, theirs[place]) and rule.fits(side, theirs[place])]
        if fitting:
            best = min(fitting, key=lambda place: _apart(side, theirs[place]))
            matches[identity] = Match(left.pop(best), rule.how)
