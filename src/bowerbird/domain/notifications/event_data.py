"""The data of an event as it is read: the wire's object as it was, with current addresses and, of a user, the current contact details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bowerbird.domain.services import Session
from bowerbird.domain.users import users
from bowerbird.model.json_value import JsonObject, JsonValue
from bowerbird.storage.rows.events import EventRow


def personal_details_of(session: Session, rows: Sequence[EventRow]) -> dict[str, dict[str, str]]:
    """Current e-mail and mobile, by user, for the events about users: an event stores neither."""
    wanted = {row.user_id for row in rows if row.type.entity == "user"}
    details = users.details_of_users(session, wanted)
    given = {user_id: {"email": each.email, "mobile": each.mobile} for user_id, each in details.items()}
    return {user_id: {name: text for name, text in each.items() if text} for user_id, each in given.items()}


def data_of(row: EventRow, base: str, personal_details: Mapping[str, Mapping[str, str]]) -> JsonObject:
    """What an event is about as the wire shows it; `base` is the public URL."""
    data = _with_links(row.data, base)
    return {**data, **personal_details.get(row.user_id, {})} if row.type.entity == "user" else data


def _with_links(data: JsonObject, base: str) -> dict[str, JsonValue]:
    """The same object with its links on the public URL instead of as paths."""
    return {key: _resolved(key, value, base) if isinstance(value, dict) else value for key, value in data.items()}


def _resolved(key: str, value: JsonObject, base: str) -> JsonObject:
    return {name: f"{base}{path}" for name, path in value.items()} if key == "links" else _with_links(value, base)
