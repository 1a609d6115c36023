"""Where a person is reached, and the code sent there that shows that it is them: a token proves no more than what the application says.

The contact is fixed when the person first agrees: the mobile that the code of their auth link went to, else what their application gave
then. What the application changes afterwards counts only once the person, shown to be themselves by a code to the old contact, says so.
"""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.access.real_data import is_sandbox
from bowerbird.domain.consents import auth_links, one_time_codes
from bowerbird.domain.consents.one_time_codes import ATTEMPTS, CodeVerdict
from bowerbird.domain.consents.person_sessions import PersonSession
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import get_user, hold_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_MS
from bowerbird.storage.rows import consents as consent_rows
from bowerbird.storage.rows import own_data as rows
from bowerbird.storage.rows.own_data import ContactRow
from bowerbird.storage.vault.envelope import SealContext

CODES = 5
"""Codes a day: with `ATTEMPTS` guesses at each, who has stolen a session guesses right once in 40,000 days."""
PROVEN_MINUTES = 15
"""How long a session may show what a code protects."""


class Contact(NamedTuple):
    """Where codes go: a mobile in digits, or an e-mail address. `newer` is what the application says since; empty where it agrees."""

    row: ContactRow
    address: str
    newer: str

    @property
    def hint(self) -> str:
        """The contact as a page shows it before the code is entered."""
        return hint_of(self.address)


class Code(NamedTuple):
    """A code to send."""

    code: str
    address: str


def hint_of(address: str) -> str:
    """An address that its owner recognises and nobody can write to."""
    name, at, host = address.partition("@")
    return f"{name[:2]}…@{host}" if at else f"the mobile number ending in {address[-3:]}"


def _seal_context(session: Session, column: str) -> SealContext:
    return SealContext(*session.tenant, "person_contacts", session.user_id, column)


def can_send(session: Session) -> bool:
    """Whether codes reach people: something sends them, or this is a sandbox, whose operator sees them in the dashboard."""
    return not session.services.code_sender.for_sandbox or is_sandbox(session.uow)


def record_contact(session: Session, link_id: str = "") -> None:
    """Fix where the user is reached, if nothing is fixed yet. `link_id` is the auth link by which they came, empty without one."""
    if rows.find_contact(session.uow, *session.tenant) is not None or not (address := _address_of(session, link_id)):
        return
    now_ms = to_milliseconds(session.services.clock.now())
    sealed = session.services.vault.seal(session.uow, address.encode(), _seal_context(session, "contact"))
    rows.insert_contact(session.uow, ContactRow(session.user_id, session.application_id, sealed, now_ms, codes_since_ms=now_ms))


def _address_of(session: Session, link_id: str) -> str:
    link = consent_rows.find_auth_link(session.uow, *session.tenant) if link_id else None
    if link is not None and link.id == link_id:
        context = auth_links.seal_context(session.tenant, link.id, "mobile")
        return session.services.vault.open(session.uow, link.mobile, context).decode()
    return _current_address(session)


def _current_address(session: Session) -> str:
    details = get_user(session)
    return details.mobile or details.email or ""


def find_contact(session: Session) -> Contact | None:
    """None for a user who has not agreed to anything yet."""
    row = rows.find_contact(session.uow, *session.tenant)
    if row is None:
        return None
    address = session.services.vault.open(session.uow, row.contact, _seal_context(session, "contact")).decode()
    details = get_user(session)
    return Contact(row, address, "" if address in (details.mobile, details.email) else _current_address(session))


def create_code(session: Session) -> Code | None:
    """A new code to send; the one before becomes invalid. None where none may be sent now, and without a contact."""
    contact = find_contact(session)
    if contact is None or not can_send(session):
        return None
    row, now_ms = contact.row, to_milliseconds(session.services.clock.now())
    is_new_day = now_ms - row.codes_since_ms >= DAY_MS
    if one_time_codes.wait_s(session.services, row) > 0 or (row.codes_sent >= CODES and not is_new_day):
        return None
    code = one_time_codes.new_code()
    sealed = session.services.vault.seal(session.uow, code.encode(), _seal_context(session, "code"))
    since_ms, sent = (now_ms, 1) if is_new_day else (row.codes_since_ms, row.codes_sent + 1)
    expires_at_ms = one_time_codes.expires_at_ms(session.services)
    stored = rows.replace_code(session.uow, row, sealed, expires_at_ms, since_ms=since_ms, sent=sent)
    return Code(code, contact.address) if stored else None


def check_code(session: Session, person: PersonSession, guess: str, real_now_ms: int) -> CodeVerdict:
    """The result of a guess, which is counted. A right code becomes invalid, and shows for a while that the session is the person's.

    `real_now_ms` is the real time, which sessions last in.
    """
    row = rows.find_contact(session.uow, *session.tenant)
    if row is None:
        return CodeVerdict.EXPIRED

    def count() -> bool:
        return rows.count_attempt(session.uow, row, ATTEMPTS)

    def use() -> bool:
        return rows.use_code(session.uow, row)

    verdict = one_time_codes.judge(session.services, row, guess, count=count, code=current_code(session, row), use=use)
    if verdict is CodeVerdict.RIGHT:
        rows.prove_session(session.uow, session.application_id, person.hash, real_now_ms + PROVEN_MINUTES * 60_000)
    return verdict


def current_code(session: Session, row: ContactRow) -> str:
    """The code that was sent last; empty where none is valid."""
    return session.services.vault.open(session.uow, row.code, _seal_context(session, "code")).decode() if row.code else ""


def replace_contact(session: Session) -> None:
    """Send codes to what the application says now: asked by the person in a session that is proven."""
    hold_user(session)
    contact = find_contact(session)
    if contact is not None and contact.newer:
        sealed = session.services.vault.seal(session.uow, contact.newer.encode(), _seal_context(session, "contact"))
        rows.replace_contact(session.uow, *session.tenant, sealed, to_milliseconds(session.services.clock.now()))
