"""Tables of what was read of statements, and of the unknown products and layouts they showed. Found in `tables` with every table."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from bowerbird.model.account import AccountClass
from bowerbird.model.statement import FileKind, LayoutDecision, UnknownKind
from bowerbird.storage.database.schema import EnumWord, id_column, metadata

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
    Index("same_print", "application_id", "institution_id", "kind", "name", unique=True),
)
