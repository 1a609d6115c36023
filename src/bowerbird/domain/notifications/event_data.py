"""What an event says when it is read: the wire's object as it was, with addresses of today and, of users, their particulars of today."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bowerbird.domain.services import Session
from bowerbird.domain.users import users
from bowerbird.model.event import EventType


def personal_details_of(session: Session, found: Sequence[Any]) -> dict[str, dict[str, str]]:
    """Email and mobile of today, by user, for the events about users: an event keeps none."""
    wanted = {row.user_id for row in found if EventType(row.type).entity == "user"}
    details = users.details_of_users(session, wanted)
    given = {user_id: {"email": each.email, "mobile": each.mobile} for user_id, each in details.items()}
    return {user_id: {name: text for name, text in each.items() if text} for user_id, each in given.items()}


def data_of(row: Any, base: str, personal_details: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What an event is about as the wire shows it; `base` is the public URL."""
    data = _with_links(json.loads(row.data), base)
    return {**data, **personal_details.get(row.user_id, {})} if EventType(row.type).entity == "user" else data


def _with_links(data: dict[str, Any], base: str) -> dict[str, Any]:
    """Paths of links on the public URL."""
    links = {name: f"{base}{path}" for name, path in data.get("links", {}).items()}
    inner = {key: _with_links(value, base) for key, value in data.items() if isinstance(value, dict) and key != "links"}
    return data | inner | ({"links": links} if links else {})
