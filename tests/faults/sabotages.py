"""Promises broken on purpose: each sabotage changes the program in a process of its own, and names the check that must notice it.

A sabotage runs before anything else of the program is imported, so that who imports what it changed gets the changed one.
"""

from __future__ import annotations

import base64
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import select

CONFINED_PROCESS = "bowerbird.statements.confined.process"


class Sabotage(NamedTuple):
    """What is broken. `check` must fail, and say `says`. Those of one round are in force at once, each for another check."""

    what: str
    check: str
    round: int
    says: str
    apply: Callable[[], None]


SABOTAGES: list[Sabotage] = []


def sabotage(what: str, check: str, number: int, says: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def keep(apply: Callable[[], None]) -> Callable[[], None]:
        SABOTAGES.append(Sabotage(what, check, number, says, apply))
        return apply

    return keep


def swap(place: object, name: str, changed: Any) -> Any:
    """Put something in a module's or class's place, and wherever it was imported from there: what was there before."""
    before = getattr(place, name)
    setattr(place, name, changed)
    for module in [module for full_name, module in sys.modules.items() if full_name.startswith("bowerbird.")]:
        for own, value in list(vars(module).items()):
            if value is before and callable(before):
                setattr(module, own, changed)
    return before


def nothing(*_: object, **__: object) -> None:
    """In place of a rule or a write."""


# ── Who is let in ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def accept_tokens(accepts: Callable[[dict[str, str], str], bool]) -> None:
    """Believe tokens whose header and signature are accepted, beside the right ones."""
    from bowerbird.domain.access import tokens

    def check(self: Any, token: str) -> Any:
        try:
            return before(self, token)
        except Exception:
            header, payload, signature = [*token.split("."), "", ""][:3]
            if not payload or not accepts(json.loads(base64.urlsafe_b64decode(header + "==")), signature):
                raise
            claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
            return tokens.Claims(
                claims["applicationid"], tokens.Scope(claims["scope"]), claims.get("userId", ""), claims["version"], claims["exp"], False
            )

    before = swap(tokens.TokenReader, "_check", check)


@sabotage("signatures of tokens are not looked at", "tokens", 1, "names another application")
def forged_tokens() -> None:
    accept_tokens(lambda header, signature: header["alg"] == "HS256" and bool(signature))


@sabotage("unsigned tokens are believed", "tokens", 2, "says it is unsigned")
def unsigned_tokens() -> None:
    accept_tokens(lambda header, _: header["alg"] == "none")


@sabotage("expired tokens are believed", "tokens", 3, "an expired token")
def expired_tokens() -> None:
    from bowerbird.domain.access import tokens

    swap(tokens.TokenReader, "read", lambda self, header: self._check(header[7:]))


@sabotage("tokens of a key that is not the server's are believed", "tokens", 4, "by another algorithm")
def foreign_tokens() -> None:
    accept_tokens(lambda header, _: header["alg"] == "HS512")


@sabotage("a CLIENT token opens the server's operations", "scopes", 1, "a user's token on what is not theirs")
def client_on_server_routes() -> None:
    from bowerbird.api.http import admission

    swap(admission, "_check_scope", nothing)


@sabotage("a CLIENT token opens another user's job", "scopes", 2, "get_job")
def client_on_another_user() -> None:
    from bowerbird.api.http import admission

    swap(admission, "check_own_user", nothing)


@sabotage("a revoked API key still opens", "keys", 1, "a revoked key")
def revoked_keys() -> None:
    from bowerbird.storage.rows import applications

    swap(applications, "revoke_key", lambda *_: True)


@sabotage("API keys are stored as they are sent", "keys", 2, "stands in clear")
def plain_keys() -> None:
    from bowerbird.model import secrets

    swap(secrets, "hash_of", lambda secret: secret)


@sabotage("events of another application are read", "isolation", 1, "get_event: another application's id is answered with 200")
def foreign_events() -> None:
    from bowerbird.storage.rows import events as rows

    swap(rows, "find_event", lambda uow, _application_id, event_id: uow.one(rows.EventRow, rows._EVENT.where(rows._e.id == event_id)))


@sabotage("jobs of another application are read", "isolation", 2, "get_job: another application's id is answered with 200")
def foreign_jobs() -> None:
    from bowerbird.storage.database.tables import jobs
    from bowerbird.storage.rows.jobs import jobs as rows

    def find(uow: Any, application_id: str, job_id: str) -> Any:
        owner = uow.row(select(jobs.c.application_id).where(jobs.c.id == job_id))
        return before(uow, owner[0] if owner else application_id, job_id)

    before = swap(rows, "find_job_with_steps", find)


@sabotage("another application's users are listed", "isolation", 3, "the list of users shows")
def foreign_users() -> None:
    from bowerbird.storage.database.tables import users
    from bowerbird.storage.rows import users as rows

    def listed(uow: Any, _application_id: str, _after: object, limit: int) -> Any:
        return uow.all(rows.UserRow, rows._USER.order_by(users.c.created.desc()).limit(limit))

    swap(rows, "list_users", listed)


@sabotage("accounts of others are read under one's own user", "users", 1, "get_account: what is another user's is answered with 200")
def foreign_accounts() -> None:
    from bowerbird.storage.database.tables import accounts
    from bowerbird.storage.rows import accounts as rows

    def find(uow: Any, _application_id: str, _user_id: str, account_id: str) -> Any:
        columns = select(*rows.AccountRow.columns(accounts), accounts.c.connection_id)
        return uow.one(rows.ConnectedAccountRow, columns.where(accounts.c.id == account_id))

    swap(rows, "find_connected_account", find)


@sabotage("statements and jobs of others are listed under one's own user", "users", 2, "jobs of another user")
def foreign_statements() -> None:
    from bowerbird.storage.database.tables import users
    from bowerbird.storage.rows.jobs import jobs as rows

    def jobs_of(uow: Any, selection: Any, most: int) -> Any:
        everybody = uow.rows(select(users.c.id).where(users.c.application_id == selection.application_id))
        return [job for (user_id,) in everybody for job in before(uow, selection._replace(user_id=user_id), most)]

    before = swap(rows, "jobs_of_user", jobs_of)


@sabotage("connections of others are read under one's own user", "users", 3, "get_connection: what is another user's is answered with 200")
def foreign_connections() -> None:
    from bowerbird.storage.database.tables import connections
    from bowerbird.storage.rows import connections as rows

    def find(uow: Any, application_id: str, user_id: str, connection_id: str) -> Any:
        owner = uow.row(select(connections.c.user_id).where(connections.c.id == connection_id))
        return before(uow, application_id, owner[0] if owner else user_id, connection_id)

    before = swap(rows, "find_connection", find)


@sabotage("the dashboard opens without signing in", "pages", 1, "/dashboard without a session")
def open_dashboard() -> None:
    from bowerbird.web.dashboard import sign_in

    swap(sign_in, "let_in", nothing)


@sabotage("forms of the dashboard are taken without signing in", "pages", 2, "POST /dashboard/")
def open_forms() -> None:
    from bowerbird.web.dashboard import sign_in

    def let_in(request: Any, page: Any) -> Any:
        return None if page.method == "POST" else before(request, page)

    before = swap(sign_in, "let_in", let_in)


@sabotage("every role may do everything", "roles", 3, "answers a viewer with")
def forget_roles() -> None:
    from bowerbird.domain.operators import roles

    swap(roles, "authorize", nothing)


@sabotage("support may do what developers may", "roles", 4, "answers a support with")
def promote_support() -> None:
    from bowerbird.domain.operators import roles
    from bowerbird.model.reading import Role

    roles.RIGHTS[Role.SUPPORT] = roles.RIGHTS[Role.DEVELOPER]  # type: ignore[index]


@sabotage("the audit says nothing of who looked at whom", "audit", 3, "show_user has no entry")
def forget_reads() -> None:
    from bowerbird.web.kernel import recording

    swap(recording, "record_reply", nothing)


@sabotage("entries of the audit can be changed", "audit", 4, "an entry of the audit can be changed: UPDATE")
def loosen_audit() -> None:
    from bowerbird.storage.database import migrate

    def create(connection: Any, revision: str) -> None:
        before(connection, revision)
        connection.exec_driver_sql("DROP TRIGGER audit_entries_no_update")

    before = swap(migrate, "create", create)
    swap(migrate, "foreign_code", lambda _connection: "")


@sabotage("a password alone signs in", "second-step", 3, "a password alone signs in")
def skip_second_step() -> None:
    from bowerbird.web.dashboard import sign_in

    def signed_in(request: Any, operator_id: str, path: str) -> Any:
        return sign_in.signed_in(request, operator_id, "", path)

    swap(sign_in, "ask_for_code", signed_in)


@sabotage("a code works as often as it is typed", "second-step", 4, "a used code is accepted")
def reuse_codes() -> None:
    from bowerbird.storage.rows import operators

    def is_unused(*_: object) -> bool:
        return True

    swap(operators, "use_totp_step", is_unused)


# ── People's data ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@sabotage("the consent gate is off", "consent", 1, "account numbers are shown")
def no_gate() -> None:
    from bowerbird.domain.consents import gate, read_scope

    swap(gate, "scope_of_terms", lambda *_: read_scope.UNRESTRICTED)


@sabotage("a consent that has ended goes on", "consent", 2, "after the consent has ended")
def endless_consent() -> None:
    from bowerbird.domain.consents import gate

    def never_ended(consent_id: str, scopes: Any, earliest_day: Any, _ended: bool, retains: bool) -> Any:
        return before(consent_id, scopes, earliest_day, False, retains)

    before = swap(gate, "scope_of", never_ended)


@sabotage("what a person may see opens without a code", "own-data", 1, "without a code")
def no_proof() -> None:
    from bowerbird.web.consent import own_data

    swap(own_data, "_require_proof", nothing)


@sabotage("guesses at a person's code are not counted", "own-data", 2, "the right code is accepted after")
def uncounted_guesses() -> None:
    from bowerbird.storage.rows import own_data

    swap(own_data, "count_attempt", lambda *_: True)


@sabotage("a person's code goes where the application says", "own-data", 3, "a code goes where the application says")
def redirected_codes() -> None:
    from bowerbird.domain.consents import contacts

    def find(session: Any) -> Any:
        contact = before(session)
        return contact and contact._replace(address=contact.newer or contact.address)

    before = swap(contacts, "find_contact", find)


@sabotage("a code proves every session of the person", "own-data", 4, "in another session")
def prove_all_sessions() -> None:
    from sqlalchemy import update

    from bowerbird.storage.database.tables import person_sessions
    from bowerbird.storage.rows import own_data

    def prove(uow: Any, application_id: str, _session_hash: str, until_ms: int) -> None:
        own = person_sessions.c.application_id == application_id
        uow.execute(update(person_sessions).where(own).values(proven_until_ms=until_ms))

    swap(own_data, "prove_session", prove)


@sabotage("a budgeting app is connected without a code", "own-data", 5, "a setup token of a budgeting app")
def unproven_apps() -> None:
    from bowerbird.web.consent import apps

    def create(request: Any) -> Any:
        request.known_person = request.person._replace(is_proven=True)
        return before(request)

    before = swap(apps, "create_own_feed", create)


@sabotage("a feed goes on after the consent has ended", "feeds", 1, "after the consent has ended")
def endless_feeds() -> None:
    from bowerbird.domain.feeds import account_set
    from bowerbird.storage.rows.feeds import feeds as rows

    setattr(rows, "delete_feeds", nothing)  # noqa: B010
    setattr(account_set, "require_consent", nothing)  # noqa: B010


@sabotage("a setup token opens again", "feeds", 2, "a setup token is answered with 200, and again with 200")
def reusable_setup_tokens() -> None:
    from bowerbird.domain.feeds import feeds
    from bowerbird.storage.rows.feeds import feeds as rows

    def claim(session: Any, key: Any) -> Any:
        row = rows.find_feed(session.uow, session.application_id, key.feed_id)
        return key if row is not None else None

    swap(feeds, "claim_feed", claim)


@sabotage("receipts of a deletion name the user", "deletion", 3, "the receipt of a deletion names the user")
def named_receipts() -> None:
    from bowerbird.domain.consents import receipts

    swap(receipts, "_name_of_deleted", lambda user_id: user_id)


@sabotage("the key of a deleted user is kept", "deletion", 1, "the key of a deleted user is kept")
def kept_key() -> None:
    from bowerbird.storage.vault.vault import Vault

    swap(Vault, "destroy_key", nothing)


@sabotage("the rows of a deleted user are kept", "deletion", 4, "a deleted user is kept")
def kept_rows() -> None:
    from bowerbird.storage.rows import users

    swap(users, "delete_user", nothing)


@sabotage("card numbers are kept whole", "cards", 1, "show a whole card number")
def whole_cards() -> None:
    from bowerbird.model import card_numbers

    swap(card_numbers, "mask_card_numbers", lambda text: text)


@sabotage("what clients send is printed to the log", "logs", 1, "stands in the log")
def printed_bodies() -> None:
    from bowerbird.api.http import bodies

    def printed(data: bytes, *rest: Any) -> Any:
        sys.stdout.write(f"{data.decode()}\n")
        return before(data, *rest)

    before = swap(bodies, "from_json", printed)


@sabotage("tokens are printed to the log", "logs", 2, "a token stands in the log")
def printed_tokens() -> None:
    from bowerbird.domain.access import tokens

    def printed(self: Any, header: str | None) -> Any:
        sys.stdout.write(f"{header}\n")
        return before(self, header)

    before = swap(tokens.TokenReader, "read", printed)


# ── Files that take over, and what is sent ───────────────────────────────────────────────────────────────────────────────────


def start_readers_with(changes: str) -> None:
    """Start reading processes with some lines of Python before their own."""

    def started(self: Any, command: Any, *rest: Any, **options: Any) -> Any:
        if isinstance(command, list) and CONFINED_PROCESS in command:
            command = [command[0], "-I", "-c", f"{changes}\nfrom {CONFINED_PROCESS} import main\nmain()"]
        before(self, command, *rest, **options)

    before = swap(subprocess.Popen, "__init__", started)


CLAIMED = "from bowerbird.statements.confined import confinement as c\n"


@sabotage("readers are confined in word only", "readers", 1, "a file that takes over its reading process can")
def unconfined() -> None:
    start_readers_with(CLAIMED + "for name in c.ENFORCE: c.ENFORCE[name] = lambda bounds: None")


@sabotage("readers lack the filter of system calls, in word they have it", "readers", 2, "close a descriptor")
def unfiltered() -> None:
    start_readers_with(CLAIMED + "c.ENFORCE['calls'] = lambda bounds: None")


@sabotage("readers that are not confined read all the same", "readers", 3, "Uploaded files are not read, because")
def careless() -> None:
    from bowerbird.statements.confined import pool

    start_readers_with(CLAIMED + "def refused(bounds): raise OSError\nc.ENFORCE['calls'] = refused")
    swap(
        pool.Readers,
        "read",
        lambda self, task, data, _caller=None, **arguments: self._value(task, self._take(pool.ANYONE).ask(task.name, data, arguments)),
    )


@sabotage("balances of a statement are not checked", "proof", 6, "a statement with a changed figure is accepted")
def unproven() -> None:
    start_readers_with("from bowerbird.statements.csv import order\norder._first_break = lambda *_, **__: None")


@sabotage("the server reads text by itself", "readers", 4, "a CSV is read in the server's own process")
def reads_by_itself() -> None:
    from bowerbird.domain.services import Services
    from bowerbird.statements.reader import read_statement

    def read(self: Any, data: bytes, institution: str, institution_id: str, *_more: Any, **_named: Any) -> Any:
        return read_statement(data, institution, 100_000, self.plugins.csv_layouts, institution_id=institution_id)

    swap(Services, "read_export", read)


@sabotage("the address guard is off", "addresses", 1, "is accepted")
def no_guard() -> None:
    from bowerbird.outbound import addresses

    swap(addresses, "judge_address", nothing)
    swap(addresses, "_judge_host", nothing)


@sabotage("addresses are judged when they are given, and not when they are called", "addresses", 2, "which was not allowed, is called")
def no_second_look() -> None:
    from bowerbird.outbound import addresses, client

    async def post(self: Any, *given: Any) -> Any:
        return await before(replace(self, allowed=addresses.AllowList.read("127.0.0.0/8")), *given)

    before = swap(client.Outbound, "post", post)


@sabotage("webhooks are not signed", "webhooks", 1, "is not signed with the secret")
def unsigned_webhooks() -> None:
    from bowerbird.domain.notifications import deliveries

    def headers(*given: Any) -> dict[str, str]:
        return {name: value for name, value in before(*given).items() if name != "webhook-signature"}

    before = swap(deliveries, "headers_of", headers)


@sabotage("every webhook has the same secret", "webhooks", 2, "under the secret of another webhook")
def one_secret() -> None:
    from bowerbird.domain.notifications import webhooks

    swap(webhooks, "os", SimpleNamespace(urandom=bytes))


@sabotage("an old secret of a webhook goes on signing", "webhooks", 3, "under a secret that was ended")
def old_secrets_sign() -> None:
    from bowerbird.storage.rows import webhooks

    def update(uow: Any, application_id: str, webhook_id: str, **values: Any) -> Any:
        if values.get("old_secret", "") is None:  # ended at once: what is stored goes on
            del values["old_secret"], values["old_secret_ends_at_ms"]
        return before(uow, application_id, webhook_id, **values)

    before = swap(webhooks, "update_webhook", update)


# ── What is written ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@sabotage("the data folder and the database are open to others", "files", 1, "others may read")
def open_files() -> None:
    from bowerbird.wiring import data_folder

    def create(folder: Path, database: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        database.touch()

    swap(data_folder, "create_private", create)


@sabotage("a crash leaves a core dump", "files", 2, "core dump")
def core_dumps() -> None:
    from bowerbird.cli import processes

    swap(processes, "dump_no_core", nothing)


@sabotage("one written transaction in ten is lost", "kill", 3, "have not each of their bank's")
def lost_writes() -> None:
    from bowerbird.storage.rows import transactions

    def insert(uow: Any, account: Any, rows: Any) -> None:
        before(uow, account, [row for row in rows if random.random() > 0.1])

    before = swap(transactions, "insert_transactions", insert)


@sabotage("a job that was promised is not written", "kill", 5, "jobs were promised")
def lost_jobs() -> None:
    from bowerbird.storage.rows.jobs import jobs

    def insert(*given: Any) -> None:
        if next(number) % 2:
            before(*given)

    number, before = count(1), swap(jobs, "insert_job", insert)


@sabotage("statements of any size are read", "limits", 1, "beyond a limit was accepted")
def no_size() -> None:
    from bowerbird.api.http import admission, bodies

    form = bodies.read_statement_form
    swap(bodies, "read_statement_form", lambda chunks, kind, _limit, keyed: form(chunks, kind, 1 << 40, keyed))
    swap(admission, "_limit", lambda *_: 1 << 40)


@sabotage("tokens are given without a limit", "limits", 2, "beyond a limit was accepted")
def no_token_limit() -> None:
    from bowerbird.api.http import token_limit

    async def unlimited(_address: str) -> int:
        return 0

    swap(token_limit, "token_limit", lambda *_, **__: unlimited)


@sabotage("one limit of tokens counts for everybody", "strangers", 1, "after strangers of its address a right key is answered")
def one_limit() -> None:
    from bowerbird.domain.access import tokens

    swap(tokens, "token_caller", lambda *_, **__: "everybody")


@sabotage("who asks for a token chooses who it is", "strangers", 2, "wrong keys of one address were looked at")
def chosen_addresses() -> None:
    from bowerbird.domain.access import tokens

    swap(tokens, "token_caller", lambda *_, **__: str(random.random()))


@sabotage("a sandbox's controls stay open beside real data", "real-data", 1, "beside real data")
def open_controls() -> None:
    from bowerbird.domain.access import real_data

    swap(real_data, "why_closed", lambda _uow: "")
    swap(real_data, "is_sandbox", lambda _uow: True)


@sabotage("a backup lacks a table", "restore", 1, "a backup lacks events")
def lost_table() -> None:
    change_copies("DROP TABLE events")


@sabotage("a backup lacks the rows of a table", "restore", 2, "a backup holds other rows of")
def lost_rows() -> None:
    change_copies("DELETE FROM applications")


def change_copies(statement: str) -> None:
    from bowerbird.storage.backup import copies

    def copy(source: Path, target: Path, *rest: Any) -> None:
        before(source, target, *rest)
        with closing(sqlite3.connect(target, isolation_level=None)) as database:
            database.execute("PRAGMA foreign_keys=OFF")
            database.execute(statement)

    before = swap(copies, "copy_database", copy)


@sabotage("a backup with a changed byte is restored", "restore", 3, "a backup with a changed byte was restored")
def altered_backup() -> None:
    from bowerbird.storage.backup import backups

    def restore(*given: Any) -> Any:
        try:
            return before(*given)
        except backups.BackupError:
            return None

    before = swap(backups, "restore_backup", restore)


@sabotage("values are stored unsealed", "vault", 1, "opens in another's place")
def unsealed() -> None:
    from bowerbird.storage.vault import envelope

    swap(envelope, "seal_under", lambda _key, plain, _place: envelope._VERSION + plain)
    swap(envelope, "open_under", lambda _key, sealed, _place: sealed[1:])


@sabotage("sealed values open in any place of their owner", "vault", 2, "opens in another place")
def unbound() -> None:
    from bowerbird.storage.vault import envelope

    swap(envelope.SealContext, "bound", b"")
