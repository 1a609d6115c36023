"""Receipts by mail of what a person agreed to or ended: their words, in the person's language."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.consents.confirmations import Confirmation, Step
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.consent import SCOPES
from bowerbird.web.kernel.languages import ENGLISH, current_language, gettext, written_day

GIVEN = (
    "On %(day)s you agreed that %(name)s reads your bank data until %(ends)s.",
    "What you share, and what for:",
    "To take it back, open %(name)s or ask it for a link, go to “Your data sharing” and choose “Withdraw consent”.",
)
ENDED = "On %(day)s you withdrew your consent. Your banks were disconnected, and %(name)s reads nothing more."
KEPT = {
    (Step.REVOKED, True): "%(name)s keeps the data it had received.",
    (Step.REVOKED, False): "Your accounts and transactions stored here were deleted.",
    (Step.GIVEN, True): "Then %(name)s keeps the data it has received.",
    (Step.GIVEN, False): "Then your data is deleted.",
}
SUBJECTS = {Step.GIVEN: "You share data with %(name)s", Step.REVOKED: "You no longer share data with %(name)s"}
HELP = ("Questions: %(contact)s", "Privacy policy: %(url)s", "If this was not you, please contact %(name)s.")
TEXTS = (*GIVEN, ENDED, *KEPT.values(), *SUBJECTS.values(), *HELP)
"""Every text of a receipt, as the catalogues have it."""


class Mail(NamedTuple):
    """A receipt as its receiver has it."""

    address: str
    subject: str
    text: str


def mail_of(receipt: Confirmation) -> Mail:
    """A receipt in the language that is spoken."""
    step = Step.REVOKED if receipt.step is Step.REVOKED else Step.GIVEN
    paragraphs = [*(_ended(receipt) if step is Step.REVOKED else _given(receipt)), *_help(receipt)]
    return Mail(receipt.address, _(SUBJECTS[step], name=receipt.name), "\n\n".join(paragraphs) + "\n")


def _(text: str, **values: str) -> str:
    return gettext(text) % values if values else gettext(text)


def _given(receipt: Confirmation) -> list[str]:
    row, policy = receipt.consent.row, receipt.consent.policy
    agreed, what, taken_back = GIVEN
    asked = [each for each in policy.scopes if each.scope in row.scopes]
    shared = "\n".join(f"- {gettext(SCOPES[each.scope].name)}: {gettext(each.title)}" for each in asked)
    kept = _(KEPT[Step.GIVEN, row.retains_data], name=receipt.name)
    return [
        _(agreed, day=_day(row.updated_at_ms), name=receipt.name, ends=_day(row.expires_at_ms)),
        f"{gettext(what)}\n{shared}",
        f"{gettext(policy.title)}: {gettext(policy.description)}",
        f"{_(taken_back, name=receipt.name)} {kept}",
    ]


def _ended(receipt: Confirmation) -> list[str]:
    row = receipt.consent.row
    kept = _(KEPT[Step.REVOKED, row.retains_data], name=receipt.name)
    return [_(ENDED, day=_day(row.ended_at_ms or row.updated_at_ms), name=receipt.name), kept]


def _help(receipt: Confirmation) -> list[str]:
    contact, privacy, not_you = HELP
    lines = [_(contact, contact=receipt.contact)] if receipt.contact else []
    lines += [_(privacy, url=receipt.privacy_url)] if receipt.privacy_url else []
    return [*lines, _(not_you, name=receipt.name)]


def _day(at_ms: int) -> str:
    at = from_milliseconds(at_ms)
    return f"{at.day} {at:%B %Y}" if current_language() == ENGLISH else written_day(at.date())
