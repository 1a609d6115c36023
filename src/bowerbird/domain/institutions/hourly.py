"""Institutions' health: how the jobs that ask them ended, from figures that are kept by the hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bowerbird import codes
from bowerbird.codes import CATALOGUE, Actor
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import HOUR_MS
from bowerbird.model.job import JobKind
from bowerbird.storage.database import keyset
from bowerbird.storage.rows.jobs import hourly as rows
from bowerbird.storage.rows.jobs.hourly import OutcomeRow
from bowerbird.storage.rows.jobs.jobs import JobRow

BARS = 24
"""Parts of the time that a page shows, each a bar of its picture."""
BANK_JOBS = (JobKind.CONNECT, JobKind.REFRESH, JobKind.UPDATE)
"""Jobs that ask a bank; a file that is refused says nothing of one."""
WITHIN_S = (1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400, 604_800)
"""Bounds of how long a job took, by which the successful ones are counted."""
OF_PERSONS = frozenset(entry.code for entry in CATALOGUE.values() if entry.meaning.actor is Actor.USER)
"""Codes of failures that the person mends: a wrong password says nothing of the bank."""


@dataclass(slots=True)
class OutcomePart:
    """A part of the time: how many jobs succeeded, failed, and failed because of what their person did or left."""

    succeeded: int = 0
    failed: int = 0
    of_persons: int = 0


@dataclass(slots=True)
class InstitutionHealth:
    """How the jobs at one institution ended. `codes` are those of the failures, the most frequent first."""

    institution_id: str
    bars: list[OutcomePart] = field(default_factory=lambda: [OutcomePart() for _ in range(BARS)])
    codes: Counter[str] = field(default_factory=Counter)
    took: Counter[int] = field(default_factory=Counter)
    last_success_ms: int | None = None

    @property
    def succeeded(self) -> int:
        return sum(bar.succeeded for bar in self.bars)

    @property
    def failed(self) -> int:
        return sum(bar.failed for bar in self.bars)

    @property
    def of_persons(self) -> int:
        return sum(bar.of_persons for bar in self.bars)

    @property
    def failed_share(self) -> float:  # not money: a share
        """Of the jobs that ended, without those that failed because of their person: 0 to 1."""
        ended = self.succeeded + self.failed
        return self.failed / ended if ended else 0.0  # not money: a share

    @property
    def median_s(self) -> int | None:
        """Within how many seconds half of the successful jobs ended; None without any."""
        half, ended = sum(self.took.values()) / 2, 0
        for within_s, count in sorted(self.took.items()):
            ended += count
            if ended >= half:
                return within_s
        return None

    def add(self, row: OutcomeRow, bar: int) -> None:
        part = self.bars[bar]
        if not row.code:
            part.succeeded += row.count
            self.took[row.within_s] += row.count
            self.last_success_ms = max(self.last_success_ms or 0, row.last_at_ms)
            return
        self.codes[row.code] += row.count
        if row.code in OF_PERSONS:
            part.of_persons += row.count
        else:
            part.failed += row.count


def record_outcome(session: Session, job: JobRow, entry: codes.Entry | None) -> None:
    """Count a job that ends now; `entry` is what it failed with. A job that asks no bank is not counted."""
    if job.kind not in BANK_JOBS:
        return
    now_ms = to_milliseconds(session.services.clock.now())
    took_s = max(0, now_ms - job.created_at_ms) / 1000
    within_s = 0 if entry else next((bound for bound in WITHIN_S if took_s <= bound), WITHIN_S[-1])
    row = OutcomeRow(now_ms // HOUR_MS, job.institution_id, entry.code if entry else "", within_s, 1, now_ms)
    rows.count_outcome(session.uow, job.application_id, row)


def list_health(session: Session, hours: int) -> tuple[list[InstitutionHealth], int | None]:
    """Every institution that was asked in the last hours, over all applications, the largest share of failures first.

    Also the first hour (since 1970) that is counted where there were too many figures for all of them, else None.
    """
    last = to_milliseconds(session.services.clock.now()) // HOUR_MS
    found = rows.list_outcomes(session.uow, last - hours + 1)
    listed = sorted(_by_institution(found, last, hours), key=lambda each: (-each.failed_share, -each.failed, each.institution_id))
    return listed, found[-1].hour if len(found) == keyset.MAX_COUNTED else None


def _by_institution(found: Sequence[OutcomeRow], last: int, hours: int) -> Iterable[InstitutionHealth]:
    by_id: defaultdict[str, list[OutcomeRow]] = defaultdict(list)
    for row in found:
        if row.hour <= last:
            by_id[row.institution_id].append(row)
    for institution_id, own in by_id.items():
        health = InstitutionHealth(institution_id)
        for row in own:
            health.add(row, BARS - 1 - (last - row.hour) * BARS // hours)
        yield health
