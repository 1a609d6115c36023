"""The codes that hold now, for the operator of a sandbox, where no message is sent."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import contacts, link_codes
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.rows import consents as consent_rows
from bowerbird.storage.rows import own_data as contact_rows

_MOST = 20


class SentCode(NamedTuple):
    """A code, whom it is for, and what it opens: `link` is True for an auth link, False for the page of a person's own data."""

    tenant: Tenant
    code: str
    expires_at_ms: int
    link: bool


def list_sent_codes(session: Session) -> list[SentCode]:
    """Across tenants, the one sent last first."""
    now_ms = to_milliseconds(session.services.clock.now())
    of_links = [
        SentCode(link_codes.tenant_of(row), link_codes.current_code(session, row), row.code_expires_at_ms or 0, link=True)
        for row in consent_rows.list_coded_links(session.uow, now_ms, _MOST)
    ]
    of_contacts = []
    for row in contact_rows.list_coded_contacts(session.uow, now_ms, _MOST):
        tenant = Tenant(row.application_id, row.user_id)
        of_contacts.append(SentCode(tenant, contacts.current_code(session.of(tenant), row), row.code_expires_at_ms or 0, link=False))
    return sorted([*of_links, *of_contacts], key=lambda sent: -sent.expires_at_ms)[:_MOST]
