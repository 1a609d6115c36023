"""The consent: what is shared, with whom, for what and until when; given, declined, extended or withdrawn."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import NamedTuple

import msgspec

from bowerbird.domain.consents import consents
from bowerbird.domain.consents.confirmations import MAX_A_DAY, Step, confirmation_of
from bowerbird.domain.consents.consents import ConsentWithPolicy
from bowerbird.domain.consents.policies import current_policy
from bowerbird.domain.services import Session
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import SCOPES, AskedScope, Information, Policy
from bowerbird.model.secrets import hash_of
from bowerbird.outbound.code_sender import CodeSender, NotSent
from bowerbird.outbound.outbox import MOST
from bowerbird.web.consent.receipts import Mail, mail_of
from bowerbird.web.consent.sign_in import PageFrame, finish, next_page, page_frame
from bowerbird.web.kernel.languages import say as _
from bowerbird.web.kernel.languages import speaking
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse


class ScopeView(NamedTuple):
    """A scope as a person reads it."""

    asked: AskedScope
    information: Information


class _Agreement(NamedTuple):
    """What the pages of the consent show."""

    policy: Policy
    active: ConsentWithPolicy | None
    frame: PageFrame


def scopes_of(policy: Policy) -> list[ScopeView]:
    return [ScopeView(asked, SCOPES[asked.scope]) for asked in policy.scopes]


def seal_of(policy: Policy) -> str:
    """The hash of the policy that a form shows, so that a person agrees to the policy they have read and no other."""
    return hash_of(msgspec.json.encode(policy).decode())


def _read(request: PageRequest, session: Session) -> _Agreement:
    return _Agreement(current_policy(session), consents.active_consent(session), page_frame(request, session))


def _ends_ms(request: PageRequest, policy: Policy) -> int:
    """When a consent that is given now expires."""
    return to_milliseconds(request.services.clock.now() + timedelta(days=policy.days))


def show_consent(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, changed: str) -> PageResponse:
    policy, active, frame = request.read(partial(_read, request))
    return request.show(
        "consent/consent.html", status, policy=policy, active=active, scopes=scopes_of(policy), seal=seal_of(policy),
        ends=_ends_ms(request, policy), changed=changed, **frame._asdict(),
    )  # fmt: skip


def give_consent(request: PageRequest) -> PageResponse:
    if not request.write(partial(_give_consent, request), request.form.text("policy"), request.form.all("scope")):
        return _page(request, 409, "It was updated while you were reading. Please read it again before you agree.")
    _confirm(request, Step.GIVEN)
    return request.go(next_page(request.person))


def _give_consent(request: PageRequest, session: Session, seal: str, scopes: list[str]) -> bool:
    """False when the policy in force is not the one of the form."""
    policy = current_policy(session)
    if seal_of(policy) != seal:
        return False
    agreed = [asked.scope for asked in policy.scopes if asked.required or asked.scope in scopes]
    consents.give_consent(session, agreed, request.person.link_id, request.language)
    return True


def decline_consent(request: PageRequest) -> PageResponse:
    """End the session; an earlier consent stays as it is."""
    return finish(request)


def show_extend(request: PageRequest) -> PageResponse:
    _, active, frame = request.read(partial(_read, request))
    ends = _ends_ms(request, active.policy) if active else 0
    return request.show("consent/extend.html", active=active, ends=ends, **frame._asdict())


def extend_consent(request: PageRequest) -> PageResponse:
    if request.write(consents.extend_consent, request.language) is None:
        text = _("Your consent has ended or was withdrawn. You can give it again at any time.")
        raise PageRefused(409, _("You have no active consent"), text, (_("Review the request"), "/home/consent"))
    _confirm(request, Step.EXTENDED)
    return request.go("/home/manage?done=extended")


def revoke_consent(request: PageRequest) -> PageResponse:
    if request.write(_revoke):
        _confirm(request, Step.REVOKED)
    return request.go("/home/manage?done=revoked")


def _revoke(session: Session) -> bool:
    """False where no consent is active."""
    was_active = consents.has_active_consent(session)
    consents.revoke_active_consent(session)
    return was_active


def _confirm(request: PageRequest, step: Step) -> None:
    """Send the person a receipt in the language of the page, which does not wait for a mail server."""
    receipt = request.read(confirmation_of, step)
    if receipt is None:
        return
    if not request.context.confirmations.admit(receipt.address, request.services.clock.now()):
        log.warning("receipt_not_sent", correlation_id=request.correlation_id, why=f"more than {MAX_A_DAY} to one address on one day")
        return
    with speaking(request.language):
        mail = mail_of(receipt)
    if not request.context.messages.submit(partial(_send, request.services.code_sender, mail, request.correlation_id)):
        log.error("receipt_not_sent", correlation_id=request.correlation_id, why=f"{MOST:,} messages wait for the mail server")


def _send(sender: CodeSender, mail: Mail, correlation_id: str) -> None:
    try:
        sender.send(mail.address, mail.text, mail.subject)
    except NotSent as error:
        log.error("receipt_not_sent", correlation_id=correlation_id, why=str(error))
