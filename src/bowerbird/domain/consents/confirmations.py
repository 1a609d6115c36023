"""A receipt of what a person agreed to or ended, sent to the e-mail address that their codes go to."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bowerbird.domain.access.applications import find_application
from bowerbird.domain.consents.consents import ConsentWithPolicy, list_consents
from bowerbird.domain.consents.contacts import find_contact
from bowerbird.domain.services import Session
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
    """A receipt of a person's latest consent: who it goes to, and whose name, contact and privacy policy it has. Empty: none is known."""

    address: str
    step: Step
    name: str
    contact: str
    privacy_url: str
    consent: ConsentWithPolicy


def confirmation_of(session: Session, step: Step) -> Confirmation | None:
    """The receipt of the session user's latest consent; None where no message reaches them: no sender, or a contact that is no e-mail."""
    contact, application, consents = find_contact(session), find_application(session), list_consents(session)
    if session.services.code_sender.for_sandbox or application is None or not consents or contact is None or "@" not in contact.address:
        return None
    look = application.branding
    return Confirmation(contact.address, step, look.name or application.name, look.contact, look.privacy_url, consents[0])
