"""Whether a file is shown to be of a stored account: because it lists the same transactions, or goes on where those end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import Enum, auto

from bowerbird.domain.ledger.card_masking import mask_transaction
from bowerbird.domain.ledger.file_rows import FileRow, KnownRow, begins_alike, file_row, known_row, shares_words
from bowerbird.domain.ledger.ingest import classify
from bowerbird.domain.ledger.listed_days import CoveredDays, listed_before
from bowerbird.domain.ledger.undivided import undivided_transactions
from bowerbird.domain.services import Session
from bowerbird.model.account import AccountClass
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.storage.rows.accounts import AccountRow

ENOUGH = 3
"""Transactions without balances that two listings must share; two accounts may well pay one fee on one day, not three."""


_MAX_COMPARED = 50
"""Stored rows of one day and amount that a row is compared with."""


class Evidence(Enum):
    """What the rows of a file say of a stored account."""

    SHOWN = auto()
    """The file is of this account."""
    OPEN = auto()
    CONTRADICTED = auto()
    """The days that lie inside both have nothing in common."""


def evidence_of(session: Session, stored: AccountRow, listing: Sequence[BankTransaction], covers: CoveredDays | None) -> Evidence:
    """What the posted rows of a file or a feed, in the order of their days, say of a stored account.

    On the days that lie inside both they must have the same amounts. And they must share a transaction with its balance, or ENOUGH
    without, or begin with the balance with which the other ends; 0.00 is no such evidence, as many accounts stand there.
    """
    if covers is None or not stored.transaction_count:
        return Evidence.OPEN
    ours = [file_row(place, b"", mask_transaction(row)) for place, row in enumerate(listing) if row.posted is not None]
    if ours and ours[0].day > ours[-1].day:
        ours.reverse()
    known = sorted(undivided_transactions(session, stored, 0).values(), key=lambda row: (row.post_day, row.id))
    theirs = [known_row(row) for row in known if not row.is_pending]
    if not ours or not theirs:
        return Evidence.OPEN
    before = listed_before(session, stored.id, covers) or [CoveredDays(*days) for days in stored.intervals]
    days = {row.day for row in ours} | {row.day for row in theirs}
    inside = {day for day in days if covers.holds(day) and any(stored_days.holds(day) for stored_days in before)}
    mine = Counter((row.day, row.amount) for row in ours if row.day in inside)
    other = Counter((row.day, row.amount) for row in theirs if row.day in inside)
    if mine != other:
        return Evidence.OPEN if mine & other or not (mine and other) else Evidence.CONTRADICTED
    shown = _share_enough(ours, theirs, proven=covers.proven) or _join(ours, theirs) or _join(theirs, ours)
    return Evidence.SHOWN if shown else Evidence.OPEN


def _share_enough(ours: Sequence[FileRow], theirs: Sequence[KnownRow], *, proven: bool) -> bool:
    """Whether they share a transaction with its balance where arithmetic proves it, else ENOUGH of them.

    Of fewer than ENOUGH, all of one side must be shared and their texts be alike; one alone must be neither a fee nor interest, which two
    accounts may well have.
    """
    by_key: defaultdict[tuple[int, int], list[KnownRow]] = defaultdict(list)
    for row in theirs:
        by_key[row.day, row.amount].append(row)
    shared: list[tuple[int, FileRow]] = []
    for new in ours:
        alike = by_key[new.day, new.amount]
        candidates = [old for old in alike[:_MAX_COMPARED] if new.balance is None or old.balance in (None, new.balance)]
        best = max(candidates, key=lambda old: _likeness(new, old), default=None)
        if best is not None:
            alike.remove(best)
            shared.append((_likeness(new, best), new))
    fewest = min(len(ours), sum(ours[0].day <= row.day <= ours[-1].day for row in theirs))
    balanced = sum(likeness == _BALANCED for likeness, _ in shared)
    worded = [row for likeness, row in shared if likeness >= _WORDED]
    is_all_worded = len(worded) >= min(ENOUGH, fewest) and (len(worded) > 1 or any(map(_is_of_one_account, worded)))
    return balanced >= (1 if proven else min(ENOUGH, len(ours))) or is_all_worded or len(shared) >= ENOUGH


def _is_of_one_account(row: FileRow) -> bool:
    return classify(row.words, row.amount < 0, AccountClass.UNKNOWN) not in (TransactionClass.BANK_FEE, TransactionClass.INTEREST)


_BARE, _WORDED, _BALANCED = range(3)


def _likeness(new: FileRow, old: KnownRow) -> int:
    if new.balance and new.balance == old.balance:
        return _BALANCED
    return _WORDED if begins_alike(new, old) or shares_words(new, old) else _BARE


def _join(earlier: Sequence[FileRow] | Sequence[KnownRow], later: Sequence[FileRow] | Sequence[KnownRow]) -> bool:
    """Whether the later begins with the balance with which the earlier ends."""
    last, first = earlier[-1], later[0]
    return bool(last.balance) and first.balance is not None and first.day >= last.day and first.balance - first.amount == last.balance
