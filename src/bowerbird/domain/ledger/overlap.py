"""Which rows of an uploaded file are already stored, from any file or feed.

Two rows of one account are one transaction when a bank's id, the day and the amount are equal, else when day and amount are equal and
their balances or their words say so. Each stored row answers for one row of the file at most: two equal coffees stay two. Surer rules
go first over the whole file, so that a weak likeness never takes what a strong one needs.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import msgspec

from bowerbird.domain.ledger.documents import fields_of
from bowerbird.domain.ledger.edge_days import DayRow, align, is_closed
from bowerbird.domain.ledger.file_rows import (
    FileRow,
    Gain,
    KnownRow,
    begins_alike,
    file_row,
    gain_of,
    has_other_balance,
    known_row,
    shares_words,
    with_gain,
)
from bowerbird.domain.ledger.identity import free_identity, is_of_content, is_of_file_id
from bowerbird.domain.ledger.listed_days import CoveredDays, ListedDays
from bowerbird.domain.ledger.reconcile import Change, Found, Marked, Plan
from bowerbird.model.days import day_number, day_of_number
from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.rows.transactions import KnownTransaction

_MOVES_WITHIN = 5
"""Days by which two kinds of file of one bank date a transaction apart, at most."""

_MAX_COMPARED = 50
"""Stored rows of one day and amount that a row is compared with, so that a file of equal rows does not cost the square of them."""

_Row = FileRow | KnownRow


class ContradictionError(Exception):
    """A file and what is stored cannot both be right. `place` is that of a row in the file, or of the first of its
    day where the file lacks a stored one; None where it has none."""

    def __init__(self, reason: str, place: int | None) -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


@dataclass(frozen=True, slots=True)
class _Rule:
    """Two rows are the same where their keys are equal and they fit; a key of None equals nothing."""

    how: str
    key: Callable[[_Row], Hashable]
    fits: Callable[[_Overlap, FileRow, KnownRow], bool]


def plan_file(listing: Marked, known: dict[bytes, KnownTransaction], listed: CoveredDays, stored: Sequence[CoveredDays]) -> Plan:
    """What a file means for the stored rows of its account: which of them gain something, and which rows are new. No stored row goes.

    `stored` are the days of the files that were read before. Raises ContradictionError where this file or an earlier one proves that
    a day has other transactions.
    """
    return _Overlap(listing, known, listed, stored).plan()


def find_in_files(
    listing: Marked, known: dict[bytes, KnownTransaction], listed: CoveredDays, stored: Sequence[CoveredDays]
) -> dict[int, FileMatch]:
    """Which stored rows of files a feed's rows are, by their places in the feed's listing. Its ids are no file's and say nothing here."""
    nameless = [(identity, msgspec.structs.replace(row, upstream_id=None)) for identity, row in listing]
    overlap = _Overlap(nameless, known, listed, stored)
    overlap.compare()
    return overlap.matches


class FileMatch(NamedTuple):
    """The stored row that a row of the file is, how it was found where its identity did not say so, and what it gains."""

    known: KnownTransaction
    how: str | None
    gain: Gain


class _Overlap:
    def __init__(self, listing: Marked, known: dict[bytes, KnownTransaction], listed: CoveredDays, stored: Sequence[CoveredDays]) -> None:
        self.listing, self.known, self.listed = listing, known, listed
        self.days = ListedDays(listing, known, listed, stored)
        self.matches: dict[int, FileMatch] = {}
        self.matches_by_identity: dict[int, str] = {}
        self._decided: set[int] = set()
        self._undecided: dict[int, int] = {}
        self._out_of_order: dict[int, bool] = {}

    def plan(self) -> Plan:
        for day in {self.listed.first_day, self.listed.last_day}:
            self._align(day)
        new, old = self.compare()
        if self.listed.proven:
            self._refuse_missing(old)
        self._refuse_further(new)
        for day in {self.listed.first_day, self.listed.last_day} - self._decided:
            self._count_undecided(day, new, old)
        return self._plan_of_matches()

    def compare(self) -> tuple[list[FileRow], list[KnownRow]]:
        """Find the rows that are stored; the posted ones that are left of both sides."""
        left = self._near(self._by_identity())
        new = [file_row(place, *row) for place, row in enumerate(self.listing) if place not in self.matches and row[1].posted is not None]
        if not left or not (new or self.listed.proven):
            return new, []
        old = [known_row(row) for row in left]
        for rule in _RULES if new else ():
            new, old = self._apply(rule, new, old)
        return new, old

    def _align(self, day: int) -> None:
        """Decide a day that may be cut by the order of its balances, where every row of both sides has one."""
        places = [place for place, (_, row) in enumerate(self.listing) if row.posted is not None and day_number(row.posted) == day]
        stored = sorted((row for row in self.known.values() if row.post_day == day), key=lambda row: row.id)
        if not places or not stored or self.days.is_inside(day):
            return
        new = [DayRow(row.amount, row.balance) for _, row in (self.listing[place] for place in places) if row.balance is not None]
        old = [DayRow(row.amount, row.balance) for row in map(known_row, stored) if row.balance is not None]
        if (len(new), len(old)) != (len(places), len(stored)):
            return
        piece = self.days.piece_of_stored(day, old, [row.id for row in stored])
        alignment = align(self.days.piece_of_file(day, new), piece)
        if alignment is None:
            self._out_of_order[day] = is_closed(piece)
            return
        self._decided.add(day)
        if alignment.undecided:
            self._undecided[day] = alignment.undecided
        for nth, at in alignment.pairs.items():
            known, (_, row) = stored[at], self.listing[places[nth]]
            self.matches[places[nth]] = FileMatch(known, "order-of-balances 1.00", gain_of(fields_of(known.document), row))

    def _count_undecided(self, day: int, new: Iterable[FileRow], old: Iterable[KnownRow]) -> None:
        """Count the rows of a day on which two files meet that are equal in both: no id and no balance says whether they are one."""
        if day in self._out_of_order and not self.days.are_one_day(day):
            count = sum(match.known.post_day == day for match in self.matches.values()) or int(self._out_of_order[day])
            self._undecided |= {day: count} if count else {}
            return
        if not self.days.meets_other_file(day) or self.days.has_several_amounts(day):
            return
        joined = sum(self._is_joined_by_chance(day, place, match) for place, match in self.matches.items())
        apart = {row.amount for row in new if row.day == day and row.by_id} & {row.amount for row in old if row.day == day}
        if joined + len(apart):
            self._undecided[day] = joined + len(apart)

    def _is_joined_by_chance(self, day: int, place: int, match: FileMatch) -> bool:
        row = self.listing[place][1]
        is_named = match.how is None and row.upstream_id is not None
        is_there = row.posted is not None and day_number(row.posted) == day == match.known.post_day
        return is_there and bool(row.amount) and not is_named and None in (row.balance, fields_of(match.known.document).balance_cents)

    def _by_identity(self) -> dict[bytes, KnownTransaction]:
        """Find the rows whose identity is stored; what is left of the stored ones. Equal words with another balance are judged later."""
        aligned = {match.known.id for match in self.matches.values()}
        left = {identity: row for identity, row in self.known.items() if row.id not in aligned}
        for place, (identity, transaction) in enumerate(self.listing):
            row = left.get(identity)
            if row is None or row.post_day in self._decided:
                continue
            stored = fields_of(row.document)
            if transaction.upstream_id is None and has_other_balance(stored, transaction):
                continue
            del left[identity]
            self.matches[place] = FileMatch(row, None, gain_of(stored, transaction, corrects=True))
        self.matches_by_identity = {place: match.known.id for place, match in self.matches.items() if match.how is None}
        return left

    def _apply(self, rule: _Rule, new: list[FileRow], old: list[KnownRow]) -> tuple[list[FileRow], list[KnownRow]]:
        """Pair what a rule finds to be the same; what is left of both sides."""
        by_key: defaultdict[Hashable, deque[KnownRow]] = defaultdict(deque)
        for stored in old:
            by_key[rule.key(stored)].append(stored)
        left: list[FileRow] = []
        taken: set[str] = set()
        for row in new:
            key = rule.key(row)
            candidates = by_key.get(key, deque()) if key is not None else deque()
            compared = enumerate(islice(candidates, _MAX_COMPARED))
            nth = next((nth for nth, candidate in compared if self._may_compare(row, candidate) and rule.fits(self, row, candidate)), None)
            if nth is None:
                left.append(row)
                continue
            known = candidates[nth].known
            del candidates[nth]
            taken.add(known.id)
            self.matches[row.place] = FileMatch(known, rule.how, gain_of(fields_of(known.document), self.listing[row.place][1]))
        return left, [candidate for candidate in old if candidate.known.id not in taken]

    def _may_compare(self, new: FileRow, old: KnownRow) -> bool:
        """Whether the order of balances has not told two rows of one day apart."""
        return new.day != old.day or new.day not in self._decided

    def may_be_same(self, new: FileRow, old: KnownRow) -> bool:
        """Whether neither balances nor ids say that two rows of one day and amount are two transactions.

        On a day that both list, the rows of one side are all among those of the other, so that an order of their own within the day, or
        ids of their own, are the only difference.
        """
        if self.days.is_inside(new.day):
            return True
        if new.balance is not None and old.balance is not None and new.balance != old.balance:
            return self.days.are_one_day(new.day)
        if new.by_id and is_of_file_id(old.known.identity, old.known.post_day):
            return self.days.one_holds_the_other(new.day) and (self.days.is_begun_by_both(new.day) or self.ids_are_renewed)
        return True

    @cached_property
    def ids_are_renewed(self) -> bool:
        """Whether the bank makes ids anew for every file: rows of several amounts, or of a day that both list, have others than before."""
        same = set(self.matches_by_identity.values())
        new = {
            (day_number(row.posted), row.amount)
            for place, (_, row) in enumerate(self.listing)
            if row.posted and row.upstream_id is not None and place not in self.matches_by_identity
        }
        old = {
            (row.post_day, row.amount) for row in self.known.values() if is_of_file_id(row.identity, row.post_day) and row.id not in same
        }
        common = new & old
        listed_by_both = any(self.days.is_inside(day) or self.days.is_begun_by_both(day) for day, _ in common)
        return listed_by_both or len({amount for _, amount in common}) > 1

    def has_moved(self, new: FileRow, old: KnownRow) -> bool:
        """Whether two rows of neighbouring days must be one, because a file that lists all of one of these days has no room for both."""
        near = abs(new.day - old.day) <= _MOVES_WITHIN and (begins_alike(new, old) or shares_words(new, old))
        return near and (self.days.is_listed_before(new.day) or self.listed.holds(old.day))

    def _refuse_further(self, new: Iterable[FileRow]) -> None:
        for row in new:
            if row.amount and self.days.is_proven(row.day):
                raise ContradictionError(f"{_named(row)} is not in the proven statement of that day that was read before.", row.place)

    def _refuse_missing(self, old: Iterable[KnownRow]) -> None:
        for row in old:
            if row.amount and self.listed.proves(row.day):
                place = next((place for place, (_, each) in enumerate(self.listing) if each.posted == day_of_number(row.day)), None)
                raise ContradictionError(f"{_named(row)} was read before and is not in this statement, which adds up without it.", place)

    def _plan_of_matches(self) -> Plan:
        plan, taken = Plan(undecided=self._undecided), set(self.known)
        for place, (identity, transaction) in enumerate(self.listing):
            match = self.matches.get(place)
            if match is None:
                free = free_identity(identity, taken)
                taken.add(free)
                plan.new.append((free, transaction))
                continue
            plan.found.append(Found(match.known, identity, transaction, match.how or _how_by_identity(transaction)))
            if match.how is not None or match.gain:
                self._change(plan, match, identity, transaction, taken)
        return plan

    def _change(self, plan: Plan, match: FileMatch, identity: bytes, transaction: BankTransaction, taken: set[bytes]) -> None:
        """What a stored row becomes. An identity by words gives way to one by id, and follows a changed day or text."""
        row, gain = match.known, match.gain
        if match.how == MOVED and self.listed.proven and not self.days.is_proven(row.post_day):
            gain = {**gain, "posted": transaction.posted}
        better = transaction.upstream_id is not None or "posted" in gain or "description" in gain
        kept = identity if better and identity not in taken and is_of_content(row.identity, row.post_day) else row.identity
        taken.add(kept)
        if gain or kept != row.identity:
            plan.changes.append(Change(row, kept, with_gain(row, gain), match.how))

    def _near(self, left: dict[bytes, KnownTransaction]) -> list[KnownTransaction]:
        """The posted rows of the file's days and of those around it: no other can be in it."""
        first, last = self.listed.first_day - _MOVES_WITHIN, self.listed.last_day + _MOVES_WITHIN
        return [row for row in left.values() if not row.is_pending and first <= row.post_day <= last]


MOVED, SAME = "amount-and-words 0.80", "same-content 0.99"
_RULES = (
    _Rule("day-amount-balance-and-words 1.00", lambda row: None if row.balance is None else (row.day, row.amount, row.balance, row.words),
          lambda _overlap, _new, _old: True),
    _Rule("day-amount-and-balance 0.98", lambda row: None if row.balance is None else (row.day, row.amount, row.balance),
          lambda _overlap, _new, _old: True),
    _Rule("day-amount-and-words 0.95", lambda row: (row.day, row.amount, row.words), _Overlap.may_be_same),
    _Rule("day-amount-and-beginning 0.90", lambda row: (row.day, row.amount),
          lambda overlap, new, old: begins_alike(new, old) and overlap.may_be_same(new, old)),
    _Rule("day-amount-and-some-words 0.85", lambda row: (row.day, row.amount),
          lambda overlap, new, old: shares_words(new, old) and overlap.may_be_same(new, old)),
    _Rule("day-and-amount 0.75", lambda row: (row.day, row.amount),
          lambda overlap, new, old: overlap.days.is_one_list(new.day) and overlap.may_be_same(new, old)),
    _Rule(MOVED, lambda row: row.amount, _Overlap.has_moved),
)  # fmt: skip


def _how_by_identity(transaction: BankTransaction) -> str:
    return SAME if transaction.upstream_id is None else "day-amount-and-id 1.00"


def _named(row: _Row) -> str:
    return f"A transaction of {format_cents(row.amount)} on {day_of_number(row.day)}"
