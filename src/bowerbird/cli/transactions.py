"""`bowerbird transaction`: which files and feeds show one; separating and joining wrong matches. `bowerbird export`: all in a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, opened, settings_from
from bowerbird.console import CommandRefused, Json, print_columns

if TYPE_CHECKING:
    from bowerbird.domain.access.tenant import Tenant
    from bowerbird.domain.services import Services, Session
    from bowerbird.domain.statements.lineage import Lineage, Separation, TransactionSource
    from bowerbird.model.json_value import JsonObject

app = typer.Typer(help="Where transactions come from; wrong matches, separated and joined again.", no_args_is_help=True)

ApplicationId = Annotated[str, typer.Argument(metavar="APPLICATION_ID", help="Its id, from `bowerbird app list`.")]
UserId = Annotated[str, typer.Argument(metavar="USER_ID", help="Whose transaction it is.")]
TransactionId = Annotated[str, typer.Argument(metavar="TRANSACTION_ID", help="The transaction.")]
SourceId = Annotated[str, typer.Argument(metavar="SOURCE_ID", help="The file or feed, from `bowerbird transaction sources`.")]

_USER_HELP = "Whose accounts and transactions: the id on the user's page of the dashboard, or of GET /users."
OfUser = Annotated[str, typer.Option("--user", metavar="USER_ID", help=_USER_HELP)]
Format = Annotated[str, typer.Option("--format", metavar="ofx|qif|csv|hledger|beancount", help="How they are written.")]
Chosen = Annotated[list[str] | None, typer.Option("--account", metavar="ACCOUNT_ID", help="Only this account; may be given several times.")]

OPERATOR = "the command line"
BROKEN_PIPE = 141
"""The status that shells give a program which SIGPIPE ended."""


@app.command()
def sources(
    application_id: ApplicationId,
    user_id: UserId,
    transaction_id: TransactionId,
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """List the files and feeds that show a transaction, the earliest first, and what was separated from it."""
    from bowerbird.domain.access.tenant import Tenant
    from bowerbird.domain.consents.reading_log import write_down_now
    from bowerbird.domain.operators.audit import AuditAction, beside
    from bowerbird.domain.statements.lineage import get_lineage
    from bowerbird.model.problem import Problem
    from bowerbird.model.reading import Reader, ReadKind

    tenant = Tenant(application_id, user_id)
    with opened(settings_from(data, database_url)) as services:
        action = AuditAction("show_transaction", application_id=application_id, user_id=user_id, subject=transaction_id)
        try:
            lineage = services.write_now(beside(get_lineage, action), transaction_id, tenant=tenant)
        except Problem:
            raise _unknown(tenant, transaction_id) from None
        services.reads.record(services.clock.now(), *tenant, ReadKind.TRANSACTIONS, Reader.OPERATOR)
        write_down_now(services)
    if as_json:
        typer.echo(json.dumps(_described(lineage)))
        return
    _print(lineage)


def _described(lineage: Lineage) -> JsonObject:
    return {
        "transactionId": lineage.transaction.id,
        "sources": [_source(source) for source in lineage.sources],
        "separatedFrom": _separation(lineage.separation) if lineage.separation else None,
        "separated": [_separation(each) for each in lineage.separations],
    }


def _source(source: TransactionSource) -> JsonObject:
    from bowerbird.model.clock import from_milliseconds, wire_time
    from bowerbird.model.money import format_cents

    shown = source.transaction
    return {
        "sourceId": source.source_id,
        "kind": "feed" if source.file is None else source.file.kind.value if source.file.kind else "file",
        "read": wire_time(from_milliseconds(source.seen_at_ms)),
        "postDate": shown.posted.isoformat() if shown.posted else None,
        "description": shown.description,
        "amount": format_cents(shown.amount),
        "balance": None if shown.balance is None else format_cents(shown.balance),
        "how": source.how,
    }


def _separation(separation: Separation) -> JsonObject:
    return {
        "transactionId": separation.kept_id or None,
        "separatedId": separation.separated_id,
        "sourceId": separation.source_id,
        "operator": separation.operator,
        "overruledBy": separation.overruled_by or None,
    }


def _print(lineage: Lineage) -> None:
    rows = [_source(source) for source in lineage.sources]
    names = ("sourceId", "kind", "postDate", "amount", "how", "description")
    lines = [[str(row[name] or "-") for name in names] for row in rows]
    print_columns(("SOURCE ID", "KIND", "DAY", "AMOUNT", "FOUND BY", "DESCRIPTION"), lines)
    if (separation := lineage.separation) is not None:
        kept = separation.kept_id or "one that is gone"
        typer.echo(f"Separated from {kept} by {separation.operator}, for the source {separation.source_id}")
    for each in lineage.separations:
        if each.overruled_by:
            typer.echo(f"{each.operator} separated the source {each.source_id}, which a statement overrules: {each.overruled_by}")
        else:
            typer.echo(f"{each.separated_id} was separated from it by {each.operator}, for the source {each.source_id}")


@app.command()
def separate(  # noqa: PLR0917  (each is an argument or option of the command line)
    application_id: ApplicationId,
    user_id: UserId,
    transaction_id: TransactionId,
    source_id: SourceId,
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Decide that one source shows another transaction: the match was wrong. Refused where a statement proves that it is one."""
    from bowerbird.domain.statements.separation import separate_transaction

    decide = partial(separate_transaction, operator=OPERATOR)
    with opened(settings_from(data, database_url)) as services:
        separated_id = _decide(services, "separate_source", decide, (application_id, user_id, transaction_id, source_id))
    if as_json:
        typer.echo(json.dumps({"transactionId": transaction_id, "separatedId": separated_id, "sourceId": source_id}))
    else:
        typer.echo(f"{separated_id} is a transaction of its own")


@app.command()
def join(  # noqa: PLR0917  (each is an argument or option of the command line)
    application_id: ApplicationId,
    user_id: UserId,
    transaction_id: TransactionId,
    source_id: SourceId,
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Take back that a source shows another transaction. That one goes, unless a file or feed shows it beside this one."""
    from bowerbird.domain.statements.separation import join_transaction

    with opened(settings_from(data, database_url)) as services:
        kept_id = _decide(services, "join_source", join_transaction, (application_id, user_id, transaction_id, source_id))
    if as_json:
        typer.echo(json.dumps({"transactionId": kept_id, "sourceId": source_id}))
    else:
        typer.echo(f"{kept_id} is one transaction again")


def _decide(services: Services, name: str, decide: Callable[[Session, str, str], str], of: tuple[str, str, str, str]) -> str:
    """Carry out what is decided of a source of a user's transaction, with its entry of the audit beside it. Raises CommandRefused."""
    from bowerbird.domain.access.tenant import Tenant
    from bowerbird.domain.ledger.overlap import ContradictionError
    from bowerbird.domain.operators.audit import AuditAction, beside
    from bowerbird.model.problem import Problem

    application_id, user_id, transaction_id, source_id = of
    tenant = Tenant(application_id, user_id)
    action = AuditAction(name, application_id=application_id, user_id=user_id, subject=transaction_id)
    try:
        return services.write_now(beside(decide, action), transaction_id, source_id, tenant=tenant)
    except ContradictionError as error:
        raise CommandRefused(f"nothing is changed: {error.reason}") from None
    except Problem:
        raise _unknown(tenant, transaction_id) from None


def _unknown(tenant: Tenant, transaction_id: str) -> CommandRefused:
    return CommandRefused(
        f"user {tenant.user_id[:40]} of this application shares no transaction {transaction_id[:40]} with this source: "
        "run `bowerbird transaction sources` to see all"
    )


def export(user: OfUser, file_format: Format, account: Chosen = None, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Write what a user shares, posted transactions of all accounts, to standard output. Pending ones come with a later export.

    A program that stops reading, such as `head`, ends it quietly.
    """
    from bowerbird.domain.consents.reading_log import write_down_now
    from bowerbird.domain.feeds.export import ExportFormat, copy_export, file_parts
    from bowerbird.domain.operators.audit import AuditAction, record
    from bowerbird.model.problem import Problem
    from bowerbird.model.reading import Reader, ReadKind

    try:
        chosen = ExportFormat(file_format)
    except ValueError:
        raise CommandRefused(f"{file_format[:40]} is no format: choose from {', '.join(ExportFormat)}") from None
    with opened(settings_from(data, database_url)) as services:
        tenant = tenant_of(services, user)
        action = AuditAction("export_transactions", application_id=tenant.application_id, user_id=user)
        try:
            copied = services.read_now(copy_export, account, tenant=tenant)
        except Problem as problem:
            raise CommandRefused(f"user {user}: {problem.detail}") from None
        unknown = set(account or ()) - {each.id for each in copied.accounts}
        if unknown:
            copied.close()
            raise CommandRefused(f"user {user} shares no account {', '.join(sorted(unknown))[:200]}")
        services.write_now(record, action, tenant=tenant)
        services.reads.record(services.clock.now(), *tenant, ReadKind.EXPORT, Reader.OPERATOR)
        write_down_now(services)
        _print_parts(file_parts(copied, chosen, services.clock.now().date()))


def _print_parts(parts: Iterable[bytes]) -> None:
    """Raises typer.Exit where the program behind the pipe reads no more."""
    try:
        for part in parts:
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered is flushed when the program ends
        raise typer.Exit(BROKEN_PIPE) from None


def tenant_of(services: Services, user_id: str) -> Tenant:
    """The user and the application that they belong to. Raises CommandRefused where no application has such a user."""
    from bowerbird.domain.users.users import find_tenant
    from bowerbird.storage.database.unit_of_work import EVERY_TENANT

    tenant = services.read_now(find_tenant, user_id, tenant=EVERY_TENANT)
    if tenant is None:
        raise CommandRefused(f"there is no user {user_id[:40]}: the dashboard lists users, and GET /users does")
    return tenant
