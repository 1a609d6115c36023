"""An application's own rules: tried on the rows that are there before they count, kept in every version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.declarations import current_rules
from bowerbird.domain.insights.inputs import figure_row
from bowerbird.domain.insights.rows import PostedRow, classify_rows, declared_of, posted_rows, readable_accounts
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import user_cursor, user_cursor_of
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.own_rules import NO_RULES, Declared, OwnRule, OwnRuleError, OwnRules, check, decode, encode
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.storage.database import keyset
from bowerbird.storage.rows import users
from bowerbird.storage.rows.insights import own_rules as rows
from bowerbird.storage.rows.users import UsersCursor

MAX_SHOWN = 20
VERSIONS_KEPT = 50
_USERS_AT_ONCE = 25
_FIRST_DAY = date(1970, 1, 1)


class RuleVersion(NamedTuple):
    """A version of the rules, and when it began to count."""

    rules: OwnRules
    created_at_ms: int


class ChangedRow(NamedTuple):
    """A row that other rules would make something else of: its leaf before and after. `cents` is its amount."""

    user_id: str
    transaction_id: str
    before: str
    after: str
    day: date
    text: str
    cents: int


class RuleCounts(NamedTuple):
    """What rules would change: `rows` of `users`, and the income of `incomes` of these, among the `looked_at` rows of `people`."""

    rows: int = 0
    users: int = 0
    incomes: int = 0
    looked_at: int = 0
    people: int = 0


class RuleTrial(NamedTuple):
    """What rules would change among the rows of some users, the newest first: `shown` are the first rows that would; `next` is where the
    rest begins, "" where no user is left.
    """

    counts: RuleCounts
    next: str = ""
    shown: tuple[ChangedRow, ...] = ()

    def with_more(self, more: RuleTrial) -> RuleTrial:
        """The same trial with the users that came after."""
        counts = RuleCounts(*(mine + further for mine, further in zip(self.counts, more.counts, strict=True)))
        return RuleTrial(counts, more.next, (*self.shown, *more.shown)[:MAX_SHOWN])

    @property
    def sentence(self) -> str:
        rows, users = _counted(self.counts.rows, "row"), _counted(self.counts.users, "user")
        seen = f" of the {_counted(self.counts.people, 'newest user')} that were looked at so far" if self.next else ""
        return f"It would change {rows} of {users}, and the income of {self.counts.incomes}{seen}."


NOTHING_TRIED = RuleTrial(RuleCounts())


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


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
    rows.hold_rules(session.uow, session.application_id)
    version = current_rules(session).version + 1
    now_ms = to_milliseconds(session.services.clock.now())
    rows.insert_version(session.uow, session.application_id, version, now_ms, encode(given), VERSIONS_KEPT)
    session.uow.after_commit(session.services.wake)
    return version


def try_own_rules(session: Session, given: Sequence[OwnRule], start: str | None = None) -> RuleTrial:
    """What rules would change if they counted instead of those that do; nothing is changed. Raises Problem.

    It looks at users from `start` on, which is the `next` of the trial before, until so many rows are seen as a page of a list looks at.
    """
    require_valid(given)
    rules, until, trial = (current_rules(session), OwnRules(0, tuple(given))), session.services.clock.now().date(), NOTHING_TRIED
    found = users.list_users(session.uow, session.application_id, user_cursor_of(session, start), _USERS_AT_ONCE + 1)
    for place, user in enumerate(found, 1):
        trial = trial.with_more(_tried(session, user.id, rules, until))
        if place < len(found) and (place == _USERS_AT_ONCE or trial.counts.looked_at >= keyset.MAX_EXAMINED):
            return trial._replace(next=user_cursor(session, UsersCursor(user.created, user.id)))
    return trial


def _tried(session: Session, user_id: str, rules: tuple[OwnRules, OwnRules], until: date) -> RuleTrial:
    """What rules would change among the rows of one user."""
    accounts = readable_accounts(session, [user_id], None)[user_id]
    posted = posted_rows(session.of(Tenant(session.application_id, user_id)), user_id, accounts, _FIRST_DAY, until)
    seen = RuleCounts(looked_at=len(posted), people=1)
    now, then = (declared_of(session, posted, each) for each in rules)
    if now == then:
        return RuleTrial(seen)
    old = {row.id: row for row in _figure_rows(posted, now, until)}
    new = _figure_rows(posted, then, until)
    changed = [row for row in new if (row.leaf, row.group, row.merchant) != (old[row.id].leaf, old[row.id].group, old[row.id].merchant)]
    counts = seen._replace(rows=len(changed), users=int(bool(changed)), incomes=int(_income(old.values()) != _income(new)))
    return RuleTrial(
        counts,
        shown=tuple(ChangedRow(user_id, row.id, old[row.id].leaf, row.leaf, row.day, row.text, row.cents) for row in changed[:MAX_SHOWN]),
    )


def _figure_rows(posted: Sequence[PostedRow], declared: Sequence[Declared | None], until: date) -> list[FigureRow]:
    return [figure_row(row) for row in classify_rows(list(zip(posted, declared, strict=True)), until)]


def _income(given: Iterable[FigureRow]) -> list[tuple[str, str]]:
    """What is income, and of which kind."""
    return sorted((row.group, row.id) for row in given if row.group.startswith("INC-"))
