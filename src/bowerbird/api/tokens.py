"""Tokens."""

from __future__ import annotations

from bowerbird.api.call import Call
from bowerbird.api.reply import Reply, as_json
from bowerbird.api.shapes import Token
from bowerbird.domain import tokens
from bowerbird.storage.unit_of_work import EVERY_TENANT


async def create_token(call: Call) -> Reply:
    key = tokens.api_key_of(call.headers.get("authorization"))
    version = tokens.version_of(call.headers.get("basiq-version"))
    fields: dict[str, str] = {name.lower(): value for name, value in call.body.items()}
    scope, user_id = fields.get("scope"), fields.get("userid")
    token, ttl = await call.world.storage.read(
        lambda uow: tokens.create_token(call.world, uow, key, version, scope, user_id), tenant=EVERY_TENANT
    )
    reply = as_json(Token(access_token=token, token_type="Bearer", expires_in=ttl))
    reply.headers["Cache-Control"] = "no-store"
    return reply
