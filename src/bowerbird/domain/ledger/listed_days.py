"""Which days of an account its files list completely, and how two lists of a day that may be cut compare.

A file lists every transaction of a day between its first and its last. At its edges a day may be cut: a file that was downloaded at noon
lacks the afternoon, and a statement that closes in the evening leaves what is booked later to the next one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from bowerbird.domain.ledger.edge_days import DayRow, Piece
from bowerbird.domain.ledger.file_rows import known_row
from bowerbird.domain.ledger.reconcile import Marked
from bowerbird.domain.services import Session
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import statements as rows
from bowerbird.storage.rows.transactions import KnownTransaction

_Movement = tuple[int, int | None]
"""Amount and balance after it, in cents."""


class CoveredDays(NamedTuple):
    """The days of a file, both inside. `proven`: arithmetic proves its rows. `is_period`: the file prints these days, no row gave them.

    `is_ordered` is false where its balances prove its rows in either order, and nothing says which is the bank's. `new_ids` are the first
    and the last of the transactions that it was the first to show.
    """

    first_day: int
    last_day: int
    proven: bool = False
    is_period: bool = False
    is_ordered: bool = True
    new_ids: tuple[str, str] | None = None

    def since(self, earliest_day: int) -> CoveredDays | None:
        """The days that are not before a day; None where all are."""
        if self.first_day >= earliest_day:
            return self
        return self._replace(first_day=earliest_day) if self.last_day >= earliest_day else None

    def holds(self, day: int) -> bool:
        """Whether a day lies between the first and the last, so that the file lists all of it."""
        return self.first_day < day < self.last_day

    def proves(self, day: int) -> bool:
        return self.proven and self.holds(day)

    def is_whole(self, day: int) -> bool:
        """Whether the file means to list all of a day: a printed period has whole days at its edges too."""
        return self.holds(day) or (self.is_period and day in (self.first_day, self.last_day))

    def begins_as(self, other: CoveredDays, day: int) -> bool:
        """Whether both files list a day from its start, so that the rows of one are among the other's.

        Not where one ends with the day and the other begins with it: that may list only what the first had not yet.
        """
        both = self.first_day <= day <= self.last_day and other.first_day <= day <= other.last_day
        one_ends_as_other_begins = self.first_day == day == other.last_day or other.first_day == day == self.last_day
        return both and not one_ends_as_other_begins


NO_DAYS = CoveredDays(PENDING_DAY, PENDING_DAY)


def days_of(listing: Iterable[BankTransaction]) -> CoveredDays:
    """The days of a listing's posted rows."""
    days = [transaction.posted for transaction in listing if transaction.posted is not None]
    return CoveredDays(day_number(min(days)), day_number(max(days))) if days else NO_DAYS


def listed_before(session: Session, account_id: str, listed: CoveredDays) -> list[CoveredDays]:
    """The days of the files that were read before and speak of any of these days."""
    covered = rows.statements_of_days(session.uow, session.tenant.application_id, account_id, listed.first_day, listed.last_day)
    return [
        CoveredDays(
            row.first_day, row.last_day, row.proved > 0, row.layout is not None, row.opening is not None or not row.proved, row.new_ids
        )
        for row in covered
    ]


class _ComparedDay(NamedTuple):
    """What two lists of a day have in common: the same amounts between the same balances; one's amounts all; so many amounts."""

    are_one: bool
    one_holds_other: bool
    common_amounts: int


class ListedDays:
    """The days of a file on its way in, of the files `stored` before it, and of the rows of both."""

    def __init__(self, listing: Marked, known: dict[bytes, KnownTransaction], listed: CoveredDays, stored: Sequence[CoveredDays]) -> None:
        self._listing, self._known, self._listed = listing, known, listed
        self._stored = set(stored)
        self._all = {listed, *stored}
        self._inside: dict[int, bool] = {}
        self._proven: dict[int, bool] = {}
        self._days: dict[int, _ComparedDay] = {}

    def is_inside(self, day: int) -> bool:
        """Whether any file lists all of a day, because it begins before it and ends after it."""
        if day not in self._inside:
            self._inside[day] = any(days.holds(day) for days in self._all)
        return self._inside[day]

    def is_whole(self, day: int) -> bool:
        return self.is_inside(day) or any(days.is_whole(day) for days in self._all)

    def is_listed_before(self, day: int) -> bool:
        """Whether a file that was read before lists all of a day."""
        return any(days.holds(day) for days in self._stored)

    def is_begun_by_both(self, day: int) -> bool:
        """Whether this file and one that was read before list a day from its start."""
        return any(days.begins_as(self._listed, day) for days in self._stored)

    def meets_other_file(self, day: int) -> bool:
        """Whether this file ends with a day on which one that was read before begins, or the other way, and no file lists all of it."""
        meet = any(
            self._listed.first_day == day == days.last_day or days.first_day == day == self._listed.last_day for days in self._stored
        )
        return meet and not self.is_whole(day) and not self.is_begun_by_both(day)

    def piece_of_file(self, day: int, rows: list[DayRow]) -> Piece:
        """The rows of a day in the file, with how much of the day it lists."""
        return _piece(day, rows, [0 if self._listed.is_ordered else nth for nth in range(len(rows))], [self._listed])

    def piece_of_stored(self, day: int, rows: list[DayRow], ids: Sequence[str]) -> Piece:
        """The stored rows of a day, in the order of their ids, with how much of the day their files list."""
        files = [days for days in self._stored if days.first_day <= day <= days.last_day]
        ranges = [days.new_ids for days in files if days.new_ids and days.is_ordered]
        imports = [
            next((nth for nth, (first, last) in enumerate(ranges) if first <= each <= last), -1 - place) for place, each in enumerate(ids)
        ]
        return _piece(day, rows, imports, files)

    def is_one_list(self, day: int) -> bool:
        """Whether the rows of a day are the same on both sides, or one side's are among the other's; texts are not compared."""
        if self.is_whole(day):
            return True
        return self.one_holds_the_other(day) and (self.is_begun_by_both(day) or self.has_several_amounts(day))

    def is_proven(self, day: int) -> bool:
        """Whether a file that was read before proves which transactions a day has."""
        if day not in self._proven:
            self._proven[day] = any(days.proves(day) for days in self._stored)
        return self._proven[day]

    def are_one_day(self, day: int) -> bool:
        """Whether both lists of a day have the same amounts between the same two balances, in any order."""
        return self._compared(day).are_one

    def one_holds_the_other(self, day: int) -> bool:
        """Whether the amounts of one list of a day are all among those of the other."""
        return self._compared(day).one_holds_other

    def has_several_amounts(self, day: int) -> bool:
        """Whether both lists of a day have more than one amount in common: not by chance."""
        return self._compared(day).common_amounts > 1

    def _compared(self, day: int) -> _ComparedDay:
        """Both lists of a day, compared once: every pair of its rows asks."""
        if day not in self._days:
            listed, stored = self._by_day
            new, old = listed[day], [(row.amount, known_row(row).balance) for row in stored[day]]
            ours, theirs, ends = _amounts(new), _amounts(old), _ends(new)
            are_one = ends is not None and ends == _ends(old) and ours == theirs
            self._days[day] = _ComparedDay(are_one, ours <= theirs or theirs <= ours, len(set(ours) & set(theirs)))
        return self._days[day]

    @cached_property
    def _by_day(self) -> tuple[defaultdict[int, list[_Movement]], defaultdict[int, list[KnownTransaction]]]:
        new: defaultdict[int, list[_Movement]] = defaultdict(list)
        old: defaultdict[int, list[KnownTransaction]] = defaultdict(list)
        for _, transaction in self._listing:
            if transaction.posted is not None:
                new[day_number(transaction.posted)].append((transaction.amount, transaction.balance))
        for row in self._known.values():
            old[row.post_day].append(row)
        return new, old


def _piece(day: int, rows: list[DayRow], imports: list[int], files: Sequence[CoveredDays]) -> Piece:
    return Piece(rows, imports, any(days.first_day < day for days in files), any(days.last_day > day for days in files))


def _amounts(rows: Iterable[_Movement]) -> Counter[int]:
    return Counter(amount for amount, _ in rows)


def _ends(rows: Iterable[_Movement]) -> tuple[int, int] | None:
    """The balances before and after all of a day's rows, in any order; None where the rows do not say."""
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    for amount, balance in rows:
        if balance is None:
            return None
        before[balance - amount] += 1
        after[balance] += 1
    first, last = list((before - after).elements()), list((after - before).elements())
    return (first[0], last[0]) if len(first) == len(last) == 1 else None
