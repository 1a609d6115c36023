"""An application's own rules: tried on the rows that are there before they count, kept in every version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.read_scope import UNRESTRICTED
from bowerbird.domain.insights.declarations import current_rules
from bowerbird.domain.insights.inputs import figure_row
from bowerbird.domain.insights.rows import PostedRow, classify_rows, declared_of, posted_rows, readable_accounts
from bowerbird.domain.services import Session
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.own_rules import NO_RULES, Declared, OwnRule, OwnRuleError, OwnRules, check, decode, encode
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import users
from bowerbird.storage.rows.insights import enrichments
from bowerbird.storage.rows.insights import own_rules as rows

MOST_ROWS_TRIED = 100_000
"""Rows that a trial looks at, those of the newest users first: a few seconds of work."""

MOST_SHOWN = 20
VERSIONS_KEPT = 50
_USERS_AT_ONCE = 200
_FIRST_DAY = date(1970, 1, 1)


class RuleVersion(NamedTuple):
    """A version of the rules, and when it began to count."""

    rules: OwnRules
    created_at_ms: int


class ChangedRow(NamedTuple):
    """A row that other rules would make something else of: its leaf before and after."""

    user_id: str
    transaction_id: str
    before: str
    after: str


class RuleTrial(NamedTuple):
    """What rules would change: `rows` of `users`, and the income of `incomes` of these. `complete`: every row was looked at, which are
    `looked_at`; `shown` are the first of them.
    """

    rows: int
    users: int
    incomes: int
    looked_at: int
    complete: bool
    shown: tuple[ChangedRow, ...]

    @property
    def sentence(self) -> str:
        rows, users = (f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in ((self.rows, "row"), (self.users, "user")))
        seen = "" if self.complete else f", of the {self.looked_at} rows of the newest users: there are more than were looked at"
        return f"It would change {rows} of {users}, and the income of {self.incomes}{seen}."


def get_own_rules(session: Session) -> RuleVersion:
    """The rules that count; of version 0 where there never were any."""
    row = rows.newest_version(session.uow, session.application_id)
    return RuleVersion(NO_RULES, 0) if row is None else RuleVersion(decode(row.version, row.rules), row.created_at_ms)


def list_own_rules(session: Session) -> list[RuleVersion]:
    """The versions that are kept, newest first."""
    found = rows.list_versions(session.uow, session.application_id, VERSIONS_KEPT)
    return [RuleVersion(decode(row.version, row.rules), row.created_at_ms) for row in found]


def require_valid(given: Sequence[OwnRule]) -> None:
    """Raises Problem for rules that cannot be used."""
    try:
        check(given)
    except OwnRuleError as error:
        field = f"rules[{error.place - 1}].{error.field}"
        raise Problem(codes.OWN_RULE_NOT_VALID, parameter="rules", field=field, reason=error.reason) from error


def update_own_rules(session: Session, given: Sequence[OwnRule]) -> int:
    """Let rules count from now on, instead of those before: the new version. Every row is enriched again. Raises Problem."""
    require_valid(given)
    version = current_rules(session).version + 1
    now_ms = to_milliseconds(session.services.clock.now())
    rows.insert_version(session.uow, session.application_id, version, now_ms, encode(given), VERSIONS_KEPT)
    enrichments.mark_enriched_due(session.uow, session.application_id, UNRESTRICTED.earliest_day)
    session.uow.after_commit(session.services.wake)
    return version


def try_own_rules(session: Session, given: Sequence[OwnRule]) -> RuleTrial:
    """What rules would change if they counted instead of those that do; nothing is changed. Raises Problem."""
    require_valid(given)
    before, after = current_rules(session), OwnRules(0, tuple(given))
    until, cursor, trial = session.services.clock.now().date(), None, RuleTrial(0, 0, 0, 0, True, ())
    while found := users.list_users(session.uow, session.application_id, cursor, _USERS_AT_ONCE):
        for user in found:
            if trial.looked_at >= MOST_ROWS_TRIED:
                return trial._replace(complete=False)
            trial = _tried(session, user.id, (before, after), until, trial)
        cursor = users.UsersCursor(found[-1].created, found[-1].id)
    return trial


def _tried(session: Session, user_id: str, rules: tuple[OwnRules, OwnRules], until: date, trial: RuleTrial) -> RuleTrial:
    """A trial with what the rows of one more user add to it."""
    accounts = readable_accounts(session, [user_id], None)[user_id]
    posted = posted_rows(session.of(Tenant(session.application_id, user_id)), user_id, accounts, _FIRST_DAY, until)
    looked_at = trial.looked_at + len(posted)
    now, then = (declared_of(session, posted, each) for each in rules)
    if now == then:
        return trial._replace(looked_at=looked_at)
    old = {row.id: row for row in _figure_rows(posted, now, until)}
    new = _figure_rows(posted, then, until)
    changed = [row for row in new if (row.leaf, row.group, row.merchant) != (old[row.id].leaf, old[row.id].group, old[row.id].merchant)]
    shown = [ChangedRow(user_id, row.id, old[row.id].leaf, row.leaf) for row in changed[: MOST_SHOWN - len(trial.shown)]]
    return RuleTrial(
        rows=trial.rows + len(changed),
        users=trial.users + bool(changed),
        incomes=trial.incomes + (_income(old.values()) != _income(new)),
        looked_at=looked_at,
        complete=True,
        shown=(*trial.shown, *shown),
    )


def _figure_rows(posted: Sequence[PostedRow], declared: Sequence[Declared | None], until: date) -> list[FigureRow]:
    return [figure_row(row) for row in classify_rows(list(zip(posted, declared, strict=True)), until)]


def _income(given: Iterable[FigureRow]) -> list[tuple[str, str]]:
    """What is income, and of which kind."""
    return sorted((row.group, row.id) for row in given if row.group.startswith("INC-"))
