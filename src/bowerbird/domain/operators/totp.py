"""Authenticators: a code of six digits that changes every 30 seconds (RFC 6238), asked for after the password.

A code works once, also within its 30 seconds. The one before and the one after the present one are taken too, since clocks differ.
`now` is in milliseconds.
"""

from __future__ import annotations

import hmac
from typing import Final

import pyotp

from bowerbird.domain.operators import audit
from bowerbird.domain.operators.audit import AuditAction
from bowerbird.domain.services import Session
from bowerbird.model.days import DAY_S
from bowerbird.model.reading import ActionOutcome, Role
from bowerbird.model.secrets import hash_of
from bowerbird.storage.rows import operators as rows
from bowerbird.storage.rows.sandbox import real_data_since
from bowerbird.storage.vault.envelope import SealContext

PERIOD_S: Final = 30
_DRIFT: Final = 1
"""Periods before and after the present one whose codes are taken."""
_BOUNDS: Final = ((900, 5), (DAY_S, 20))
"""Wrong or right, codes that an operator may try: (within so many seconds, how many)."""
_ISSUER: Final = "Bowerbird"


def is_required(session: Session, role: Role) -> bool:
    """Whether operators with this role must have an authenticator: owners, by default once real data is stored."""
    if role is not Role.OWNER:
        return False
    wanted = session.services.owners_need_totp
    return real_data_since(session.uow) is not None if wanted is None else wanted


def _place(operator_id: str, column: str) -> SealContext:
    return SealContext("", "", "operators", operator_id, column)


class AuthenticatorKept(Exception):
    """There is an authenticator already: it is removed, with a code of it, before another one is offered."""


def offer(session: Session, operator_id: str) -> str:
    """A new secret for an authenticator (base 32): it counts once a code made with it was typed. Raises AuthenticatorKept."""
    known = rows.get_operator(session.uow, operator_id)
    if known is not None and known.totp is not None:
        raise AuthenticatorKept
    secret = pyotp.random_base32()
    sealed = session.services.vault.seal(session.uow, secret.encode(), _place(operator_id, "totp_offered"))
    rows.set_totp_offered(session.uow, operator_id, sealed)
    return secret


def find_offered(session: Session, operator_id: str) -> str | None:
    """The secret that was offered last and is not confirmed."""
    known = rows.get_operator(session.uow, operator_id)
    if known is None or known.totp_offered is None:
        return None
    return session.services.vault.open(session.uow, known.totp_offered, _place(operator_id, "totp_offered")).decode()


def address_of(secret: str, name: str) -> str:
    """What an authenticator reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def confirm(session: Session, operator_id: str, code: str, now: int, address: str) -> bool:
    """Use the offered authenticator from now on, when the code is of it. Other sessions go on: they were signed in before."""
    secret = find_offered(session, operator_id)
    if secret is None or not _use_code(session, operator_id, secret, code, now):
        audit.record(session, AuditAction("set_up_authenticator", operator_id, address, outcome=ActionOutcome.REFUSED))
        return False
    sealed = session.services.vault.seal(session.uow, secret.encode(), _place(operator_id, "totp"))
    rows.set_totp(session.uow, operator_id, sealed, now)
    audit.record(session, AuditAction("set_up_authenticator", operator_id, address))
    return True


def is_right(session: Session, operator_id: str, code: str, now: int) -> bool:
    """Whether a code is of the operator's authenticator and was not used. It is used up by this."""
    known = rows.get_operator(session.uow, operator_id)
    if known is None or known.totp is None:
        return False
    secret = session.services.vault.open(session.uow, known.totp, _place(operator_id, "totp")).decode()
    return _use_code(session, operator_id, secret, code, now)


def _use_code(session: Session, operator_id: str, secret: str, code: str, now: int) -> bool:
    typed, totp = "".join(code.split()), pyotp.TOTP(secret, interval=PERIOD_S)
    present = now // 1000 // PERIOD_S
    steps = [step for step in range(present - _DRIFT, present + _DRIFT + 1) if _is_same(typed, totp.at(step * PERIOD_S))]
    return bool(steps) and rows.use_totp_step(session.uow, operator_id, max(steps))


def _is_same(typed: str, right: str) -> bool:
    return hmac.compare_digest(typed.encode("utf-8", "replace"), right.encode())


def remove(session: Session, operator_id: str, now: int, address: str) -> None:
    """Ask for no code any more."""
    rows.set_totp(session.uow, operator_id, None, now)
    audit.record(session, AuditAction("remove_authenticator", operator_id, address))


def record_attempt(session: Session, operator_id: str, now: int) -> int:
    """Count a code before it is tried, so that many at once cannot evade the limits: seconds to wait, 0 when it may be tried."""
    waits = [0]
    for seconds, most in _BOUNDS:
        count, ends_ms = rows.count_attempt(session.uow, _subject(operator_id, seconds), now, now + seconds * 1000)
        if count > most:
            waits.append(max(1, (ends_ms - now) // 1000))
    return max(waits)


def delete_attempts(session: Session, operator_id: str) -> None:
    """After a right code the short count begins anew; the one of a day goes on."""
    rows.delete_attempts(session.uow, [_subject(operator_id, _BOUNDS[0][0])])


def _subject(operator_id: str, seconds: int) -> str:
    return hash_of(f"code {seconds} {operator_id}")
