"""What a feed's listing means for what is known of an account: which rows to change, to add and to drop. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from bowerbird.domain.ledger import matching
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows.transactions import KnownTransaction

Marked = list[tuple[bytes, BankTransaction]]
"""A listing with the identity of each row."""


class Change(NamedTuple):
    """A known row as the bank shows it now. `how` it was found again, None where its identity is the same."""

    known: KnownTransaction
    identity: bytes
    transaction: BankTransaction
    how: str | None


class Found(NamedTuple):
    """A known row that a file or a feed shows as well, as that shows it. `how` it was found, and how sure that is."""

    known: KnownTransaction
    identity: bytes
    transaction: BankTransaction
    how: str


class Absorbed(NamedTuple):
    """A known row that goes, because it is another one; `how` that was found."""

    gone: KnownTransaction
    known: KnownTransaction
    how: str


@dataclass(slots=True)
class Plan:
    """`found` and `absorbed` are of another source than the one that brought the row.

    `undecided` counts by day the rows of a file that nothing tells from stored ones, or that nothing shows to be the same.
    """

    changes: list[Change] = field(default_factory=list)
    new: Marked = field(default_factory=list)
    vanished: list[KnownTransaction] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    absorbed: list[Absorbed] = field(default_factory=list)
    undecided: dict[int, int] = field(default_factory=dict)

    def crossed(self) -> list[KnownTransaction]:
        """Rows whose identity goes to another row: it has to be taken from them first."""
        wanted = {change.identity for change in self.changes if change.identity != change.known.identity}
        return [change.known for change in self.changes if change.known.identity in wanted]


def reconcile(marked: Marked, known: dict[bytes, KnownTransaction]) -> Plan:
    """A feed's listing shows everything of its days, and everything pending.

    What it no longer shows is looked for among what is new: the bank may have renumbered or corrected it. A pending row that is not
    found has vanished; a posted one stays.
    """
    plan, open_ = Plan(), []
    gone = dict(known)
    for identity, transaction in marked:
        row = known.get(identity)
        if row is None or matching.disputed(transaction, row):
            open_.append((identity, transaction))
        else:
            del gone[identity]
            plan.changes.append(Change(row, identity, transaction, None))
    first = _first_day(marked)
    missed = sorted((row for row in gone.values() if row.post_day >= first), key=lambda row: (row.post_day, row.id))
    matches = matching.find_again(open_, missed) if missed and open_ else {}
    for identity, transaction in open_:
        match = matches.get(identity)
        if match is None:
            plan.new.append((identity, transaction))
        else:
            plan.changes.append(Change(match.known, identity, transaction, match.how))
    matched_ids = {match.known.id for match in matches.values()}
    plan.vanished = [row for row in missed if row.is_pending and row.id not in matched_ids]
    return plan


def _first_day(marked: Marked) -> int:
    return min((day_number(transaction.posted) for _, transaction in marked if transaction.posted is not None), default=PENDING_DAY)


def set_right(listing: list[BankTransaction]) -> list[BankTransaction]:
    """The same listing, oldest first, without the pending rows that it also shows posted, and with an id for each row that has one."""
    days = [transaction.posted for transaction in listing if transaction.posted is not None]
    if days and days[0] > days[-1]:
        listing.reverse()
    settled = {row.upstream_id for row in listing if row.posted} | {row.pending_id for row in listing if row.posted}
    settled.discard(None)
    return list(_distinct(row for row in listing if row.posted is not None or row.upstream_id not in settled))


def _distinct(listing: Iterable[BankTransaction]) -> Iterator[BankTransaction]:
    """One id shown twice with the same words is one row shown twice. With other words, they are two rows; the later get a number."""
    seen: dict[str, list[BankTransaction]] = {}
    for transaction in listing:
        if transaction.upstream_id is None:
            yield transaction
            continue
        same = seen.setdefault(transaction.upstream_id, [])
        if transaction in same:
            continue
        same.append(transaction)
        if len(same) == 1:
            yield transaction
        else:
            yield msgspec.structs.replace(transaction, upstream_id=f"{transaction.upstream_id}\0{len(same)}")
