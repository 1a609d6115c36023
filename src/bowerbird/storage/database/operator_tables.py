"""Tables of the people who run the server. They belong to no application."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from bowerbird.storage.database.schema import id_column, metadata

operators = Table(
    "operators",
    metadata,
    id_column(primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("password", Text, nullable=False),  # argon2
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
)

operator_sessions = Table(
    "operator_sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("operator_id", String(36), ForeignKey("operators.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("device", String(200), nullable=False),  # what the browser calls itself: for its owner to recognise
)

operator_links = Table(
    "operator_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("expires", BigInteger, nullable=False),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("subject", String(64), primary_key=True),  # hash of an address or a name
    Column("count", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
)
