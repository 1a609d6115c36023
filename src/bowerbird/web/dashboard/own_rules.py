"""What an application says of its rows itself: its rules, tried before they count, and the category of one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from bowerbird.domain.access.applications import ApplicationRow
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights import enrichment
from bowerbird.domain.insights.own_rules import (
    NOTHING_TRIED,
    RuleCounts,
    RuleTrial,
    RuleVersion,
    list_own_rules,
    try_own_rules,
    update_own_rules,
)
from bowerbird.domain.operators import audit
from bowerbird.domain.operators.audit import AuditAction
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import find_user
from bowerbird.insights.own_rules import NO_RULES, OwnRule, read_rules, write_rules
from bowerbird.model.problem import Problem
from bowerbird.model.reading import Reader, ReadKind
from bowerbird.web.dashboard import users
from bowerbird.web.dashboard.applications import address, find
from bowerbird.web.kernel import recording
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

_PAGES_AT_ONCE = 20
"""Pages of users that one press looks at: some twenty thousand rows."""

_COUNTS, _DIGITS = 5, 12


def show_rules(request: PageRequest) -> PageResponse:
    """The rules that count, or an older version of them."""
    return _page(request, 200, find(request), None)


def _page(
    request: PageRequest, status: int, application: ApplicationRow, text: str | None, trial: RuleTrial | None = None, wrong: str = ""
) -> PageResponse:
    """The form with what was typed, None for the version that the address names, and what it would change where that was asked."""
    versions = request.read(list_own_rules)
    names = request.read(_names_of, sorted({row.user_id for row in trial.shown})) if trial else {}
    return request.show(
        "dashboard/own_rules.html", status, application=application, trial=trial, names=names, wrong=wrong, versions=versions,
        text=_text_of(versions, request.one("version")) if text is None else text,
        path=f"{address(application.id)}/rules", users_path=f"{address(application.id)}/users",
    )  # fmt: skip


def _names_of(session: Session, user_ids: Sequence[str]) -> dict[str, str]:
    """The names of users by their ids."""
    found = [find_user(session.of(Tenant(session.application_id, user_id))) for user_id in user_ids]
    return {user.id: users.person_of(user).name for user in found if user is not None}


def _text_of(versions: Sequence[RuleVersion], wanted: str) -> str:
    """A version as TOML, "" for the newest. Raises PageRefused where it is not kept."""
    found = next((each.rules for each in versions if wanted in ("", str(each.rules.version))), None)
    if wanted and found is None:
        raise not_found("version of the rules")
    return write_rules(found or NO_RULES)


def change_rules(request: PageRequest) -> PageResponse:
    """Try rules, or let them count."""
    application, text = find(request), request.form.text("rules")
    try:
        rules: Sequence[OwnRule] = read_rules(text)
    except ValueError as error:
        return _page(request, 400, application, text, wrong=str(error))
    if request.form.text("apply"):
        version = request.write(update_own_rules, rules)
        return request.go(f"{address(application.id)}/rules?done={version}")
    request.audited = True  # nothing is changed
    try:
        trial = _tried(request, rules)
        _record_shown(request, sorted({row.user_id for row in trial.shown}))
        return _page(request, 200, application, text, trial)
    except Problem:  # where it goes on is no place that this server wrote
        return request.go(f"{address(application.id)}/rules")


def _record_shown(request: PageRequest, user_ids: Sequence[str]) -> None:
    """An entry of the audit, and a read of the reading log, for each person of whom a row is shown."""
    shown = recording.action_of(request)
    request.write(_record, [shown._replace(user_id=user_id) for user_id in user_ids])
    for user_id in user_ids:
        request.services.reads.record(request.context.clock.now(), shown.application_id, user_id, ReadKind.INSIGHTS, Reader.OPERATOR)


def _record(session: Session, actions: Sequence[AuditAction]) -> None:
    for action in actions:
        audit.record(session, action)


def _tried(request: PageRequest, rules: Sequence[OwnRule]) -> RuleTrial:
    """What the rules would change, with what the page before has counted where it goes on. Raises Problem."""
    trial = _counted_before(request.form.text("seen")) if request.form.text("next") else NOTHING_TRIED
    trial = trial.with_more(request.read(try_own_rules, rules, request.form.text("next") or None))
    for _ in range(_PAGES_AT_ONCE - 1):
        if not trial.next:
            break
        trial = trial.with_more(request.read(try_own_rules, rules, trial.next))
    return trial


def _counted_before(seen: str) -> RuleTrial:
    """What the page wrote into its form: five counts."""
    counts = [int(part) for part in seen.split(" ") if part.isascii() and part.isdecimal() and len(part) < _DIGITS]
    return RuleTrial(RuleCounts(*counts)) if len(counts) == _COUNTS else NOTHING_TRIED


def set_category(request: PageRequest) -> PageResponse:
    """Say what one transaction is, or let its text say it."""
    transaction_id = request.path["transaction_id"]
    try:
        request.write(enrichment.set_category, transaction_id, request.form.text("category"))
    except Problem as problem:
        if problem.entry.http == 404:
            raise not_found("transaction") from problem
        back = f"{users.address(users.tenant_of(request))}/transactions/{transaction_id}"
        raise PageRefused(400, "This is no category", "Choose one of the list.", ("Back", back)) from problem
    return request.go(f"{users.address(users.tenant_of(request))}/transactions/{transaction_id}?done=category")
