"""The catalogue of response codes, for programs."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.codes import CATALOGUE, Entry
from bowerbird.model.json_value import JsonObject
from bowerbird.scenarios import SCENARIOS


async def list_codes(_call: ApiRequest) -> ApiResponse:
    return as_json({"type": "list", "count": len(CATALOGUE), "data": [described(entry) for entry in CATALOGUE.values()]})


def described(entry: Entry) -> JsonObject:
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
        "recipe": SCENARIOS.get(entry.key),
    }
