"""A holder's notice that a person has withdrawn an arrangement on its own pages.

Facts: the Consumer Data Standards 1.36.0, "CDR Arrangement Revocation End Point" and "Data Holders calling Data Recipients": the holder
calls `arrangements/revoke` with a bearer token and an arrangement, both signed by it as its brand at the Register.
"""

from __future__ import annotations

import msgspec

from bowerbird.connectors.cdr.arrangement import Arrangement
from bowerbird.connectors.cdr.holder import find_holder, find_keys
from bowerbird.connectors.cdr.signed import SKEW_S, KeySet, SignedClaims, check_claims, read_signed
from bowerbird.sdk.connector import ConnectorContext, EndNotice
from bowerbird.sdk.failures import AuthorizationFailed


class _NoticeClaims(SignedClaims, frozen=True):
    sub: str = ""
    jti: str = ""
    cdr_arrangement_id: str = ""


class _Ended(msgspec.Struct, frozen=True):
    """An arrangement that its holder says has ended, and when it said so, in seconds since 1970; 0 where that is not known."""

    id: str
    at_s: int


def read_notice(notice: EndNotice, context: ConnectorContext) -> str:
    """What a notice says, for `is_of`. Nothing is asked of the holder for what it cannot have sent. Raises AuthorizationFailed."""
    brand = context.settings.get("brand", "")
    bearer, arrangement = notice.bearer, notice.fields.get("cdr_arrangement_jwt", "")
    if not brand or not bearer or not arrangement:
        raise AuthorizationFailed("invalid_request")
    keys = find_keys(find_holder(context), context)
    caller, said = (_read(each, keys, brand, notice, context) for each in (bearer, arrangement))
    if not said.cdr_arrangement_id or notice.fields.get("cdr_arrangement_id", said.cdr_arrangement_id) != said.cdr_arrangement_id:
        raise AuthorizationFailed("invalid_arrangement")
    return msgspec.json.encode(_Ended(said.cdr_arrangement_id, said.iat or caller.iat)).decode()


def _read(token: str, keys: KeySet, brand: str, notice: EndNotice, context: ConnectorContext) -> _NoticeClaims:
    claims = read_signed(token, keys, _NoticeClaims)
    check_claims(claims, brand, notice.url, context.now)
    if claims.sub != brand or not claims.jti:
        raise AuthorizationFailed("invalid_claims")
    return claims


def is_of(kept: Arrangement | None, ended: str) -> bool:
    """Whether what a notice says is of this arrangement: one that the person gave again since has not ended."""
    found = msgspec.json.decode(ended, type=_Ended)
    return kept is not None and kept.id == found.id and (not found.at_s or found.at_s >= kept.given.timestamp() - SKEW_S)
