"""The order of judgement for one request: rate limit, Accept, token, expiry, scope and product, path ids, existence, body.

What fails first answers alone. The method and path were judged by the router; state is the handler's own affair.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import lru_cache

from bowerbird import codes
from bowerbird.api import bodies, multipart
from bowerbird.api.call import Call
from bowerbird.api.control.door import admit_owner
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.domain.applications import PRODUCTS, takes_statements
from bowerbird.domain.idempotency import KeyedRequest
from bowerbird.domain.tokens import Scope
from bowerbird.model.ids import is_id
from bowerbird.model.problem import Problem
from bowerbird.storage.applications import access_facts
from bowerbird.storage.unit_of_work import UnitOfWork

_PATH_IDS = {
    "userId": "User",
    "connectionId": "Connection",
    "jobId": "Job",
    "accountId": "Account",
    "transactionId": "Transaction",
    "consentId": "Consent",
}


async def admit(call: Call, operation: Operation) -> None:
    """Fill the call in up to its body, or raise Problem."""
    if operation.name == "create_token":
        await _within_token_limit(call)
    if not accepts(call.headers.get("accept", ""), operation.media_type):
        raise Problem(codes.UNSUPPORTED_ACCEPT, parameter="Accept", pointer="header/Accept", accept=call.headers["accept"][:100])
    if operation.access is Access.CONTROL:
        admit_owner(call, call.headers.get("authorization"))
    elif operation.access is not Access.PUBLIC:
        await _authorise(call, operation)
    if operation.creates and (key := call.headers.get("idempotency-key")) is not None:
        said = (operation.name, *call.path.values())
        call.keyed = KeyedRequest(call.token.application_id, call.token.user_id, key, *said)


async def _within_token_limit(call: Call) -> None:
    seconds = await call.desk.token_limit(call.client)
    if seconds > 0:
        limit = call.world.limits.token_requests_per_5_minutes
        raise Problem(codes.TOO_MANY_TOKEN_REQUESTS, retry_after=seconds, limit=limit, seconds=seconds)


@lru_cache(maxsize=512)
def accepts(header: str, media_type: str) -> bool:
    """Whether an Accept header admits a media type. An absent or empty one admits everything; q=0 excludes."""
    if not header.strip():
        return True
    best, quality = -1, 0.0  # not money: precision and weight of the best fitting range
    kind, _, _ = media_type.partition("/")
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        precision = {"*/*": 0, f"{kind}/*": 1, media_type: 2}.get(name, -1)
        if precision > best:
            best, quality = precision, _quality(parameters)
    return best >= 0 and quality > 0


def _quality(parameters: list[str]) -> float:  # not money: the weight of a media range
    for parameter in parameters:
        if re.fullmatch(r"q=(0(\.0{0,3})?)", parameter):
            return 0.0  # not money: excluded
    return 1.0  # not money: admitted


async def _authorise(call: Call, operation: Operation) -> None:
    call.claims = claims = call.desk.tokens.read(call.headers.get("authorization"))
    user_id = call.path.get("userId", "")
    if not is_id(user_id):  # is refused below, in its turn: what is no id never reaches the database, which may choke on it
        user_id = ""
    world, held = call.world, claims

    def look(uow: UnitOfWork) -> None:
        facts = access_facts(uow, held.application_id, user_id)
        if facts is None:
            raise Problem(codes.INVALID_TOKEN, parameter="Authorization", pointer="header/Authorization")
        disabled, production, products, call.user_version = facts
        call.production = takes_statements(production, products) if operation.product == "statements" else production
        if disabled:
            raise Problem(codes.ACCOUNT_DISABLED)
        _check_scope(call, operation)
        if operation.product and operation.product not in products.split(","):
            raise Problem(codes.PRODUCT_NOT_ENABLED, product=PRODUCTS[operation.product])
        _check_path_ids(call)
        if operation.names_user and call.user_version is None:
            raise Problem(codes.USER_NOT_FOUND, parameter="userId")
        if operation.finds is not None:
            call.found = operation.finds(call, uow)

    await world.storage.read(look, tenant=held.application_id)


def _check_scope(call: Call, operation: Operation) -> None:
    claims = call.token
    if claims.scope is Scope.SERVER_ACCESS:
        return
    if operation.access is not Access.OWN_USER:
        raise Problem(codes.FORBIDDEN)
    if not claims.user_id:
        raise Problem(codes.TOKEN_WITHOUT_USER)
    if operation.names_user and call.path["userId"] != claims.user_id:
        raise Problem(codes.UNAUTHORIZED_ACCESS)


def _check_path_ids(call: Call) -> None:
    for name, value in call.path.items():
        if name in _PATH_IDS and not is_id(value):
            raise Problem(codes.ID_NOT_VALID, parameter=name, pointer=f"path/{name}", noun=_PATH_IDS[name])


def check_own_user(call: Call, user_id: str) -> None:
    """For a path that names no user: what was found must belong to the user a CLIENT_ACCESS token is bound to."""
    if call.token.scope is Scope.CLIENT_ACCESS and call.token.user_id != user_id:
        raise Problem(codes.UNAUTHORIZED_ACCESS)


async def read_body(call: Call, operation: Operation, chunks: AsyncIterator[bytes]) -> None:
    content_type = call.headers.get("content-type", "")
    _check_content_type(content_type, operation)
    limit = _limit(call, operation)
    declared = call.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_long(call, operation, limit)
    if operation.body_kind is BodyKind.MULTIPART:
        call.body = await multipart.read_statement_form(chunks, content_type, call.world.limits.statement_max_bytes, call.keyed)
        return
    data = await bodies.read_all(chunks, limit)
    if call.keyed is not None:
        call.keyed.tell(data)
    if operation.body_kind is BodyKind.FORM:
        call.body = bodies.from_token_request(data, _media_type(content_type))
    else:
        call.body = operation.body() if operation.body_optional and not data else bodies.from_json(data, operation.body, operation.noun)


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


def _limit(call: Call, operation: Operation) -> int:
    if operation.body_kind is BodyKind.MULTIPART:
        return multipart.longest_form(call.world.limits.statement_max_bytes)
    return bodies.FORM_LIMIT if operation.body_kind is BodyKind.FORM else bodies.JSON_LIMIT


def _too_long(call: Call, operation: Operation, limit: int) -> Problem:
    if operation.body_kind is BodyKind.MULTIPART:
        return Problem(codes.STATEMENT_TOO_LONG, parameter="statement", limit=call.world.limits.statement_max_bytes)
    return Problem(codes.BODY_TOO_LONG, limit=limit)
