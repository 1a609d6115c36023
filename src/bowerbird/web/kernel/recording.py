"""What the audit records of an operator's requests: every form, every page of a user's data, and what a role was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.operators import audit
from bowerbird.domain.operators.audit import AuditAction
from bowerbird.domain.operators.roles import Right
from bowerbird.model.ids import is_id
from bowerbird.model.reading import ActionOutcome

if TYPE_CHECKING:
    from bowerbird.web.kernel.request import PageRequest
    from bowerbird.web.kernel.response import PageResponse

_OF_ACCOUNTS = ("/dashboard/account", "/dashboard/sign-out", "/dashboard/operators")
"""What operators do to accounts the domain records, also where no page is involved."""
_OWNERS = ("application_id", "user_id")


def is_recorded(request: PageRequest) -> bool:
    """Whether this is an operator's form, which the domain does not record by itself."""
    page = request.page
    if request.operator is None or page is None or page.method != "POST" or not isinstance(page.access, Right):
        return False
    return not page.path.startswith(_OF_ACCOUNTS)


def action_of(request: PageRequest, outcome: ActionOutcome = ActionOutcome.DONE) -> AuditAction:
    """What the request does: the page's name, whose data it is, and the last of the other ids of the path.

    Whose data it is stands in the path, or the handler found it (`PageRequest.concerns`): a query names what its sender likes.
    """
    others = [value for name, value in request.path.items() if name not in _OWNERS]
    return AuditAction(
        name=request.page.name if request.page else "",
        operator_id=request.operator.id if request.operator else "",
        address=request.client,
        application_id=request.path.get("application_id", ""),
        user_id=request.path.get("user_id", ""),
        subject=others[-1] if others else "",
        outcome=outcome,
    )


def record(request: PageRequest, outcome: ActionOutcome = ActionOutcome.DONE) -> None:
    """In a unit of work of its own."""
    action = action_of(request, outcome)
    acting_for = action.application_id if is_id(action.application_id) else NO_APPLICATION
    request.services.write_from_thread(audit.record, action, tenant=acting_for)
    request.audited = True


def record_reply(request: PageRequest, reply: PageResponse) -> None:
    """Record a page of a user's data before it is sent: what cannot be recorded is not shown. A refused form may show one too.

    And a form that did what it does through no unit of work of the page, such as turning the clock.
    """
    page = request.page
    if request.operator is None or page is None or request.audited:
        return
    if reply.status < 400 and (page.shows_person or is_recorded(request)):
        record(request)
    elif request.shows_person:
        record(request, ActionOutcome.REFUSED if page.method == "POST" else ActionOutcome.DONE)
