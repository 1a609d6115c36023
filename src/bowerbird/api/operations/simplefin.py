"""SimpleFIN (simplefin.org/protocol.html): what budgeting apps read. A token is claimed once; then its access URL answers."""

from __future__ import annotations

import base64
import binascii
import dataclasses
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

import msgspec

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas.simplefin import AccountSetView, FeedAccountView, FeedTransactionView, OrganizationView
from bowerbird.domain.access.network import network_of
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.feeds import feeds
from bowerbird.domain.feeds.account_set import NOON_S, FeedAccount, FeedSpan, FeedTransaction, read_account_set
from bowerbird.domain.feeds.adjusted import read_adjusted_set
from bowerbird.domain.feeds.feeds import SIMPLEFIN_ROOT, FeedKey, FeedRow
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_S, day_number
from bowerbird.model.money import format_cents
from bowerbird.model.problem import Problem
from bowerbird.model.reading import PendingRows, ReadKind

VERSIONS = ["1.0"]
_LONGEST_TIMESTAMP = 12
_encode = msgspec.json.Encoder().encode


async def get_simplefin_info(_request: ApiRequest) -> ApiResponse:
    return as_json({"versions": VERSIONS})


async def create_simplefin_token(request: ApiRequest) -> ApiResponse:
    """Where an app sends a person for a setup token: their own page, which asks who they are."""
    return ApiResponse(303, headers={"Location": f"{request.base}/home/apps"})


async def claim_simplefin_token(request: ApiRequest) -> ApiResponse:
    """The access URL, for the first who claims the token. Raises Problem for any other."""
    await _within_limit(request, network_of(request.client))
    key = feeds.read_key(request.path["token"])
    claimed = None if key is None else await request.services.write(feeds.claim_feed, key, tenant=key.application_id)
    if claimed is None:
        raise Problem(codes.SIMPLEFIN_TOKEN_USED)
    return ApiResponse(200, access_url(request.base, claimed).encode(), "text/plain; charset=utf-8")


def access_url(base: str, key: FeedKey) -> str:
    """Where a program reads the feed, with its name and password."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{key.username}:{key.secret}@{parts.netloc}{parts.path}{SIMPLEFIN_ROOT}"


async def list_simplefin_accounts(request: ApiRequest) -> ApiResponse:
    """The accounts that the feed's user shares. Raises Problem."""
    key = _presented(request.headers.get("authorization", ""))
    known = None if key is None else await request.services.read(feeds.find_claimed, key, tenant=key.application_id)
    await _within_limit(request, key.username if key and known else network_of(request.client))
    if key is None:
        raise Problem(codes.SIMPLEFIN_NO_ACCESS)
    span = _span(request)
    writes = known is not None and known.pending is PendingRows.ADJUSTED
    run = request.services.write if writes else request.services.read_aside
    row, consent_id, body = await run(_read, key, span, request.base, tenant=key.application_id)
    now = request.services.clock.now()
    request.services.reads.record(now, row.application_id, row.user_id, ReadKind.FEED, consent_id=consent_id)
    if feeds.is_use_old(row, now_ms := to_milliseconds(now)):
        await request.services.write(feeds.record_use, row.id, now_ms, tenant=key.application_id)
    return ApiResponse(200, body)


def _presented(authorization: str) -> FeedKey | None:
    """The key of a Basic header; None for a header that has none."""
    scheme, _, text = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        username, _, password = base64.b64decode(text.strip(), validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return feeds.read_key(f"{username}.{password}")


async def _within_limit(request: ApiRequest, caller: str) -> None:
    """Raises Problem where a feed whose password is right, or a network that presents another one, has asked too often."""
    seconds = await request.context.token_limit(f"simplefin {caller}")
    if seconds > 0:
        raise Problem(codes.TOO_MANY_FEED_REQUESTS, retry_after=seconds, seconds=seconds)


def _span(request: ApiRequest) -> FeedSpan:
    chosen = request.query.get("account")
    return FeedSpan(
        start_s=_seconds(request, "start-date"),
        end_s=_seconds(request, "end-date"),
        pending=request.one("pending") == "1",
        account_ids=frozenset(chosen) if chosen else None,
        balances_only=request.one("balances-only") == "1",
    )


def _seconds(request: ApiRequest, name: str) -> int | None:
    if not (text := request.one(name)):
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_TIMESTAMP):
        raise Problem(codes.TIMESTAMP_NOT_VALID, parameter=name, field=name)
    return int(text)


def _read(session: Session, key: FeedKey, span: FeedSpan, base: str) -> tuple[FeedRow, str, bytes]:
    """The feed, the consent it is read under, and the answer. Raises Problem."""
    row = feeds.open_feed(session, key)
    own = session.of(Tenant(row.application_id, row.user_id))
    asked = dataclasses.replace(span, pending=span.pending and row.pending is not PendingRows.POSTED)
    found = read_adjusted_set(own, row, asked) if row.pending is PendingRows.ADJUSTED else read_account_set(own, asked)
    today = session.services.clock.now().date()
    accounts = [_account(account, base, today) for account in found.accounts]
    return row, read_scope(own).consent_id, _encode(AccountSetView(errors=list(found.errors), accounts=accounts))


def _account(account: FeedAccount, base: str, today: date) -> FeedAccountView:
    row = account.row
    balance = format_cents(account.balance_cents)
    return FeedAccountView(
        org=OrganizationView(
            id=account.bank_id,
            name=account.institution,
            domain=f"{account.bank_id.lower()}.institutions.invalid",
            sfin_url=f"{base}{SIMPLEFIN_ROOT}",
        ),
        id=row.id,
        name=account.name,
        currency=row.currency,
        balance=balance,
        available_balance=balance if row.available is None else format_cents(row.available),
        balance_date=row.last_updated // 1000,
        transactions=_transactions(account.transactions, today),
    )


def _transactions(found: Sequence[FeedTransaction], today: date) -> list[FeedTransactionView]:
    return [
        FeedTransactionView(
            id=each.id,
            posted=0 if each.day is None else _noon(each.day),
            transacted_at=_noon(each.made or each.day or today),
            amount=format_cents(each.cents),
            description=each.text,
            payee=each.payee,
            memo="",
            pending=each.day is None,
        )
        for each in found
    ]


def _noon(day: date) -> int:
    """Noon in UTC, so that no time zone moves the day, in seconds since 1970."""
    return day_number(day) * DAY_S + NOON_S
