"""Tokens."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas import Token
from bowerbird.domain.access import tokens


async def create_token(request: ApiRequest) -> ApiResponse:
    key = tokens.api_key_of(request.headers.get("authorization"))
    version = tokens.version_of(request.headers.get("basiq-version"))
    fields: dict[str, str] = {name.lower(): value for name, value in request.body.items()}
    scope, user_id = fields.get("scope"), fields.get("userid")
    token, ttl = await tokens.exchange_key(request.services, key, version, scope, user_id)
    reply = as_json(Token(access_token=token, token_type="Bearer", expires_in=ttl))
    reply.headers["Cache-Control"] = "no-store"
    return reply
