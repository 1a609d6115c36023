"""Jobs of every application: how they ended by bank and code, day by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from bowerbird.codes import CATALOGUE
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.institutions.hourly import BANK_JOBS, OF_PERSONS
from bowerbird.domain.operators import server
from bowerbird.domain.operators.retries import MAX_RETRIES, list_retries, retry_job
from bowerbird.domain.operators.server import JobOutcome
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.days import DAY_S
from bowerbird.model.institution import Catalogue
from bowerbird.model.job import UNFINISHED, JobState
from bowerbird.model.problem import Problem
from bowerbird.web.kernel import recording
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PATH = "/dashboard/jobs"
RETRY_PATH = f"{PATH}/retry"
_LISTED = 50
_SPANS = [("1", "Last day"), ("7", "Last 7 days"), ("30", "Last 30 days")]
_ENDINGS = [("", "All"), (JobState.FAILED, "Failed"), (JobState.SUCCEEDED, "Succeeded"), ("running", "Not ended")]
_NO_BANK = "Reports"
_TITLES = {entry.code: entry.title for entry in reversed(CATALOGUE.values())}
"""What each code says; of several the first of the catalogue."""
_LATEST, _PARTS = 5, 4
"""What the first page lists, and which part of the bound it looks at: it is opened more often than others."""
_MIN_FAILURES, _MIN_SHARE = 3, 0.5


class OutcomeCounts(NamedTuple):
    """How some jobs ended. `codes` counts the failures by response code, the most frequent first."""

    name: str
    path: str
    succeeded: int
    failed: int
    running: int
    codes: tuple[tuple[str, int], ...]

    @property
    def failed_share(self) -> float:
        """Of the jobs that ended, 0 to 1."""
        ended = self.succeeded + self.failed
        return self.failed / ended if ended else 0.0


class DaySummary(NamedTuple):
    """How the latest jobs of the last day stand: all of them, the banks with failures, and the latest with the names of their banks.

    `for_persons` are the codes of connections that failed and that a person mends, each with its own words and its number. `cut_at`: of so
    many jobs there were more; 0 where these are all.
    """

    jobs: OutcomeCounts
    failing: list[OutcomeCounts]
    latest: list[tuple[JobOutcome, str]]
    for_persons: list[tuple[str, str, int]]
    cut_at: int = 0

    @property
    def broken(self) -> list[OutcomeCounts]:
        """The banks at which most jobs fail, and not just one or two."""
        return [each for each in self.failing if each.failed >= _MIN_FAILURES and each.failed_share >= _MIN_SHARE]


def get_day(request: PageRequest) -> DaySummary:
    since_ms = to_milliseconds(request.services.clock.now()) - DAY_S * 1000
    most, catalogue = server.max_outcomes() // _PARTS, request.services.institutions
    found = request.read_across(server.list_outcomes, since_ms, most)
    failing = [each for each in _by_bank(found, catalogue, {"days": "1", "ending": JobState.FAILED}) if each.failed]
    latest = [(job, _name_of(job.institution_id, catalogue)) for job in found[:_LATEST]]
    return DaySummary(_counts("", "", found), failing, latest, _for_persons(found), most if len(found) == most else 0)


def _for_persons(found: Iterable[JobOutcome]) -> list[tuple[str, str, int]]:
    codes = Counter(job.code for job in found if job.kind in BANK_JOBS and job.code in OF_PERSONS)
    return [(code, _TITLES[code].rstrip("."), count) for code, count in codes.most_common()]


class JobsFilter(NamedTuple):
    """What the filter of the page names; empty texts choose all."""

    days: str
    institution: str
    ending: str
    code: str

    @classmethod
    def of(cls, text: Callable[[str], str]) -> JobsFilter:
        """Of a query or a form, by the names of its fields."""
        days = next((days for days, _ in _SPANS if days == text("days")), _SPANS[1][0])
        return cls(days, text("institution"), text("ending"), text("code"))

    @property
    def query(self) -> dict[str, str]:
        return {name: value for name, value in self._asdict().items() if value}

    def fitting(self, found: Iterable[JobOutcome]) -> list[JobOutcome]:
        return [job for job in found if self._fits(job)]

    def _fits(self, job: JobOutcome) -> bool:
        ending = "running" if job.state in UNFINISHED else job.state
        return self.institution in ("", job.institution_id) and self.ending in ("", ending) and self.code in ("", job.code)


def look(request: PageRequest, chosen: JobsFilter) -> list[JobOutcome]:
    """The jobs of the chosen time, the latest first."""
    since_ms = to_milliseconds(request.services.clock.now()) - int(chosen.days) * DAY_S * 1000
    return request.read_across(server.list_outcomes, since_ms, server.max_outcomes())


def show_jobs(request: PageRequest) -> PageResponse:
    chosen = JobsFilter.of(request.one)
    looked_at = look(request, chosen)
    fitting, catalogue = chosen.fitting(looked_at), request.services.institutions
    return request.show(
        "dashboard/jobs.html", chosen=chosen, spans=_SPANS, endings=_ENDINGS, max_jobs=server.max_outcomes(),
        looked_at=len(looked_at), oldest=looked_at[-1].updated_at_ms if looked_at else None,
        banks=_by_bank(fitting, catalogue, chosen.query), by_day=_by_day(fitting),
        listed=[(job, _name_of(job.institution_id, catalogue)) for job in fitting[:_LISTED]],
        fitting=len(fitting), applications={each.id: each.name for each in server.list_applications(request.services)},
        institutions=_institutions(looked_at, catalogue), codes=_codes(looked_at), clear=f"{PATH}?{urlencode({'days': chosen.days})}",
        running=sum(job.state in UNFINISHED for job in fitting), retries=len(list_retries(looked_at, fitting)), max_retries=MAX_RETRIES,
        reload=f"{PATH}?{urlencode(chosen.query)}",
    )  # fmt: skip


def retry_jobs(request: PageRequest) -> PageResponse:
    """Refresh what the filter leaves and may succeed now, and say how many jobs began and how many connections were refused."""
    chosen = JobsFilter.of(request.form.text)
    found, action = look(request, chosen), recording.action_of(request)
    retried = list_retries(found, chosen.fitting(found))
    request.audited = bool(retried)  # each has an entry of its own
    begun = refused = 0
    for job in retried:
        try:
            begun += request.write(retry_job, job, action, tenant=Tenant(job.application_id, job.user_id))
        except Problem:
            refused += 1
    request.audited = len(retried) > refused  # a form that did nothing is in the audit as one
    return request.go(f"{PATH}?{urlencode(chosen.query | {'done': 'retried', 'begun': str(begun), 'refused': str(refused)})}")


def _by_bank(found: Iterable[JobOutcome], catalogue: Catalogue, query: dict[str, str]) -> list[OutcomeCounts]:
    """Those of whose jobs the largest share failed first."""
    by_bank: defaultdict[str, list[JobOutcome]] = defaultdict(list)
    for job in found:
        by_bank[job.institution_id].append(job)
    counts = [
        _counts(_name_of(id, catalogue), f"{PATH}?{urlencode(query | {'institution': id})}", of_bank) for id, of_bank in by_bank.items()
    ]
    return sorted(counts, key=lambda each: (-each.failed_share, -each.failed, each.name))


def _by_day(found: Iterable[JobOutcome]) -> list[OutcomeCounts]:
    """By the day (UTC) on which a job changed last, the newest first."""
    by_day: defaultdict[str, list[JobOutcome]] = defaultdict(list)
    for job in found:
        by_day[from_milliseconds(job.updated_at_ms).date().isoformat()].append(job)
    return [_counts(day, "", of_day) for day, of_day in sorted(by_day.items(), reverse=True)]


def _counts(name: str, path: str, found: Sequence[JobOutcome]) -> OutcomeCounts:
    states = Counter("running" if job.state in UNFINISHED else str(job.state) for job in found)
    by_code = Counter(job.code for job in found if job.code)
    return OutcomeCounts(name, path, states[JobState.SUCCEEDED], states[JobState.FAILED], states["running"], tuple(by_code.most_common()))


def _name_of(institution_id: str, catalogue: Catalogue) -> str:
    institution = catalogue.find(institution_id)
    return institution.name if institution else institution_id or _NO_BANK


def _institutions(found: Iterable[JobOutcome], catalogue: Catalogue) -> list[tuple[str, str]]:
    names = sorted((_name_of(id, catalogue), id) for id in {job.institution_id for job in found if job.institution_id})
    return [("", "All"), *((id, name) for name, id in names)]


def _codes(found: Iterable[JobOutcome]) -> list[tuple[str, str]]:
    return [("", "All"), *((code, code) for code in sorted({job.code for job in found} - {""}))]
