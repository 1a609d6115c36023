"""What a consent no longer covers is deleted: when it is given with less than before, and when it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import msgspec
from msgspec.structs import asdict

from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.read_scope import UNRESTRICTED, ReadScope
from bowerbird.domain.consents.restrict import BLANK, hider_of, mask_account_number, restrict_transaction, without_digits
from bowerbird.domain.insights.snapshots import delete_snapshots_of_earlier_days
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.sources import decode, encode
from bowerbird.domain.services import Session
from bowerbird.domain.statements.files import delete_kept_files
from bowerbird.model.account import AccountDetails
from bowerbird.model.days import Interval
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.storage.rows import accounts as rows
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import events as event_rows
from bowerbird.storage.rows import statements as statement_rows
from bowerbird.storage.rows import transaction_sources as source_rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountFigures, AccountRow
from bowerbird.storage.rows.banks.pages import delete_pages_of_user
from bowerbird.storage.rows.insights import enrichments as enrichment_rows
from bowerbird.storage.rows.insights import snapshots as snapshot_rows
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow


def delete_data(session: Session) -> None:
    """Delete everything that was read of a user."""
    session.forget_pages()
    delete_pages_of_user(session.uow, *session.tenant)
    rows.delete_data_of_user(session.uow, *session.tenant)
    event_rows.delete_descriptions(session.uow, *session.tenant)
    delete_kept_files(session)
    job_rows.delete_failure_reasons(session.uow, *session.tenant)


def delete_uncovered(session: Session, before: ReadScope) -> None:
    """Delete what was stored under an earlier scope and is not agreed to any more. An account keeps its row, which recognises it."""
    scope = read_scope(session)
    session.forget_pages()
    delete_pages_of_user(session.uow, *session.tenant)
    if scope.covers(replace(before, earliest_day=scope.earliest_day)):
        delete_snapshots_of_earlier_days(session, scope.earliest_day)
    else:
        snapshot_rows.delete_snapshots_of_user(session.uow, *session.tenant)
    first_day = statement_rows.first_statement_day(session.uow, *session.tenant)
    if not scope.is_whole or (first_day is not None and first_day < scope.earliest_day):
        delete_kept_files(session)
        job_rows.delete_failure_reasons(session.uow, *session.tenant)
        statement_rows.delete_parsed_statements(session.uow, *session.tenant)
    if not scope.accounts:
        event_rows.delete_descriptions(session.uow, *session.tenant)
        connection_rows.delete_messages(session.uow, *session.tenant)
    if not scope.identity:
        connection_rows.delete_profiles(session.uow, *session.tenant)
    if not scope.transactions:
        statement_rows.delete_statements(session.uow, *session.tenant)
    else:
        statement_rows.clip_statements(session.uow, *session.tenant, scope.earliest_day, with_balances=scope.accounts)
    sources = _sources_by_transaction(session) if scope.transactions else {}
    for account in rows.accounts_of_user(session.uow, *session.tenant):
        _restrict_stored(session, scope, account, sources)
    source_rows.delete_lost_sources(session.uow, *session.tenant)


def let_enrich(session: Session) -> None:
    """Let every row wait: it may be enriched now, or may not be any more."""
    for account in rows.accounts_of_user(session.uow, *session.tenant)[:1]:
        earliest = UNRESTRICTED.earliest_day
        enrichment_rows.mark_due(session.uow, account.application_ref, account.user_ref, earliest, session.lease_now_ms)
        session.uow.after_commit(session.services.wake)


def _sources_by_transaction(session: Session) -> dict[str, list[TransactionSourceRow]]:
    """The sources of all transactions of the user, by the transactions' ids."""
    sources: dict[str, list[TransactionSourceRow]] = {}
    for source in source_rows.sources_of_user(session.uow, *session.tenant):
        sources.setdefault(source.transaction_id, []).append(source)
    return sources


def _restrict_stored(session: Session, scope: ReadScope, account: AccountRow, sources: dict[str, list[TransactionSourceRow]]) -> None:
    """Bring a stored account and its transactions down to what may be stored."""
    first_day = scope.earliest_day if scope.transactions else None
    transaction_rows.delete_transactions(session.uow, account, before=first_day)
    if scope.transactions:
        if not (scope.accounts and scope.account_details):
            _rewrite_transactions(session, scope, account)
        _rewrite_sources(session, scope, account, sources)
    rows.recount(session.uow, account, [] if first_day is None else _since(account.intervals, first_day))
    if figures := restricted_figures(scope, account):
        rows.update_account(session.uow, account, **figures)


def _since(intervals: list[Interval], first_day: int) -> list[Interval]:
    return [(max(first, first_day), last) for first, last in intervals if last >= first_day]


def _rewrite_transactions(session: Session, scope: ReadScope, account: AccountRow) -> None:
    hide = hider_of("" if scope.account_details else account.number, account.details.bsb)
    for known in transaction_rows.known_transactions(session.uow, account, scope.earliest_day).values():
        whole = documents.parse(known.document)
        restricted = restrict_transaction(scope, hide, whole)
        if restricted != whole:
            document = documents.render(restricted, known.id, account.currency, documents.read(known.document).class_)
            transaction_rows.update_transaction(session.uow, account, known, {"document": document})


def _rewrite_sources(session: Session, scope: ReadScope, account: AccountRow, sources: dict[str, list[TransactionSourceRow]]) -> None:
    """Bring what files and feeds show of an account's stored transactions down to what may be stored.

    A source that shows a day before the first one agreed to is deleted.
    """
    hide = hider_of("" if scope.account_details else account.number, account.details.bsb)
    for known in transaction_rows.known_transactions(session.uow, account, scope.earliest_day).values():
        for source in sources.get(known.id, ()):
            if source.shown is not None and _is_before(decode(source.shown), scope):
                source_rows.delete_source(session.uow, account.user_ref, source)
                continue
            restricted = _restricted_source(scope, hide, account, source, documents.read(known.document).class_)
            if restricted != source:
                source_rows.update_source(session.uow, account.user_ref, restricted)


def _is_before(transaction: BankTransaction, scope: ReadScope) -> bool:
    day = transaction.posted or transaction.made
    return day is not None and not scope.has_day(day)


def _restricted_source(
    scope: ReadScope, hide: Callable[[str], str], account: AccountRow, source: TransactionSourceRow, kind: TransactionClass
) -> TransactionSourceRow:
    """What a source may show; what was before it is left out where that is of a day that may not be stored."""
    shown = None if source.shown is None else encode(restrict_transaction(scope, hide, decode(source.shown)))
    document, identity = source.document_before, source.identity_before
    if document is not None:
        before = documents.parse(document)
        document = documents.render(restrict_transaction(scope, hide, before), source.transaction_id, account.currency, kind)
        if _is_before(before, scope):
            document = identity = None
    return msgspec.structs.replace(source, shown=shown, document_before=document, identity_before=identity)


def restricted_figures(scope: ReadScope, account: AccountRow) -> AccountFigures:
    """The values that replace those of an account's row."""
    values: dict[str, object] = {}
    details = asdict(account.details)
    if not scope.account_details:
        hide = hider_of(account.number, account.details.bsb)
        values = {"name": hide(account.name), "product": hide(account.product), "number": mask_account_number(account.number)}
        details["institution"] = account.details.institution and hide(account.details.institution)
    for needed, blanks in BLANK.items():
        if not getattr(scope, needed):
            values |= {name: blank for name, blank in blanks.items() if name not in details}
            details |= {name: blank for name, blank in blanks.items() if name in details}
    if not scope.accounts:
        values["number"] = without_digits(account.number)
    values["details"] = AccountDetails(**details)
    return cast(AccountFigures, values)
