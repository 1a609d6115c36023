"""The order of judgement for one request: rate limit, Accept, token, expiry, scope and product, path ids, existence, body.

What fails first answers alone. The method and path were judged by the router; the handler checks states.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import lru_cache

from bowerbird import codes
from bowerbird.api.http import bodies
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.domain.access.applications import PRODUCTS, find_access, takes_statements
from bowerbird.domain.access.idempotency import KeyedRequest
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.access.tokens import Scope, token_caller
from bowerbird.domain.consents.gate import scope_of_terms
from bowerbird.domain.services import EVERY_TENANT, Session
from bowerbird.model.http import FORM_BYTES
from bowerbird.model.ids import is_id
from bowerbird.model.problem import Problem

_PATH_IDS = {
    "userId": "User",
    "connectionId": "Connection",
    "jobId": "Job",
    "accountId": "Account",
    "transactionId": "Transaction",
    "consentId": "Consent",
    "identityId": "Identity",
    "snapshotId": "Snapshot",
    "reportId": "Report",
    "policyId": "Policy",
}


async def admit(request: ApiRequest, operation: Operation) -> None:
    """Fill the request in up to its body, or raise Problem."""
    if operation.name == "create_token":
        await _within_token_limit(request)
    request.media_type = preferred(request.headers.get("accept", ""), operation.media_types)
    if not request.media_type:
        raise Problem(codes.UNSUPPORTED_ACCEPT, parameter="Accept", pointer="header/Accept", accept=request.headers["accept"][:100])
    if operation.admits is not None:
        operation.admits(request)
    elif operation.access is not Access.PUBLIC:
        await _authorise(request, operation)
    if operation.creates and (key := request.headers.get("idempotency-key")) is not None:
        request.keyed = KeyedRequest(request.token.application_id, request.token.user_id, key, operation.name, *request.path.values())


async def _within_token_limit(request: ApiRequest) -> None:
    """Count the request for its API key, or for its address where no key is known. Raises Problem when there were too many."""
    authorization = request.headers.get("authorization")
    caller = await request.services.read(token_caller, authorization, request.client, tenant=EVERY_TENANT)
    seconds = await request.context.token_limit(caller)
    if seconds > 0:
        limit = request.services.limits.token_requests_per_5_minutes
        raise Problem(codes.TOO_MANY_TOKEN_REQUESTS, retry_after=seconds, limit=limit, seconds=seconds)


@lru_cache(maxsize=512)
def preferred(header: str, media_types: tuple[str, ...]) -> str:
    """The media type that an Accept header prefers, the first of several it likes alike; "" where it admits none.

    An absent or empty header admits everything; q=0 excludes.
    """
    if not header.strip():
        return media_types[0]
    weighed = [(_weight(header, media_type), media_type) for media_type in media_types]
    best = max(weighed, key=lambda each: each[0])
    return best[1] if best[0] > 0 else ""


def accepts(header: str, media_type: str) -> bool:
    """Whether an Accept header admits a media type."""
    return bool(preferred(header, (media_type,)))


def _weight(header: str, media_type: str) -> float:  # not money: the weight of a media range
    """The weight of the range that fits a media type best."""
    best, quality = -1, 0.0  # not money: precision and weight of the best fitting range
    kind, _, _ = media_type.partition("/")
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        precision = {"*/*": 0, f"{kind}/*": 1, media_type: 2}.get(name, -1)
        if precision > best:
            best, quality = precision, _quality(parameters)
    return quality if best >= 0 else 0.0  # not money: excluded


def _quality(parameters: list[str]) -> float:  # not money: the weight of a media range
    for parameter in parameters:
        if match := re.fullmatch(r"q=(0(?:\.[0-9]{0,3})?)", parameter):
            return float(match[1])  # not money: below 1, 0 excludes
    return 1.0  # not money: admitted


async def _authorise(request: ApiRequest, operation: Operation) -> None:
    request.claims = claims = request.context.tokens.read(request.headers.get("authorization"))
    user_id = request.path.get("userId", "")
    if not is_id(user_id):  # refused below, in its order: what is no id never reaches the database, which may not accept it
        user_id = ""
    await request.services.read(_check_access, request, operation, tenant=Tenant(claims.application_id, user_id))


def _check_access(session: Session, request: ApiRequest, operation: Operation) -> None:
    facts = find_access(session)
    if facts is None:
        raise Problem(codes.INVALID_TOKEN, parameter="Authorization", pointer="header/Authorization")
    disabled, production, products, request.user_version, terms = facts
    request.scope = scope_of_terms(session, terms)
    request.has_production = production
    request.is_enriched = "enrich" in products and request.scope.accounts and request.scope.transactions
    request.production = takes_statements(production, products) if operation.product == "statements" else production
    if disabled:
        raise Problem(codes.ACCOUNT_DISABLED)
    _check_scope(request, operation)
    if operation.product and operation.product not in products:
        raise Problem(codes.PRODUCT_NOT_ENABLED, product=PRODUCTS[operation.product])
    _check_path_ids(request)
    if operation.names_user and request.user_version is None:
        raise Problem(codes.USER_NOT_FOUND, parameter="userId")
    if operation.reads_sources and request.scope.ended:
        raise Problem(codes.CONSENT_ENDED)
    if operation.finds is not None:
        request.found = operation.finds(request, session.within(request.scope) if operation.names_user else session)


def _check_scope(request: ApiRequest, operation: Operation) -> None:
    claims = request.token
    if claims.scope is Scope.SERVER_ACCESS:
        return
    if operation.access is not Access.OWN_USER:
        raise Problem(codes.FORBIDDEN)
    if not claims.user_id:
        raise Problem(codes.TOKEN_WITHOUT_USER)
    if operation.names_user and request.path["userId"] != claims.user_id:
        raise Problem(codes.UNAUTHORIZED_ACCESS)


def _check_path_ids(request: ApiRequest) -> None:
    for name, value in request.path.items():
        if name in _PATH_IDS and not is_id(value):
            raise Problem(codes.ID_NOT_VALID, parameter=name, pointer=f"path/{name}", noun=_PATH_IDS[name])


def check_own_user(request: ApiRequest, user_id: str) -> None:
    """For a path that names no user: what the path names must belong to the user that a CLIENT_ACCESS token is bound to."""
    if request.token.scope is Scope.CLIENT_ACCESS and request.token.user_id != user_id:
        raise Problem(codes.UNAUTHORIZED_ACCESS)


async def read_body(request: ApiRequest, operation: Operation, chunks: AsyncIterator[bytes]) -> None:
    content_type = request.headers.get("content-type", "")
    _check_content_type(content_type, operation)
    limit = _limit(request, operation)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_long(request, operation, limit)
    if operation.body_kind is BodyKind.MULTIPART:
        request.body = await bodies.read_statement_form(chunks, content_type, request.services.limits.statement_max_bytes, request.keyed)
        return
    data = await bodies.read_all(chunks, limit)
    if request.keyed is not None:
        request.keyed.add(data)
    if operation.body_kind is BodyKind.FORM:
        request.body = bodies.from_token_request(data, _media_type(content_type))
    else:
        request.body = operation.body() if operation.body_optional and not data else bodies.from_json(data, operation.body, operation.noun)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _check_content_type(content_type: str, operation: Operation) -> None:
    """JSON by default where none is named; the token form is read leniently, since old clients send JSON or nothing there."""
    given = _media_type(content_type)
    if operation.body_kind is BodyKind.FORM or given == operation.body_kind.value:
        return
    if operation.body_kind is BodyKind.JSON and (not given or given.endswith("+json")):
        return
    raise Problem(
        codes.UNSUPPORTED_CONTENT_TYPE, parameter="Content-Type", pointer="header/Content-Type", content_type=given[:100] or "none"
    )


def _limit(request: ApiRequest, operation: Operation) -> int:
    if operation.body_kind is BodyKind.MULTIPART:
        return bodies.longest_form(request.services.limits.statement_max_bytes)
    return FORM_BYTES if operation.body_kind is BodyKind.FORM else bodies.JSON_LIMIT


def _too_long(request: ApiRequest, operation: Operation, limit: int) -> Problem:
    if operation.body_kind is BodyKind.MULTIPART:
        return Problem(codes.STATEMENT_TOO_LONG, parameter="statement", limit=request.services.limits.statement_max_bytes)
    return Problem(codes.BODY_TOO_LONG, limit=limit)
