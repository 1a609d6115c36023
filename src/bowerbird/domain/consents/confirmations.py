"""A receipt of what a person agreed to or ended, sent to the e-mail address that their codes go to."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bowerbird.domain.access.applications import ApplicationRow, find_application
from bowerbird.domain.consents.consents import ConsentWithPolicy, list_consents
from bowerbird.domain.consents.contacts import find_contact
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.consent import SCOPES, Policy
from bowerbird.model.days import day_number

MAX_A_DAY = 10
"""Receipts to one address."""


class Step(StrEnum):
    """What a receipt is of."""

    GIVEN = "given"
    EXTENDED = "extended"
    REVOKED = "revoked"


class ConfirmationCounter:
    """Counts the receipts of a day by address, so that agreeing again and again fills no mailbox. It counts for one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day, self._sent = 0, Counter[str]()

    def admit(self, address: str, now: datetime) -> bool:
        """Whether one more may be sent, which is then counted: MAX_A_DAY."""
        with self._lock:
            if self._day != day_number(now):
                self._day, self._sent = day_number(now), Counter()
            self._sent[address.casefold()] += 1
            return self._sent[address.casefold()] <= MAX_A_DAY


class Confirmation(NamedTuple):
    """A message to a person."""

    address: str
    subject: str
    text: str


def confirmation_of(session: Session, step: Step) -> Confirmation | None:
    """The receipt of the session user's latest consent; None where no message reaches them: no sender, or a contact that is no e-mail."""
    contact, application, consents = find_contact(session), find_application(session), list_consents(session)
    if session.services.code_sender.for_sandbox or application is None or not consents or contact is None or "@" not in contact.address:
        return None
    name = application.branding.name or application.name
    ends = step is Step.REVOKED
    subject = f"You no longer share data with {name}" if ends else f"You share data with {name}"
    lines = _ended(consents[0], name) if ends else _given(consents[0], name)
    return Confirmation(contact.address, subject, "\n\n".join([*lines, *_help(application, consents[0].policy, name)]) + "\n")


def _given(consent: ConsentWithPolicy, name: str) -> list[str]:
    row, policy = consent.row, consent.policy
    shared = "\n".join(f"- {SCOPES[asked.scope].name}: {asked.title}" for asked in policy.scopes if asked.scope in row.scopes)
    kept = f"{name} keeps the data it has received" if row.retains_data else "your data is deleted"
    return [
        f"On {_day(row.updated_at_ms)} you agreed that {name} reads your bank data until {_day(row.expires_at_ms)}.",
        f"What you share, and what for:\n{shared}",
        f"{policy.title}: {policy.description}",
        f"To take it back, open {name} or ask it for a link, go to “Your data sharing” and choose “Withdraw consent”. Then {kept}.",
    ]


def _ended(consent: ConsentWithPolicy, name: str) -> list[str]:
    ended = _day(consent.row.ended_at_ms or consent.row.updated_at_ms)
    kept = (
        f"{name} keeps the data it had received."
        if consent.row.retains_data
        else "Your accounts and transactions stored here were deleted."
    )
    return [f"On {ended} you withdrew your consent. Your banks were disconnected, and {name} reads nothing more.", kept]


def _help(application: ApplicationRow, policy: Policy, name: str) -> list[str]:
    look = application.branding
    contact = policy.contact or look.contact
    lines = [f"Questions: {contact}"] if contact else []
    lines += [f"Privacy policy: {look.privacy_url}"] if look.privacy_url else []
    return [*lines, f"If this was not you, please contact {name}."]


def _day(at_ms: int) -> str:
    at: datetime = from_milliseconds(at_ms)
    return f"{at.day} {at:%B %Y}"
