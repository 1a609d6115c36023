"""A holder's notice that a person has withdrawn an arrangement on its pages.

The holder calls `arrangements/revoke` with a bearer token and an arrangement, both signed by it as its brand at the Register ("Data Holders
calling Data Recipients" in the standard). Anyone may call that address: what a stranger sends makes the server ask the holder for its keys
once in AGAIN_S at most, and not at all unless both tokens say that they are of the brand.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from bowerbird.connectors.cdr.arrangement import Arrangement
from bowerbird.connectors.cdr.holder import find_holder, find_keys
from bowerbird.connectors.cdr.signed import SKEW_S, KeySet, SignedClaims, check_claims, names_unknown_key, read_signed, unsigned_claims
from bowerbird.sdk.connector import ConnectorContext, EndedAccess, EndNotice
from bowerbird.sdk.failures import AuthorizationFailed, Unavailable

KEPT, AGAIN = timedelta(seconds=60), timedelta(seconds=15)
"""How long the keys that a holder publishes are used for its notices, and how long after the last try they may be fetched again."""


class _NoticeClaims(SignedClaims, frozen=True):
    sub: str = ""
    jti: str = ""
    cdr_arrangement_id: str = ""


class _Fetched(NamedTuple):
    """What the holder `issuer` was asked for, when, and its keys; None while they are on their way, and where they could not be read."""

    issuer: str
    at: datetime
    keys: KeySet | None = None


class NoticeKeys:
    """The keys of a holder, for its notices alone."""

    def __init__(self) -> None:
        self._last: _Fetched | None = None

    def find(self, tokens: tuple[str, str], context: ConnectorContext) -> KeySet:
        """The keys to read these tokens with. Raises Unavailable where that is not known now, and what `find_keys` raises."""
        last, issuer = self._last, context.settings.get("issuer", "")
        if last is not None and last.issuer == issuer:
            age = abs(context.now - last.at)
            if last.keys is not None and age < KEPT and not any(names_unknown_key(token, last.keys) for token in tokens):
                return last.keys
            if age < AGAIN:
                raise Unavailable("the data holder's keys were fetched a moment ago, and are not fetched again yet")
        self._last = _Fetched(issuer, context.now)
        keys = find_keys(find_holder(context), context)
        self._last = _Fetched(issuer, context.now, keys)
        return keys


def read_notice(notice: EndNotice, kept: NoticeKeys, context: ConnectorContext) -> EndedAccess:
    """What a notice says. The holder is asked nothing for one that is not, by what it says itself, its brand's for this address.

    Raises AuthorizationFailed.
    """
    brand = context.settings.get("brand", "")
    tokens = notice.bearer, notice.fields.get("cdr_arrangement_jwt", "")
    if not brand or not all(tokens):
        raise AuthorizationFailed("invalid_request")
    for token in tokens:
        _check(unsigned_claims(token, _NoticeClaims), brand, notice, context)
    keys = kept.find(tokens, context)
    caller, noticed = (_check(read_signed(token, keys, _NoticeClaims), brand, notice, context) for token in tokens)
    if not noticed.cdr_arrangement_id or notice.fields.get("cdr_arrangement_id", noticed.cdr_arrangement_id) != noticed.cdr_arrangement_id:
        raise AuthorizationFailed("invalid_arrangement")
    return EndedAccess(noticed.cdr_arrangement_id, noticed.iat or caller.iat)


def _check(claims: _NoticeClaims, brand: str, notice: EndNotice, context: ConnectorContext) -> _NoticeClaims:
    check_claims(claims, brand, notice.url, context.now)
    if claims.sub != brand or not claims.jti:
        raise AuthorizationFailed("invalid_claims")
    return claims


def is_of(kept: Arrangement | None, ended: EndedAccess) -> bool:
    """Whether what a notice says is of this arrangement: one that the person gave again since has not ended."""
    return kept is not None and kept.id == ended.id and (not ended.at_s or ended.at_s >= kept.given.timestamp() - SKEW_S)
