"""Tables of the vault and of facts about the database itself. `tables` has them too."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from bowerbird.storage.database.schema import id_column, metadata

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
