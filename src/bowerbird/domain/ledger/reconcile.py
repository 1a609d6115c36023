"""What a feed's listing means for what is known of an account: which rows to change, to add and to drop. Nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from bowerbird.domain.ledger import matching
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction, Status
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows.transactions import KnownTransaction

Marked = list[tuple[bytes, BankTransaction]]
"""A listing with the identity of each row."""


class Change(NamedTuple):
    """A known row as the bank shows it now. `how` it was found again, None where its identity said so."""

    known: KnownTransaction
    identity: bytes
    transaction: BankTransaction
    how: str | None


@dataclass(slots=True)
class Plan:
    changes: list[Change] = field(default_factory=list)
    new: Marked = field(default_factory=list)
    vanished: list[KnownTransaction] = field(default_factory=list)

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
    found = {match.known.id for match in matches.values()}
    plan.vanished = [row for row in missed if row.status == Status.PENDING and row.id not in found]
    return plan


def _first_day(marked: Marked) -> int:
    return min((day_number(each.posted) for _, each in marked if each.posted is not None), default=PENDING_DAY)
