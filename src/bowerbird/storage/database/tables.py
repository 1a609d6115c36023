"""Every table, once. Both engines are built from here by the migrations; a test holds the two against each other.

Moments are integers of milliseconds since 1970, days are integers since 1970-01-01, money is integer cents. Every table that
belongs to a tenant carries `application_id`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from bowerbird.model.account import AccountClass, AccountDetails
from bowerbird.model.connection import ConnectionStatus, Method
from bowerbird.model.days import Interval
from bowerbird.model.job import JobKind, JobState, JobStepResult, StepStatus, StepTitle
from bowerbird.model.statement import Fact, FileKind
from bowerbird.model.transaction import TransactionClass
from bowerbird.storage.database.consent_tables import auth_links as auth_links  # noqa: PLC0414
from bowerbird.storage.database.consent_tables import consent_policies as consent_policies  # noqa: PLC0414
from bowerbird.storage.database.consent_tables import consents as consents  # noqa: PLC0414
from bowerbird.storage.database.consent_tables import person_sessions as person_sessions  # noqa: PLC0414
from bowerbird.storage.database.event_tables import events as events  # noqa: PLC0414
from bowerbird.storage.database.event_tables import message_attempts as message_attempts  # noqa: PLC0414
from bowerbird.storage.database.event_tables import messages as messages  # noqa: PLC0414
from bowerbird.storage.database.event_tables import subscriptions as subscriptions  # noqa: PLC0414
from bowerbird.storage.database.event_tables import webhooks as webhooks  # noqa: PLC0414
from bowerbird.storage.database.operator_tables import operator_links as operator_links  # noqa: PLC0414  (found here with every table)
from bowerbird.storage.database.operator_tables import operator_sessions as operator_sessions  # noqa: PLC0414
from bowerbird.storage.database.operator_tables import operators as operators  # noqa: PLC0414
from bowerbird.storage.database.operator_tables import sign_in_attempts as sign_in_attempts  # noqa: PLC0414
from bowerbird.storage.database.parsed_statement_tables import parsed_statements as parsed_statements  # noqa: PLC0414
from bowerbird.storage.database.parsed_statement_tables import unknown_layouts as unknown_layouts  # noqa: PLC0414
from bowerbird.storage.database.schema import EnumCode, EnumWord, Id, Json, WordSet, id_column, ref_column
from bowerbird.storage.database.schema import metadata as metadata  # noqa: PLC0414  (found here with every table)
from bowerbird.storage.database.vault_tables import database_facts as database_facts  # noqa: PLC0414
from bowerbird.storage.database.vault_tables import vault_keys as vault_keys  # noqa: PLC0414

PENDING_DAY = 2_000_000
"""`post_day` of a transaction that has not posted: after every real day, so that pending ones lead a newest-first list."""

rate_counters = Table(
    "hits",
    metadata,
    Column("ends", BigInteger, primary_key=True, autoincrement=False),  # of the window, in milliseconds
    Column("subject", String(64), primary_key=True),  # a keyed hash of what is limited: no address is kept
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

applications = Table(
    "applications",
    metadata,
    ref_column("ref", primary_key=True),
    id_column(unique=True),
    Column("name", Text, nullable=False),
    Column("production", Boolean, nullable=False),
    Column("products", WordSet, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("redirect_url", Text, nullable=False, server_default=""),  # where the consent pages send people at the end; empty: nowhere
    sqlite_autoincrement=True,  # here and below: a reference is never given out again
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(primary_key=True),
    Column("application_id", String(36), ForeignKey("applications.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("hint", String(8), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)

users = Table(
    "users",
    metadata,
    ref_column("ref", primary_key=True),
    id_column(unique=True),
    id_column("application_id"),
    Column("details", LargeBinary, nullable=False),  # sealed JSON: email, mobile, names, business
    Column("version", Integer, nullable=False),  # grows whenever anything a client can read about the user changes
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index("users_of_application", "application_id", "created", "id"),
    sqlite_autoincrement=True,
)

connections = Table(
    "connections",
    metadata,
    id_column(primary_key=True),
    id_column("application_id"),
    id_column("user_id"),
    Column("institution_id", String(7), nullable=False),
    Column("method", EnumWord(Method, 16), nullable=False),
    Column("status", EnumWord(ConnectionStatus, 16), nullable=False),
    Column("sandbox", Boolean, nullable=False),
    Column("login", LargeBinary),  # sealed; None for statements
    Column("fingerprint", String(64)),  # keyed hash of the login: finds the same login without opening any
    Column("profile", LargeBinary),  # sealed JSON
    Column("created_at_ms", BigInteger, nullable=False),
    Column("last_used_at_ms", BigInteger),
    Index("connections_of_user", "user_id", "created_at_ms"),
    Index("connections_of_application", "application_id", "sandbox", "status"),
)

_QUEUED, _WAITING = text("state = 'queued'"), text("state = 'waiting'")
_UNFINISHED = text("state IN ('queued', 'waiting')")
_IN_FLIGHT = text("state IN ('queued', 'waiting') AND waits_for IS NULL")
_FOLLOWING = text("waits_for IS NOT NULL")

jobs = Table(
    "jobs",
    metadata,
    id_column(primary_key=True),
    id_column("application_id"),
    id_column("user_id"),
    id_column("connection_id"),
    Column("institution_id", String(7), nullable=False),
    Column("kind", EnumWord(JobKind, 16), nullable=False),
    Column("state", EnumWord(JobState, 16), nullable=False),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_expires_at_ms", BigInteger),  # by the lease clock
    Column("waits_for", String(36)),  # an earlier job with the same login or of the same connection; each job has one follower at most
    Column("checkpoint", LargeBinary),  # sealed: the connector's session or challenge state, and the person's answers
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("failure_reason", Text),  # why a statement was refused, with page and row, where the result says less
    Index("jobs_of_user", "user_id", "created_at_ms"),
    Index("jobs_of_connection", "connection_id", "kind", "created_at_ms"),
    Index("jobs_unfinished", "application_id", "user_id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    # To count them. One index of all unfinished jobs by state would be what SQLite finds due jobs with, looking at each of them.
    Index("jobs_queued", "state", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
    Index("jobs_waiting", "state", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("jobs_by_change", "updated_at_ms"),
    Index("jobs_due", "due_at_ms", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    Index(
        "one_job_in_flight",
        "connection_id",
        unique=True,
        sqlite_where=_IN_FLIGHT,
        postgresql_where=_IN_FLIGHT,
    ),
    Index("jobs_waiting_for", "waits_for", sqlite_where=_FOLLOWING, postgresql_where=_FOLLOWING),
)

job_steps = Table(
    "job_steps",
    metadata,
    Column("job_id", String(36), primary_key=True),
    Column("position", Integer, primary_key=True),
    id_column("application_id"),
    Column("title", EnumWord(StepTitle, 32), nullable=False),
    Column("status", EnumWord(StepStatus, 16), nullable=False),
    Column("result", Json(JobStepResult)),
    sqlite_with_rowid=False,
)

uploads = Table(
    "uploads",
    metadata,
    Column("job_id", String(36), primary_key=True),
    id_column("application_id"),
    Column("user_id", String(36), nullable=False, index=True),
    Column("kind", EnumWord(FileKind, 8), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed; empty where the file lies elsewhere
    Column("kept_until", BigInteger),  # of a file that was read and is shown to operators until then
    Column("kept_in", String(16), nullable=False, server_default="database"),  # the `place` of an upload store
    Index("uploads_kept", "kept_until"),
    Index("uploads_by_size", "size"),
)

statements = Table(
    "statements",
    metadata,
    Column("job_id", String(36), primary_key=True),
    Column("account_id", Id, primary_key=True),
    id_column("application_id"),
    Column("user_id", String(36), nullable=False, index=True),
    Column("layout", Text),  # of a PDF; None for text files
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("opening", BigInteger),
    Column("closing", BigInteger),
    Column("mismatch", BigInteger, nullable=False),  # by how much the transactions of its days come to more than its balances say
    Column("proved", Integer, nullable=False),  # facts that arithmetic confirmed
    Column("certificate", Json(list[Fact]), nullable=False),
    Column("signs", Json(list[str]), nullable=False),  # weak signs of alteration, each in a sentence
    Column("score", Integer, nullable=False),  # of the signs together, 0 to 100
    Column("created", BigInteger, nullable=False),
    Index("statements_of_account", "account_id", "first_day"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    id_column("application_id", primary_key=True),
    Column("id", String(64), primary_key=True),  # keyed hash of the client's key
    Column("user_id", String(36), nullable=False, index=True),  # whose data the answer is; empty: no user's
    Column("request", String(64), nullable=False),  # keyed hash of operation, path and body
    Column("status", Integer),
    Column("answer", LargeBinary),  # sealed; as the status, missing only inside the unit of work that makes the thing
    Column("expires", BigInteger, nullable=False),
    Index("idempotency_keys_expiry", "application_id", "expires"),
)

accounts = Table(
    "accounts",
    metadata,
    ref_column("ref", primary_key=True),
    Column("id", Id, nullable=False, unique=True),
    ref_column("application_ref"),
    ref_column("user_ref"),
    id_column("connection_id"),
    Column("institution_id", String(7), nullable=False),
    Column("number", String(64), nullable=False),  # masked where the person did not agree to share it
    Column("recognition", LargeBinary(16), nullable=False),  # keyed hash of the whole number, under the user's key
    Column("currency", String(3), nullable=False),
    Column("name", Text, nullable=False),
    Column("holder", Text),
    Column("class", EnumWord(AccountClass, 16), nullable=False, key="account_class"),
    Column("product", Text, nullable=False),
    Column("balance", BigInteger),
    Column("available", BigInteger),
    Column("credit_limit", BigInteger),
    Column("unavailable", Boolean, nullable=False),
    Column("details", Json(AccountDetails), nullable=False),
    Column("last_updated", BigInteger, nullable=False),
    Column("intervals", Json(list[Interval]), nullable=False),  # days covered by data
    Column("transaction_count", Integer, nullable=False),
    Index("same_account", "user_ref", "institution_id", "recognition", "currency", unique=True),
    sqlite_autoincrement=True,
)

_CLASSES = (
    TransactionClass.BANK_FEE,
    TransactionClass.PAYMENT,
    TransactionClass.CASH_WITHDRAWAL,
    TransactionClass.TRANSFER,
    TransactionClass.LOAN_INTEREST,
    TransactionClass.REFUND,
    TransactionClass.DIRECT_CREDIT,
    TransactionClass.INTEREST,
    TransactionClass.LOAN_REPAYMENT,
)

transactions = Table(
    "transactions",
    metadata,
    ref_column("application_ref"),
    ref_column("user_ref", primary_key=True, autoincrement=False),
    ref_column("account_ref"),
    Column("post_day", Integer, primary_key=True, autoincrement=False),  # PENDING_DAY while pending
    Column("amount", BigInteger, nullable=False),
    Column("id", Id, primary_key=True),
    Column("identity", LargeBinary(16), nullable=False),
    Column("class", EnumCode(_CLASSES), nullable=False, key="transaction_class"),
    Column("matched", String(64), nullable=False),  # how a pending transaction was found again, and how sure that is; else empty
    Column("document", LargeBinary, nullable=False),  # the wire's JSON up to what the account and the public URL decide
    Index("transactions_by_id", "user_ref", "id"),
    Index("same_transaction", "user_ref", "account_ref", "post_day", "identity", unique=True),
    sqlite_with_rowid=False,
)
