"""The catalogue of response codes, for programs."""

from __future__ import annotations

from typing import Any

from bowerbird.api.call import Call
from bowerbird.api.reply import Reply, as_json
from bowerbird.codes import CATALOGUE, Entry
from bowerbird.recipes import RECIPES


async def list_codes(_call: Call) -> Reply:
    return as_json({"type": "list", "count": len(CATALOGUE), "data": [described(entry) for entry in CATALOGUE.values()]})


def described(entry: Entry) -> dict[str, Any]:
    return {
        "type": "code",
        "id": entry.key,
        "code": entry.code,
        "variant": entry.variant,
        "http": entry.http,
        "title": entry.title,
        "detail": entry.detail,
        "where": list(entry.where),
        "actor": entry.slug.actor.value,
        "retry": entry.slug.retry.value,
        "recipe": RECIPES.get(entry.key),
    }
