"""Data out from the command line: a user's accounts and transactions as a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, opened, settings_from
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.domain.access.tenant import Tenant
    from bowerbird.domain.services import Services

User = Annotated[str, typer.Option("--user", metavar="USER_ID", help="Whose accounts and transactions.")]
Format = Annotated[str, typer.Option("--format", metavar="ofx|qif|csv|hledger|beancount", help="How they are written.")]
Chosen = Annotated[list[str] | None, typer.Option("--account", metavar="ACCOUNT_ID", help="Only this account; may be given several times.")]


def export(user: User, file_format: Format, account: Chosen = None, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Write what a user shares, posted transactions of all accounts, to standard output. Pending ones come with a later export."""
    from bowerbird.domain.feeds.export import ExportFormat, read_export, write_export
    from bowerbird.domain.operators.audit import AuditAction, beside
    from bowerbird.model.problem import Problem

    try:
        chosen = ExportFormat(file_format)
    except ValueError:
        raise CommandRefused(f"{file_format[:40]} is no format: choose from {', '.join(ExportFormat)}") from None
    with opened(settings_from(data, database_url)) as services:
        tenant = _tenant_of(services, user)
        action = AuditAction("export_transactions", application_id=tenant.application_id, user_id=user)
        try:
            accounts = services.write_now(beside(read_export, action), account, tenant=tenant)
        except Problem as problem:
            raise CommandRefused(f"user {user}: {problem.detail}") from None
        unknown = set(account or ()) - {each.id for each in accounts}
        if unknown:
            raise CommandRefused(f"user {user} shares no account {', '.join(sorted(unknown))[:200]}")
        for part in write_export(accounts, chosen, services.clock.now().date()):
            sys.stdout.write(part)


def _tenant_of(services: Services, user_id: str) -> Tenant:
    """The user and the application that they belong to. Raises CommandRefused where no application has such a user."""
    from bowerbird.domain.users.users import find_tenant
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT

    tenant = services.read_now(find_tenant, user_id, tenant=EVERY_TENANT)
    if tenant is None:
        raise CommandRefused(f"there is no user {user_id[:40]}: the dashboard lists users, and GET /users does")
    return tenant
