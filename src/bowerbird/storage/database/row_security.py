"""Row-level security on PostgreSQL: the second wall between tenants, behind the condition that every query has anyway.

Every table with an application's id has one policy: a unit of work sees, changes and adds rows of the application it acts for, and of
no other; one that acts for every tenant says so; one that says nothing meets no row. The tables are found in the metadata, and
`secure` runs at the end of every migration, so that no table is forgotten.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bowerbird.storage.database import queue
from bowerbird.storage.database.tables import applications, audit_entries, metadata

POLICY = "own_application_1"
"""Its number counts on whenever the policy's text changes: a policy of another name is replaced."""
_ACTING_FOR = "(SELECT current_setting('bowerbird.application', true))"
"""A sub-select, so that it is asked once a statement instead of once a row."""


class GrantError(Exception):
    """A role cannot be given what serving needs: it says why."""


_REFERRED = f"(SELECT ref FROM {applications.name} WHERE id = {_ACTING_FOR})"  # noqa: S608  (our own words)
_WHOSE = {"application_id": _ACTING_FOR, "application_ref": _REFERRED}
"""What the column that says whose a row is must equal."""


def tenant_tables() -> dict[str, str]:
    """Table → the column that says whose a row is."""
    found = {table.name: name for table in metadata.sorted_tables for name in _WHOSE if name in table.columns}
    return {applications.name: "id", **found}


def unsecured(connection: Connection) -> list[str]:
    """Tables of tenants that lack the policy, or that their owner is free of. None on an engine without roles."""
    if connection.dialect.name != "postgresql":
        return []
    secured = connection.execute(
        text(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relnamespace = current_schema()::regnamespace"
            " AND c.relrowsecurity AND c.relforcerowsecurity AND p.polname = :name"
        ),
        {"name": POLICY},
    )
    return sorted(set(tenant_tables()) - {row[0] for row in secured})


def secure(connection: Connection) -> None:
    """Put up what is missing. Where nothing is, no table is locked."""
    for name in unsecured(connection):
        column = tenant_tables()[name]
        for policy in connection.execute(text("SELECT polname FROM pg_policy WHERE polrelid = CAST(:table AS regclass)"), {"table": name}):
            connection.execute(text(f'DROP POLICY "{policy[0]}" ON {name}'))
        connection.execute(text(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"))
        own = f"{column} = {_WHOSE.get(column, _ACTING_FOR)}"
        connection.execute(text(f"CREATE POLICY {POLICY} ON {name} USING ({own} OR {_ACTING_FOR} = '*')"))


def grant(connection: Connection, role: str) -> None:
    """Give a role what serving needs and no more: rows, not tables. Raises GrantError."""
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first() is None:
        raise GrantError(f"there is no role {role}: create it first (CREATE ROLE {role} LOGIN PASSWORD '…'), then run this again")
    preparer = connection.dialect.identifier_preparer
    to = preparer.quote_identifier(role)
    schema = preparer.quote_identifier(str(connection.execute(text("SELECT current_schema()")).scalar_one()))
    try:
        for statement in (
            f"GRANT USAGE ON SCHEMA {schema} TO {to}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {to}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {to}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {to}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {to}",
            f"GRANT USAGE ON SCHEMA {queue.SCHEMA} TO {to}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {queue.SCHEMA} TO {to}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {queue.SCHEMA} TO {to}",
            f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {queue.SCHEMA} TO {to}",
            f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {to}",
            f"REVOKE UPDATE ON {audit_entries.name} FROM {to}",  # its triggers refuse it as well
        ):
            connection.execute(text(statement))
    except DBAPIError as error:
        raise GrantError(f"{role} cannot be given its rights ({error.orig}): run this as the owner of the tables") from error


def way_around(connection: Connection) -> str:
    """Why the role of this connection is not held by the policies; empty when it is, or where there are no roles."""
    if connection.dialect.name != "postgresql":
        return ""
    role = connection.execute(text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")).one()
    owned = connection.execute(
        text(
            "SELECT 1 FROM pg_class WHERE relname = :table AND relnamespace = current_schema()::regnamespace"
            " AND pg_has_role(relowner, 'MEMBER')"
        ),
        {"table": applications.name},
    ).first()
    if role.rolsuper:
        return f"the role {role.rolname} is a superuser"
    if role.rolbypassrls:
        return f"the role {role.rolname} has BYPASSRLS"
    return f"the role {role.rolname} owns the tables and can lift their policies" if owned else ""
