"""From what a bank or a statement shows of an account to its row: recognised again by its number, its figures brought up to date.

Everything here happens inside the caller's unit of work, together with the job step it belongs to.
"""

from __future__ import annotations

from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.read_scope import UNRESTRICTED
from bowerbird.domain.consents.restrict import restrict_account
from bowerbird.domain.ledger.card_masking import mask_account
from bowerbird.domain.ledger.ingest import AccountImport, Source
from bowerbird.domain.services import Session
from bowerbird.model.account import AccountClass, AccountDetails, BankAccount
from bowerbird.model.account_numbers import NumberMatch, WrittenNumber, compare_numbers, written_number
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import ordered_ids
from bowerbird.statements.statement import UNKNOWN_NAME, UNKNOWN_NUMBER, UNKNOWN_PRODUCT
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import statements as statement_rows
from bowerbird.storage.rows.accounts import AccountFigures, AccountKey, AccountRow
from bowerbird.storage.rows.insights import enrichments as enrichment_rows


def import_account(session: Session, source: Source, account: BankAccount) -> str:
    """Recognise or create an account that a source numbers, and bring its figures up to date. Its id never changes."""
    account = mask_account(account)
    return update_account(session, source, account, find_numbered(session, source.institution_id, account, source.connection_id))


def find_numbered(session: Session, institution_id: str, account: BankAccount, connection_id: str = "") -> AccountRow | None:
    """The stored account of this id or number at this institution in this currency, also where its number is written otherwise.

    What another account of the same connection is, its source's id says: equal numbers do not make them one. Nor do those of two banks
    that are reached by the same aggregator.
    """
    key = AccountKey(institution_id, recognition_of(session, account), account.currency)
    exact = account_rows.recognise_account(session.uow, *session.tenant, key)
    if exact is not None:
        return exact
    stored = list_alike(session, institution_id, account.currency)
    others = [row for row in stored if account.upstream_id is None or row.connection_id != connection_id]
    if account.institution is not None:
        others = [row for row in others if row.details.institution in {None, account.institution}]
    return next((row for row in others if compare(row, account) is NumberMatch.EQUAL), None)


def recognition_of(session: Session, account: BankAccount) -> bytes:
    """What an account is recognised by, its source's id or its number, where only its last digits may be stored.

    `account` is as its source shows it.
    """
    parts = ("account", account.number) if account.upstream_id is None else ("upstream account", account.upstream_id)
    if account.upstream_id is None and account.institution is not None:
        parts = ("account of a bank", f"{account.institution} {account.number}")
    return session.services.vault.user_fingerprint(session.uow, *session.tenant, *parts)


def list_alike(session: Session, institution_id: str, currency: str) -> list[AccountRow]:
    """The user's accounts at an institution in a currency, in the order they were first seen."""
    stored = account_rows.accounts_of_user(session.uow, *session.tenant)
    return [row for row in stored if row.institution_id == institution_id and row.currency == currency]


def compare(one: AccountRow | BankAccount, other: AccountRow | BankAccount) -> NumberMatch:
    """How far the numbers of two accounts say that they are one."""
    if UNKNOWN_NUMBER in (one.number, other.number):
        return NumberMatch.EQUAL if one.number == other.number else NumberMatch.OPEN
    return compare_numbers(_written(one), _written(other))


def _written(account: AccountRow | BankAccount) -> WrittenNumber:
    return written_number(account.number, account.details.bsb if isinstance(account, AccountRow) else account.bsb)


def update_account(session: Session, source: Source, account: BankAccount, known: AccountRow | None) -> str:
    """Bring the figures of a stored account up to date with a source's, or create it where there is none; its id.

    Only what the user agreed to share is stored.
    """
    last_updated = to_milliseconds(account.last_updated) if account.last_updated else source.moment
    shown = restrict_account(read_scope(session), account)
    figures = _figures(shown, source.connection_id, last_updated)
    if known is None:
        account_id, figures["number"] = ordered_ids(source.moment, 1)[0], shown.number
        key = AccountKey(source.institution_id, recognition_of(session, account), account.currency)
        account_rows.insert_account(session.uow, *session.tenant, account_id, key, **figures)
        return account_id
    if known.last_updated <= last_updated:
        if not known.number or completeness_of(known) < completeness_of(shown):  # the person agrees to more than they did
            figures["number"], figures["recognition"] = shown.number, recognition_of(session, account)
        elif account.upstream_id is not None:
            figures["recognition"] = recognition_of(session, account)
        account_rows.update_account(session.uow, known, **(changed := _known_figures(shown, figures)))
        if changed.get("account_class", known.account_class) is not known.account_class:
            earliest = UNRESTRICTED.earliest_day
            enrichment_rows.mark_due(session.uow, known.application_ref, known.user_ref, earliest, session.lease_now_ms)
    elif known.product == UNKNOWN_PRODUCT != account.product:
        account_rows.update_account(session.uow, known, **_description(figures))
    return known.id


def _figures(account: BankAccount, connection_id: str, last_updated: int) -> AccountFigures:
    return AccountFigures(
        connection_id=connection_id,
        name=account.name,
        holder=account.holder,
        account_class=account.account_class,
        product=account.product,
        balance=account.balance,
        available=account.available,
        credit_limit=account.credit_limit,
        unavailable=account.unavailable,
        details=details_of(account),
        last_updated=last_updated,
    )


def details_of(account: BankAccount) -> AccountDetails:
    """The rarer fields of an account, as they are stored."""
    return AccountDetails(**{name: getattr(account, name) for name in AccountDetails.__struct_fields__})


def _known_figures(account: BankAccount, figures: AccountFigures) -> AccountFigures:
    """The figures that a source has. A statement that does not even name the product removes nothing that is known."""
    if account.product != UNKNOWN_PRODUCT:
        return figures
    known = figures.copy()
    del known["product"], known["details"]
    if account.holder is None:
        del known["holder"]
    if account.balance is None:
        del known["balance"]
    if account.available is None:
        del known["available"]
    if account.credit_limit is None:
        del known["credit_limit"]
    if account.name == account.number:
        del known["name"]
    if account.account_class is AccountClass.UNKNOWN:
        del known["account_class"]
    return known


def _description(figures: AccountFigures) -> AccountFigures:
    """What of an account's figures is no figure, and true at any moment."""
    name, holder, product = figures["name"], figures["holder"], figures["product"]
    return AccountFigures(name=name, holder=holder, account_class=figures["account_class"], product=product, details=figures["details"])


def merge_accounts(session: Session, kept: AccountRow, other: AccountRow, source_id: str) -> AccountRow:
    """Make two stored accounts one, which keeps its id and takes the more complete number; what it then is. `source_id` found that out.

    Raises ContradictionError where what is stored of both cannot be of one account.
    """
    account = BankAccount(kept.number, kept.name, None, kept.currency, kept.account_class, kept.product, None, None)
    AccountImport(session, kept, account, other.last_updated, source_id).take_from(other)
    statement_rows.move_statements(session.uow, session.tenant.application_id, other.id, kept.id)
    account_rows.delete_account(session.uow, other)
    account_rows.update_account(session.uow, kept, **_merged_figures(kept, other))
    merged = account_rows.find_account(session.uow, *session.tenant, kept.id)
    if merged is None:
        raise LookupError(f"the account {kept.id} is gone")
    return merged


def _merged_figures(kept: AccountRow, other: AccountRow) -> AccountFigures:
    """What of the other account is newer or says more."""
    figures = AccountFigures(last_updated=max(kept.last_updated, other.last_updated))
    if kept.balance is None or (other.balance is not None and other.last_updated > kept.last_updated):
        figures["balance"], figures["available"], figures["credit_limit"] = other.balance, other.available, other.credit_limit
    if completeness_of(other) > completeness_of(kept):
        figures["number"], figures["recognition"], figures["details"] = other.number, other.recognition, other.details
        if kept.name == kept.number or kept.name.startswith(UNKNOWN_NAME):
            figures["name"] = other.name
    if kept.product == UNKNOWN_PRODUCT:
        figures["holder"], figures["account_class"], figures["product"] = other.holder or kept.holder, other.account_class, other.product
    return figures


def completeness_of(account: AccountRow | BankAccount) -> int:
    """How much a number says of its account: 0 where there is none."""
    return 0 if account.number == UNKNOWN_NUMBER else 1 + _written(account).completeness


def number_account(session: Session, row: AccountRow, account: BankAccount) -> None:
    """Give a stored account the number of a source that says more of it, and what belongs to the number."""
    shown = restrict_account(read_scope(session), account)
    named = AccountFigures(number=shown.number, recognition=recognition_of(session, account), details=details_of(shown))
    if row.name == row.number or row.name.startswith(UNKNOWN_NAME):
        named["name"] = shown.name
    account_rows.update_account(session.uow, row, **named)
