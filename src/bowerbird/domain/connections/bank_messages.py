"""What a bank says to a person about their connection, as its connector hands it on: kept sealed, in place of what it sent before."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bowerbird.domain.connections.connections import ConnectionRow, connection_place
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.services import Session
from bowerbird.model.card_numbers import mask_card_numbers
from bowerbird.storage.rows import connections as rows

MAX_MESSAGES = 5
MAX_LETTERS = 300
_LONGEST_READ = 4 * MAX_LETTERS
"""Of what is cleaned: a bank may send much more."""


def plain_messages(texts: Sequence[str]) -> list[str]:
    """The first few, each one line of plain text without control characters and whole card numbers, none of them twice."""
    cleaned = (_plain(text) for text in texts[: 4 * MAX_MESSAGES] if issubclass(type(text), str))
    return list(dict.fromkeys(filter(None, cleaned)))[:MAX_MESSAGES]


def _plain(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text[:_LONGEST_READ])
    return mask_card_numbers(" ".join(printable.split()))[:MAX_LETTERS].rstrip()


def keep_messages(session: Session, connection_id: str, texts: Sequence[str]) -> None:
    """Keep them where the person shares accounts, since they may name one; none in place of those from before."""
    kept, sealed = plain_messages(texts) if read_scope(session).accounts else [], None
    if kept:
        place = connection_place(*session.tenant, connection_id, "messages")
        sealed = session.services.vault.seal(session.uow, msgspec.json.encode(kept), place)
    rows.update_connection(session.uow, session.tenant.application_id, connection_id, messages=sealed)


def messages_of(session: Session, row: ConnectionRow) -> list[str]:
    """What the bank of a connection sent last, while the person shares accounts."""
    if row.messages is None or not read_scope(session).accounts:
        return []
    place = connection_place(row.application_id, row.user_id, row.id, "messages")
    return msgspec.json.decode(session.services.vault.open(session.uow, row.messages, place), type=list[str])
