"""Tables of consents: policies, what people agreed to, auth links, and the sessions of people on the consent pages."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, text

from bowerbird.model.consent import Action, ConsentStatus, LinkState, Policy
from bowerbird.storage.database.schema import EnumWord, Json, WordList, WordSet, metadata
from bowerbird.storage.database.schema import id_column as _id

_TIMED = text("next_due_at_ms IS NOT NULL")

consent_policies = Table(
    "consent_policies",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    Column("document", Json(Policy), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Index("policies_of_application", "application_id", "created_at_ms"),
)

consents = Table(
    "consents",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    _id("user_id"),
    _id("policy_id"),
    Column("status", EnumWord(ConsentStatus, 16), nullable=False),
    Column("scopes", WordSet(), nullable=False),  # the scopes agreed to
    Column("earliest_day", Integer, nullable=False),  # data of earlier days was not agreed to
    Column("retains_data", Boolean, nullable=False),  # as its policy says
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
    Column("next_due_at_ms", BigInteger),  # the next reminder, warning or expiry; None once it has ended
    Index("consents_of_user", "user_id", "created_at_ms"),
    Index("consents_due", "next_due_at_ms", sqlite_where=_TIMED, postgresql_where=_TIMED),
)

auth_links = Table(
    "auth_links",
    metadata,
    Column("user_id", String(36), primary_key=True),  # the newest only
    _id("application_id"),
    _id(unique=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("secret", LargeBinary, nullable=False),  # sealed: what the public address ends in
    Column("mobile", LargeBinary, nullable=False),  # sealed
    Column("state", EnumWord(LinkState, 16), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("code", LargeBinary),  # sealed: the code that was sent last
    Column("code_expires_at_ms", BigInteger),
    Column("codes_sent", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
)

person_sessions = Table(
    "person_sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    _id("application_id"),
    _id("user_id"),
    Column("action", EnumWord(Action, 16), nullable=False),
    Column("state", Text, nullable=False),  # the application's own text, returned to it at the end
    Column("institution_id", String(7), nullable=False),  # chosen by the application; empty: the person chooses
    Column("connection_id", String(36), nullable=False),
    Column("link_id", String(36), nullable=False),  # of the auth link that opened it; empty: a token did
    Column("job_ids", WordList(), nullable=False),  # jobs started in this session, oldest first
    Column("finished", Boolean, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Index("sessions_of_person", "user_id"),
    Index("person_sessions_over", "expires_at_ms"),
)
