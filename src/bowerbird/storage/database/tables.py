"""Every table, once. Both engines are built from here by the migrations; a test holds the two against each other.

Moments are integers of milliseconds since 1970, days are integers since 1970-01-01, money is integer cents. Every table that
belongs to a tenant carries `application_id`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    text,
)

from bowerbird.model.account import AccountClass, AccountDetails
from bowerbird.model.connection import ConnectionStatus, Method
from bowerbird.model.consent import Action, Branding, ConsentStatus, DeletionReason, LinkState, Policy
from bowerbird.model.days import Interval, UndecidedDay
from bowerbird.model.event import AlertKind, AlertWay, EventType, MessageState, WebhookStatus
from bowerbird.model.insights.snapshot import SnapshotKind
from bowerbird.model.job import JobKind, JobState, JobStepResult, StepStatus, StepTitle
from bowerbird.model.reading import ActionOutcome, PendingRows, Reader, ReadKind, Role
from bowerbird.model.statement import Fact, FileKind, LayoutDecision, UnknownKind
from bowerbird.model.transaction import TransactionClass
from bowerbird.storage.database.append_only import keep_rows
from bowerbird.storage.database.schema import EnumCode, EnumWord, Id, Json, WordList, WordSet, id_column, ref_column
from bowerbird.storage.database.schema import id_column as _id
from bowerbird.storage.database.schema import metadata as metadata  # noqa: PLC0414  (found here with every table)

PENDING_DAY = 2_000_000
"""`post_day` of a transaction that has not posted: after every real day, so that pending ones lead a newest-first list."""

rate_counters = Table(
    "hits",
    metadata,
    Column("ends", BigInteger, primary_key=True, autoincrement=False),  # of the window, in milliseconds
    Column("subject", String(64), primary_key=True),  # a keyed hash of what is limited: no address is kept
    Column("count", Integer, nullable=False),
    Index("hits_of_subject", "subject", "ends"),
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
    Column("refresh_hours", Integer),  # between refreshes by the schedule, 0: none; None: as the kind of connection has it
    Column("branding", Json(Branding), nullable=False, server_default="{}"),
    Column("logo", LargeBinary),  # a PNG
    Column("logo_hash", String(64), nullable=False, server_default=""),  # SHA-256 of the logo; empty: none
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
    Column("email_hash", String(64)),  # keyed hash: finds who has an email without opening any details
    Column("mobile_hash", String(64)),
    Column("version", Integer, nullable=False),  # grows whenever anything a client can read about the user changes
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index("users_of_application", "application_id", "created", "id"),
    Index("users_by_email", "email_hash"),
    Index("users_by_mobile", "mobile_hash"),
    sqlite_autoincrement=True,
)

_SCHEDULED = text("refresh_at_ms IS NOT NULL")
_HAS_ACCESS = text("access_hash IS NOT NULL")

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
    Column("secret", LargeBinary),  # sealed: what the connector keeps between jobs, such as a token that rotates
    Column("access_hash", String(64)),  # keyed hash of the bank's own id of the access: its notices name that
    Column("messages", LargeBinary),  # sealed JSON: the last sentences of the bank to the person
    Column("created_at_ms", BigInteger, nullable=False),
    Column("last_used_at_ms", BigInteger),
    Column("refresh_at_ms", BigInteger),  # when the schedule refreshes it next; None: not by itself
    Column("refresh_failures", Integer, nullable=False, server_default="0"),  # of its jobs in a row
    Index("connections_to_refresh", "refresh_at_ms", sqlite_where=_SCHEDULED),
    Index("connections_of_access", "access_hash", sqlite_where=_HAS_ACCESS),
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
    Column("attempts", Integer, nullable=False),  # readings of its file that may have ended with their process, since the last step or wait
    Column("lease_owner", String(64)),
    Column("lease_expires_at_ms", BigInteger),  # by the lease clock
    Column("waits_for", String(36)),  # an earlier job with the same login or of the same connection; each job has one follower at most
    Column("checkpoint", LargeBinary),  # sealed: the connector's session or challenge state, and the person's answers
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("failure_reason", Text),  # why a statement was refused, with page and row, where the result says less
    Index("jobs_of_user", "user_id", "created_at_ms"),
    Index("jobs_of_connection", "connection_id", "kind", "created_at_ms"),
    Index("jobs_unfinished", "application_id", "user_id", sqlite_where=_UNFINISHED),
    # To count them. One index of all unfinished jobs by state would be what SQLite finds due jobs with, looking at each of them.
    Index("jobs_queued", "state", sqlite_where=_QUEUED),
    Index("jobs_waiting", "state", sqlite_where=_WAITING),
    Index("jobs_by_change", "updated_at_ms"),
    Index("jobs_due", "due_at_ms", sqlite_where=_UNFINISHED),
    Index("jobs_in_line", "application_id", "due_at_ms", sqlite_where=_IN_FLIGHT),
    Index(
        "one_job_in_flight",
        "connection_id",
        unique=True,
        sqlite_where=_IN_FLIGHT,
    ),
    Index("jobs_waiting_for", "waits_for", sqlite_where=_FOLLOWING),
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

hourly_outcomes = Table(  # how jobs that ask a bank ended, counted by the hour: of no person
    "hourly_outcomes",
    metadata,
    Column("application_id", String(36), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),  # hours since 1970, by the clock of jobs
    Column("institution_id", String(7), primary_key=True),
    Column("code", String(64), primary_key=True),  # of the step that failed; empty: the job succeeded
    Column("within_s", Integer, primary_key=True, autoincrement=False),  # from its creation to its end at most; 0 for a failure
    Column("count", Integer, nullable=False),
    Column("last_at_ms", BigInteger, nullable=False),  # when the latest of them ended
    Index("outcomes_by_hour", "hour"),
    sqlite_with_rowid=False,
)

alerts = Table(  # what an application's operators want to hear of
    "alerts",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    Column("percent", Integer, nullable=False),  # of the jobs that ended: so many failures begin it
    Column("window_hours", Integer, nullable=False),
    Column("min_jobs", Integer, nullable=False),  # that ended in the window: with fewer it does not begin
    Column("institutions", Json(list[str]), nullable=False),  # ids; empty: all
    Column("webhook_id", String(36)),  # that is sent a message; None: none
    Column("address", Text, nullable=False),  # of a mailbox; empty: none
    Column("begun_at_ms", BigInteger),  # since when it goes on; None: it does not
    Column("due_at_ms", BigInteger, nullable=False, index=True),  # when it is looked at next
    Column("created_at_ms", BigInteger, nullable=False),
    Index("alerts_of_application", "application_id", "created_at_ms"),
    Index("alerts_going_on", "begun_at_ms", sqlite_where=text("begun_at_ms IS NOT NULL")),
)

_UNSENT = text("due_at_ms IS NOT NULL")

alert_notices = Table(  # one for each beginning and end of an alert, and each way to send it
    "alert_notices",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    _id("alert_id"),
    Column("kind", EnumWord(AlertKind, 16), nullable=False),
    Column("way", EnumWord(AlertWay, 16), nullable=False),
    Column("text", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at_ms", BigInteger),  # of the next attempt; None: none follows
    Column("sent_at_ms", BigInteger),
    Column("problem", Text, nullable=False),  # why the last attempt failed; empty where none did
    Column("created_at_ms", BigInteger, nullable=False, index=True),
    Index("notices_due", "due_at_ms", sqlite_where=_UNSENT),
    Index("notices_of_alert", "application_id", "alert_id", "created_at_ms"),
)

job_pages = Table(  # of a bank's listing, until its job has all of them
    "job_pages",
    metadata,
    id_column(primary_key=True),
    id_column("application_id"),
    Column("user_id", String(36), nullable=False, index=True),
    Column("job_id", String(36), nullable=False),
    Column("position", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed JSON: account, rows, and the word for the next page
    Index("pages_of_job", "job_id", "position", unique=True),
)

access_endings = Table(  # access at banks that the server is to end there, and what only the person can end
    "access_endings",
    metadata,
    id_column(primary_key=True),
    id_column("application_id"),
    Column("user_id", String(36), nullable=False, index=True),  # empty once the user is deleted
    Column("institution_id", String(7), nullable=False),
    Column("secret", LargeBinary),  # sealed under the application's key; None where only the person can end it
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at_ms", BigInteger, nullable=False, index=True),  # the next attempt; without a secret: when the row is deleted
    Column("created_at_ms", BigInteger, nullable=False),
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
    Column("mapping", Text),  # what the columns of a table mean; empty while a person has still to say it
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
    Column("undecided", Json(list[UndecidedDay]), nullable=False),
    Column("proved", Integer, nullable=False),  # facts that arithmetic confirmed
    Column("certificate", Json(list[Fact]), nullable=False),
    Column("signs", Json(list[str]), nullable=False),  # weak signs of alteration, each in a sentence
    Column("score", Integer, nullable=False),  # of the signs together, 0 to 100
    Column("created", BigInteger, nullable=False),
    Column("first_new_id", Id),  # of the transactions that this statement was the first to show; their ids follow one another
    Column("last_new_id", Id),
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

_BIG = BigInteger().with_variant(Integer, "sqlite")
"""A key that SQLite keeps as its own row number."""

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
    Column("enrichment_ref", BigInteger),  # of what its text means, in `enrichments`; None until that is worked out
    Column("clean", LargeBinary),  # the end of the wire's `enrich` that is the transaction's own: clean text, the card's tag
    Column("document", LargeBinary, nullable=False),  # the wire's JSON up to what the account and the public URL decide
    Index("transactions_by_id", "user_ref", "id"),
    Index("same_transaction", "user_ref", "account_ref", "post_day", "identity", unique=True),
    sqlite_with_rowid=False,
)

enrichments = Table(
    "enrichments",
    metadata,
    Column("ref", _BIG, primary_key=True, autoincrement=False),  # follows from the document: the same in every database
    Column("document", LargeBinary, nullable=False),  # category, merchant, place as the wire's JSON: words of rule packs, of no person
)

_TO_ENRICH = text("next_day IS NOT NULL")

enrichment_states = Table(
    "enrichment_states",
    metadata,
    ref_column("user_ref", primary_key=True, autoincrement=False),
    ref_column("application_ref"),
    Column("rules", String(12), nullable=False),  # the version that the rows before `next_day` were enriched by
    Column("own_version", Integer, nullable=False),  # of the application's own rules, that they were enriched by
    Column("next_day", Integer),  # rows from this day on wait, None: none does
    Column("next_id", Id),  # of that day, rows after this one
    Column("generation", Integer, nullable=False),  # grows with every import: what was read before it is not written
    Column("waits_since_ms", BigInteger),  # by the lease clock: since an import left rows to wait; None: none does
    Index("enrichments_due", "waits_since_ms", sqlite_where=_TO_ENRICH),
    Index("enrichments_by_rules", "rules"),
    Index("enrichments_by_own_rules", "application_ref", "own_version"),
)

category_overrides = Table(
    "category_overrides",
    metadata,
    ref_column("user_ref", primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True),  # of the transaction
    ref_column("application_ref"),
    Column("leaf", String(32), nullable=False),  # what the application says that it is
    sqlite_with_rowid=False,
)

own_rules = Table(  # what an application says of all rows that meet a condition
    "own_rules",
    metadata,
    ref_column("application_ref", primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True),  # the newest counts
    Column("created_at_ms", BigInteger, nullable=False),
    Column("rules", LargeBinary, nullable=False),  # JSON, in their order
    sqlite_with_rowid=False,
)

_SEPARATED = text("separated_id IS NOT NULL")

transaction_sources = Table(  # files and feeds that showed a transaction after the first one did
    "transaction_sources",
    metadata,
    ref_column("application_ref"),
    ref_column("user_ref", primary_key=True, autoincrement=False),
    Column("transaction_id", Id, primary_key=True),
    Column("source_id", Id, primary_key=True),  # the job that read a file, or the connection of a feed
    Column("seen_at_ms", BigInteger, nullable=False),
    Column("how", String(64), nullable=False),  # how the transaction was found, and how sure that is
    Column("identity", LargeBinary(16)),  # in this source, where it differs from the transaction's
    Column("shown", LargeBinary),  # JSON of what the source shows, where it differs from what was stored
    Column("document_before", LargeBinary),  # what the source changed: the transaction as it was before
    Column("identity_before", LargeBinary(16)),
    Column("separated_from", Id),  # the transaction that shows it where no operator decides otherwise; empty while that is this one
    Column("separated_by", Text),  # the operator who decided it
    Column("separated_at_ms", BigInteger),
    Column("separated_id", Id),  # the transaction that the decision gives it; of a first source its own
    Column("overruled_by", Text),  # what a proven statement says against the decision
    Index("sources_separated", "user_ref", sqlite_where=_SEPARATED),
    sqlite_with_rowid=False,
)

database_facts = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),  # facts about the database itself
)

vault_keys = Table(
    "vault_keys",
    metadata,
    id_column("application_id", primary_key=True),  # empty with the server's own key
    id_column("user_id", primary_key=True),  # empty with an application's own key
    Column("master", String(16), nullable=False, index=True),  # id of the master key that wraps it
    Column("wrapped", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

operators = Table(
    "operators",
    metadata,
    id_column(primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("password", Text, nullable=False),  # argon2
    Column("role", EnumWord(Role, 16), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("totp", LargeBinary),  # sealed secret of the authenticator; None without one
    Column("totp_offered", LargeBinary),  # sealed secret that was shown, and has not been confirmed with a code
    Column("totp_step", BigInteger, nullable=False, server_default="0"),  # the last period whose code was used: none works twice
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
    Column("awaits_code", Boolean, nullable=False),  # the password was right, and the authenticator's code is still to come
)

operator_links = Table(
    "operator_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("expires", BigInteger, nullable=False),
    Column("role", EnumWord(Role, 16), nullable=False),  # of the operator that it makes
    Column("operator_id", String(36), ForeignKey("operators.id", ondelete="CASCADE")),  # whose password it sets; None: a new operator's
    Column("invited_by", String(36), nullable=False, index=True),  # an operator; empty: the command line, or the first start
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("position", _BIG, primary_key=True, autoincrement=True),
    id_column(unique=True),
    Column("created", BigInteger, nullable=False),  # by the machine's clock
    Column("operator_id", String(36), nullable=False),  # empty: the command line, or the server itself
    Column("action", String(48), nullable=False),  # the name of a page or a command
    Column("outcome", EnumWord(ActionOutcome, 8), nullable=False),
    Column("application_id", String(36), nullable=False),
    Column("user_id", String(36), nullable=False),
    Column("subject", String(64), nullable=False),  # id of the key, webhook, message or operator it is about
    Column("address", String(64), nullable=False),  # where the request came from
    Column("deletes_before_ms", BigInteger),  # of an entry that records what the retention deleted
    Index("audit_by_age", "created", "position"),
    Index("audit_of_operator", "operator_id", "created", "position"),
    Index("audit_of_user", "user_id", "created", "position"),
    Index("audit_of_action", "action", "created", "position"),
    sqlite_autoincrement=True,
)
keep_rows(audit_entries)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("subject", String(64), primary_key=True),  # hash of an address, a name, both, or a browser
    Column("count", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("sign_in_attempts_over", "until"),
)

parsed_statements = Table(
    "readings",
    metadata,
    Column("job_id", String(36), primary_key=True),
    id_column("application_id"),
    Column("user_id", String(36), nullable=False, index=True),
    Column("institution_id", String(7), nullable=False),
    Column("kind", EnumWord(FileKind, 8), nullable=False),
    Column("size", Integer, nullable=False),  # of the file, in bytes
    Column("rows", Integer, nullable=False),  # transactions it was read to hold
    Column("content", LargeBinary, nullable=False),  # sealed JSON: the rows as read, and where they stand
    Column("created", BigInteger, nullable=False),
)

unknown_layouts = Table(
    "new_prints",
    metadata,
    id_column(primary_key=True),
    id_column("application_id"),
    Column("institution_id", String(7), nullable=False),
    Column("kind", EnumWord(UnknownKind, 8), nullable=False),
    Column("name", Text, nullable=False),  # of the product as printed; empty where it may be anything else
    Column("times", Integer, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("job_id", String(36)),  # the latest that met it
    Column("decision", EnumWord(LayoutDecision, 16), nullable=False),
    Column("account_class", EnumWord(AccountClass, 16)),  # what a mapped product is
    Column("decided", BigInteger),
    Column("decided_by", Text),
    Column("mapping", Text),  # what the columns of a table mean: headings, places and forms, no word of a row
    Index("same_print", "application_id", "institution_id", "kind", "name", unique=True),
)

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
    Column("language", String(8), nullable=False),  # of the page on which it was given or extended last: reminders are in it
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
    Column("next_due_at_ms", BigInteger),  # the next reminder, warning or expiry; None once it has ended
    Index("consents_of_user", "user_id", "created_at_ms"),
    Index("consents_due", "next_due_at_ms", sqlite_where=_TIMED),
)

_KINDS = (
    ReadKind.ACCOUNTS,
    ReadKind.TRANSACTIONS,
    ReadKind.IDENTITY,
    ReadKind.CONNECTIONS,
    ReadKind.PROGRESS,
    ReadKind.EVENTS,
    ReadKind.STATEMENTS,
    ReadKind.INSIGHTS,
    ReadKind.FEED,
    ReadKind.EXPORT,
)

reading_log = Table(
    "reading_log",
    metadata,
    ref_column("application_ref"),
    ref_column("user_ref", primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # in UTC
    Column("kind", EnumCode(_KINDS), primary_key=True),
    Column("reader", EnumCode((Reader.APPLICATION, Reader.OPERATOR)), primary_key=True),
    Column("consent_id", String(36), primary_key=True),  # empty: the user had none
    Column("reads", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_CODED = text("code IS NOT NULL")

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
    Index("auth_links_coded", "code_expires_at_ms", sqlite_where=_CODED),
)

person_contacts = Table(
    "person_contacts",
    metadata,
    Column("user_id", String(36), primary_key=True),
    _id("application_id"),
    Column("contact", LargeBinary, nullable=False),  # sealed: the mobile or e-mail address that codes go to
    Column("created_at_ms", BigInteger, nullable=False),
    Column("code", LargeBinary),  # sealed: the code that was sent last
    Column("code_expires_at_ms", BigInteger),
    Column("codes_sent", Integer, nullable=False),  # since `codes_since_ms`
    Column("codes_since_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("contacts_coded", "code_expires_at_ms", sqlite_where=_CODED),
)

corrections = Table(  # what a person says of what their money is taken for: it stands beside the figures, and never changes one
    "corrections",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("transaction_id", Id, primary_key=True),
    _id("application_id"),
    Column("statement", LargeBinary, nullable=False),  # sealed: of which kind it is, and the person's words
    Column("created_at_ms", BigInteger, nullable=False),
)

deletion_receipts = Table(
    "deletion_receipts",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    Column("user_id", String(36), nullable=False, index=True),  # of a user who is deleted: a hash, which tells their id from others alone
    _id("consent_id"),
    Column("reason", EnumWord(DeletionReason, 16), nullable=False),
    Column("connections", Integer, nullable=False),  # how many were deleted, here and below
    Column("accounts", Integer, nullable=False),
    Column("transactions", Integer, nullable=False),
    Column("statements", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    Column("deleted_at_ms", BigInteger, nullable=False),
    Index("receipts_of_application", "application_id", "reason", "deleted_at_ms", "id"),
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
    Column("proven_until_ms", BigInteger),  # until when a code has shown that it is the person
    Column("expires_at_ms", BigInteger, nullable=False),
    Index("sessions_of_person", "user_id"),
    Index("person_sessions_over", "expires_at_ms"),
)

feeds = Table(
    "feeds",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    _id("user_id"),
    Column("name", Text, nullable=False),  # of the program that reads it, as the person calls it
    Column("pending", EnumWord(PendingRows, 8), nullable=False),
    Column("claim_hash", String(64), nullable=False),  # of the setup token
    Column("secret_hash", String(64)),  # of the password of the access URL; None until the token is claimed
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),  # of the setup token
    Column("claimed_at_ms", BigInteger),
    Column("claimed_again_at_ms", BigInteger),  # when the setup token was sent once more: a second program has it
    Column("last_used_at_ms", BigInteger),
    Index("feeds_of_user", "user_id"),
)

feed_amounts = Table(
    "feed_amounts",
    metadata,
    _id("application_id"),
    _id("user_id"),
    _id("feed_id", primary_key=True),
    _id("account_id"),
    _id("transaction_id", primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),  # 0: what was sent first; then each difference
    Column("cents", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),  # on which it was sent
    Index("feed_amounts_of_user", "user_id"),
    Index("feed_amounts_of_day", "feed_id", "day", "transaction_id"),
)

insight_snapshots = Table(
    "insight_snapshots",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    _id("user_id"),  # the first of its users
    Column("kind", EnumWord(SnapshotKind, 16), nullable=False),
    Column("heading", LargeBinary, nullable=False),  # sealed under the key of each of its users: destroying one closes it
    Column("content", LargeBinary),  # sealed alike: rows and figures; None while the job of a report has not made them
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger),  # None: kept as long as its users and their consents
    Index("insight_snapshots_of_user", "user_id", "kind", "created_at_ms"),
    Index("insight_snapshots_of_application", "application_id", "kind", "created_at_ms"),
    Index("insight_snapshots_expiry", "expires_at_ms"),
)

insight_snapshot_users = Table(
    "insight_snapshot_users",
    metadata,
    Column("snapshot_id", String(36), primary_key=True),
    Column("user_id", String(36), primary_key=True),
    Column("position", Integer, nullable=False),  # of the user among those of the snapshot: the order of its seals
    _id("application_id"),
    Index("insight_snapshots_about", "user_id"),
)

_PENDING = text("state = 'pending'")

events = Table(
    "events",
    metadata,
    Column("position", _BIG, primary_key=True, autoincrement=True),
    _id(unique=True),
    _id("application_id"),
    _id("user_id"),
    Column("type", EnumWord(EventType, 32), nullable=False),
    Column("path", Text, nullable=False),  # of what the event is about, without the public URL
    Column("data", Json(dict[str, Any]), nullable=False),  # the wire's object at that moment, links as paths; nothing personal
    Column("created", BigInteger, nullable=False),
    Index("events_of_application", "application_id", "created", "position"),
    Index("events_of_type", "application_id", "type", "created", "position"),
    Index("events_of_user", "application_id", "user_id", "created", "position"),
    Index("events_by_age", "created"),
)

webhooks = Table(
    "webhooks",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", EnumWord(WebhookStatus, 16), nullable=False),
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("old_secret", LargeBinary),  # sealed: messages are signed with it too until `old_secret_ends_at_ms`
    Column("old_secret_ends_at_ms", BigInteger),
    Column("lease_owner", String(64)),  # who delivers its messages now: one at a time, so that their order is kept
    Column("lease_until", BigInteger),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index("one_webhook_an_address", "application_id", "url", unique=True),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("application_id", String(36), primary_key=True),
    Column("type", EnumWord(EventType, 32), primary_key=True),  # of an application's events, each type goes to one webhook at most
    Column("webhook_id", String(36), nullable=False, index=True),
    sqlite_with_rowid=False,
)

messages = Table(
    "messages",
    metadata,
    Column("position", _BIG, primary_key=True, autoincrement=True),
    _id(unique=True),
    _id("application_id"),
    _id("webhook_id"),
    Column("user_id", String(36)),  # None for a test message
    Column("event_id", String(36), nullable=False),
    Column("type", EnumWord(EventType, 32), nullable=False),
    Column("path", Text),  # of what the event is about; None for a test message
    Column("text", Text),  # of a test message
    Column("state", EnumWord(MessageState, 16), nullable=False),
    Column("attempts", Integer, nullable=False),  # since it was last queued
    Column("due_at", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("messages_due", "webhook_id", "due_at", "position", sqlite_where=_PENDING),
    Index("messages_of_webhook", "application_id", "webhook_id", "created", "position"),
    Index("messages_of_type", "application_id", "webhook_id", "type", "created", "position"),
    Index("messages_of_state", "application_id", "webhook_id", "state", "created", "position"),
    Index("one_message_an_event", "event_id", "webhook_id", unique=True),
    Index("messages_of_user", "user_id"),
    Index("messages_by_age", "created"),
)

message_attempts = Table(
    "message_attempts",
    metadata,
    _id(primary_key=True),
    _id("application_id"),
    Column("message_id", String(36), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("status", Integer),  # of the answer; None where there was none
    Column("response", Text, nullable=False),  # the status in words, or why there was no answer
    Column("moment", BigInteger, nullable=False),
    Column("milliseconds", Integer),  # it took; None where it was not measured
    Column("answer", Text),  # how a refusal's body began, in its receiver's own words: for operators only
    Index("attempts_by_age", "moment"),
)


@event.listens_for(metadata, "before_create")
def _parts_on_postgresql(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    """An index of a part is one of the same part on PostgreSQL. Beside each of them it would load that dialect into every server."""
    if connection.dialect.name == "postgresql":
        for index in (index for table in metadata.tables.values() for index in table.indexes):
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
