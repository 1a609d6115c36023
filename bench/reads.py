"""Small reads: a job, a user, an account."""

from __future__ import annotations

from bench.measure import Effort, Row
from bench.pair import both

MIN_TIMES = 8


def run(effort: Effort) -> list[Row]:
    """Bar: 8 times less CPU than the baseline."""
    with both("reads") as pair:
        people = pair.town.people
        paths = {
            "GET job": [f"/jobs/{person.job_id}" for person in people],
            "GET user": pair.users(),
            "GET account": [f"/users/{person.tenant.user_id}/accounts/{person.account_ids[0]}" for person in people],
        }
        return [pair.row(name, each, effort, MIN_TIMES) for name, each in paths.items()]
