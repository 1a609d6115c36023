"""How many insights an application may make in a day: in a sandbox the lesser of the users it created that day and a setting, but never
fewer than a floor; in production as many as it likes, as long as no policy sets a number.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bowerbird.codes import Entry
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import rate_counters
from bowerbird.storage.rows.applications import find_application
from bowerbird.storage.rows.users import count_created_since

MIN_A_DAY = 100
"""A sandbox application may make so many a day, however few users it created."""


def count_made(session: Session, entry: Entry, what: str) -> None:
    """Count one that an application makes today (UTC). Raises Problem with `entry` once the limit is reached; then nothing is counted."""
    application = find_application(session.uow, session.application_id)
    if application is None or application.production:
        return
    now = session.services.clock.now()
    limits = session.services.limits
    created = count_created_since(session.uow, session.application_id, to_milliseconds(_midnight(now)), limits.sandbox_insights_per_day)
    limit = min(limits.sandbox_insights_per_day, max(created, MIN_A_DAY))
    ends = _midnight(now) + timedelta(days=1)
    subject = session.services.vault.fingerprint(what, session.application_id)
    if rate_counters.increment_counter(session.uow, to_milliseconds(ends), subject) > limit:
        seconds = int((ends - now).total_seconds()) + 1
        raise Problem(entry, retry_after=seconds, limit=limit, seconds=seconds)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
