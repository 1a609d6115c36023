"""Pages of figures that are made before they are opened: in the background, once all rows of a person are enriched."""

from __future__ import annotations

from datetime import timedelta

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.insights.corrections import list_corrections
from bowerbird.domain.insights.money import read_money
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import find_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.web.consent import own_money
from bowerbird.web.dashboard import figures
from bowerbird.web.kernel.context import PageContext

NEW = timedelta(days=1)
"""The figures of a person who is so new are probably opened soon."""


def prepare_money(context: PageContext, tenant: Tenant) -> None:
    """Hold the figures of a person as their pages show them: of one who is new, or whose figures this process has shown before.

    Of all others it would cost more than it saves. On a worker thread.
    """
    context.services.read_now(_prepare, context, tenant=tenant)


def _prepare(session: Session, context: PageContext) -> None:
    user = find_user(session)
    now_ms = to_milliseconds(session.services.clock.now())
    if user is None or (now_ms - user.created > NEW.total_seconds() * 1000 and not context.held.is_watched(session)):
        return
    try:
        current = read_money(session)
    except Problem:  # they do not share what figures are made of
        return
    if current is None:
        return
    corrections = {each.transaction_id: each for each in list_corrections(session)}
    figures.hold_money(session, context, user, current, corrections)
    if read_scope(session).consent_id:  # only who has agreed to something has pages of their own
        own_money.hold_own_money(session, context, current, corrections)
