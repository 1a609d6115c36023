"""Receipts and reminders by mail of what a person agreed to or ended: their words, in the person's language."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.consents.confirmations import Confirmation, Step
from bowerbird.domain.consents.consents import ConsentRow
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.consent import SCOPES, Policy
from bowerbird.web.kernel.languages import ENGLISH, current_language, gettext, speaking, written_day

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
REMINDER = (
    "You still share data with %(name)s",
    "Since %(day)s you share bank data with %(name)s. You agreed to this until %(ends)s.",
    "If that is still what you want, there is nothing to do.",
    "To review it, open %(name)s or ask it for a link, and go to “Your data sharing”. There you can also end it.",
)
"""The subject and the paragraphs of a reminder, as far as they are not those of a receipt."""
TEXTS = (*GIVEN, ENDED, *KEPT.values(), *SUBJECTS.values(), *HELP, *REMINDER)
"""Every text of a receipt and of a reminder, as the catalogues have it."""


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


def reminder_of(message: Confirmation) -> tuple[str, str]:
    """The subject and the text of a reminder of a consent, in the language of the page on which it was given."""
    row, policy = message.consent.row, message.consent.policy
    subject, since, nothing, review = REMINDER
    with speaking(row.language):
        paragraphs = [
            _(since, name=message.name, day=_day(row.created_at_ms), ends=_day(row.expires_at_ms)),
            _(nothing),
            f"{_(GIVEN[1])}\n{_shared(row, policy)}",
            f"{_(policy.title)}: {_(policy.description)}",
            f"{_(review, name=message.name)} {_(KEPT[Step.GIVEN, row.retains_data], name=message.name)}",
            *_contacts(message),
        ]
        return _(subject, name=message.name), "\n\n".join(paragraphs) + "\n"


def _(text: str, **values: str) -> str:
    return gettext(text) % values if values else gettext(text)


def _given(receipt: Confirmation) -> list[str]:
    row, policy = receipt.consent.row, receipt.consent.policy
    agreed, what, taken_back = GIVEN
    kept = _(KEPT[Step.GIVEN, row.retains_data], name=receipt.name)
    return [
        _(agreed, day=_day(row.updated_at_ms), name=receipt.name, ends=_day(row.expires_at_ms)),
        f"{gettext(what)}\n{_shared(row, policy)}",
        f"{gettext(policy.title)}: {gettext(policy.description)}",
        f"{_(taken_back, name=receipt.name)} {kept}",
    ]


def _shared(row: ConsentRow, policy: Policy) -> str:
    return "\n".join(f"- {_(SCOPES[each.scope].name)}: {_(each.title)}" for each in policy.scopes if each.scope in row.scopes)


def _ended(receipt: Confirmation) -> list[str]:
    row = receipt.consent.row
    kept = _(KEPT[Step.REVOKED, row.retains_data], name=receipt.name)
    return [_(ENDED, day=_day(row.ended_at_ms or row.updated_at_ms), name=receipt.name), kept]


def _help(receipt: Confirmation) -> list[str]:
    return [*_contacts(receipt), _(HELP[2], name=receipt.name)]


def _contacts(receipt: Confirmation) -> list[str]:
    lines = [_(HELP[0], contact=receipt.contact)] if receipt.contact else []
    return [*lines, _(HELP[1], url=receipt.privacy_url)] if receipt.privacy_url else lines


def _day(at_ms: int) -> str:
    at = from_milliseconds(at_ms)
    return f"{at.day} {at:%B %Y}" if current_language() == ENGLISH else written_day(at.date())
