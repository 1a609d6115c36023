"""The sandbox's institutions: what they are called on their products, and when they ask for a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class AsksSecondFactor(Enum):
    """When a login is asked for a second factor. `EVERY_SECOND_TIME` asks the first login, not the second, and so on."""

    NEVER = "never"
    ALWAYS = "always"
    EVERY_SECOND_TIME = "every second time"


@dataclass(frozen=True, slots=True)
class SandboxInstitution:
    """`brand` begins its product names; `bsb` is the six digits of its only branch, from a range given to no bank.

    `own_pages`: people log in there.
    """

    id: str
    brand: str
    bsb: str
    asks: AsksSecondFactor = AsksSecondFactor.NEVER
    own_pages: bool = False


INSTITUTIONS = {
    bank.id: bank
    for bank in (
        SandboxInstitution("AU00000", "Hooli", "600000"),
        SandboxInstitution("AU00001", "Bachmanity", "600001"),
        SandboxInstitution("AU00002", "Pied Piper", "600002", AsksSecondFactor.ALWAYS),
        SandboxInstitution("AU00003", "Aviato", "600003"),
        SandboxInstitution("AU00004", "HooliGov", "600004"),
        SandboxInstitution("AU00005", "Nucleus", "600005", AsksSecondFactor.EVERY_SECOND_TIME),
        SandboxInstitution("AU00007", "Raviga", "600007", own_pages=True),
    )
}


def asks_now(institution: SandboxInstitution, earlier_jobs: int) -> bool:
    """Whether this login is asked for a second factor. Intermittent: with an even number of earlier jobs, so a first connect is."""
    return institution.asks is AsksSecondFactor.ALWAYS or (institution.asks is AsksSecondFactor.EVERY_SECOND_TIME and earlier_jobs % 2 == 0)
