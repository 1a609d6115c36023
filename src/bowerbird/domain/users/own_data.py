"""Everything that is stored of a person, for the person: as tables of records with plain names.

Left out are what grants access (passwords, codes, keys), what repeats the rest (hashes, and answers kept for a day in case a request is
repeated), what is worked out from the rest whenever it is read, and what is other people's. Amounts are in the account's currency,
moments in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bowerbird.domain.connections import connections
from bowerbird.domain.connections.bank_access import EndingRow, list_endings
from bowerbird.domain.connections.bank_messages import messages_of
from bowerbird.domain.connections.connections import ConnectionRow
from bowerbird.domain.consents import consents, contacts, receipts
from bowerbird.domain.consents.consents import ConsentWithPolicy
from bowerbird.domain.consents.receipts import ReceiptRow
from bowerbird.domain.insights.corrections import stored_corrections
from bowerbird.domain.insights.own_insights import list_meanings, list_summaries
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import get_user
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.days import day_of_number
from bowerbird.model.insights.correction import KINDS, Correction
from bowerbird.model.json_value import JsonObject, JsonValue
from bowerbird.model.money import format_cents
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import consents as consent_rows
from bowerbird.storage.rows import events as event_rows
from bowerbird.storage.rows import own_data, transaction_sources, uploads
from bowerbird.storage.rows import statements as statement_rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.feeds import feeds as feed_rows
from bowerbird.storage.rows.feeds.feeds import FeedRow
from bowerbird.storage.rows.insights import enrichments
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.rows.jobs.jobs import JobRow, JobSelection, JobStepRow
from bowerbird.storage.rows.statements import NamedStatementRow
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow

Tables = Mapping[str, Sequence[JsonObject]]

_FIRST_DAY = -(10**7)
_MOST = 10**6
"""Rows of a table: more than a person has."""


def read_own_data(session: Session) -> Tables:
    """Every table by its name. Raises Problem for a user who is deleted."""
    accounts = account_rows.accounts_of_user(session.uow, *session.tenant)
    return {
        "person": [_person(session)],
        "consents": [_consent(consent) for consent in consents.list_consents(session)],
        "connections": [_connection(session, row) for row in connection_rows.connections_of_user(session.uow, *session.tenant)],
        "access_endings": [_ending(row) for row in list_endings(session)],
        "accounts": [_account(row) for row in accounts],
        "transactions": [record for account in accounts for record in _transactions(session, account)],
        "sources": [_source(row) for row in transaction_sources.sources_of_user(session.uow, *session.tenant)],
        "meanings": list_meanings(session, accounts),
        "corrections": _corrections(session, accounts),
        "summaries": list_summaries(session),
        "feeds": [_feed(row) for row in feed_rows.feeds_of_user(session.uow, *session.tenant)],
        "your_corrections": [_own_correction(each) for each in stored_corrections(session)],
        "statements": [_statement(row) for row in statement_rows.statements_of_user(session.uow, *session.tenant)],
        "files": _files(session),
        "jobs": _jobs(session),
        "events": [_event(row) for row in event_rows.events_of_user(session.uow, *session.tenant)],
        "reads": [_read(row) for row in own_data.list_reads(session.uow, *session.tenant, _MOST)],
        "receipts": [receipt_of(row) for row in receipts.list_receipts(session)],
    }


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else wire_time(from_milliseconds(at_ms))


def _money(cents: int | None) -> str | None:
    return None if cents is None else format_cents(cents)


def _ending(row: EndingRow) -> JsonObject:
    ended_by = "you, at the bank" if row.secret is None else "this service"
    return {"institution": row.institution_id, "ended_by": ended_by, "attempts": row.attempts, "since": _moment(row.created_at_ms)}


def _feed(row: FeedRow) -> JsonObject:
    return {
        "feed": row.id,
        "name": row.name,
        "pending": row.pending.value,
        "created": _moment(row.created_at_ms),
        "claimed": _moment(row.claimed_at_ms),
        "claimed_again": _moment(row.claimed_again_at_ms),
        "last_used": _moment(row.last_used_at_ms),
        "token_until": _moment(row.expires_at_ms),
    }


def _person(session: Session) -> JsonObject:
    contact = contacts.find_contact(session)
    link = consent_rows.find_auth_link(session.uow, *session.tenant)
    details: dict[str, JsonValue] = msgspec.to_builtins(get_user(session))
    own: dict[str, JsonValue] = {"user": session.user_id, "codes_go_to": contact.address if contact else None}
    sent: dict[str, JsonValue] = {"link_sent": _moment(link.created_at_ms) if link else None, "link": link.state if link else None}
    return {**own, **details, **sent}


def _consent(consent: ConsentWithPolicy) -> JsonObject:
    row, policy = consent.row, consent.policy
    return {
        "consent": row.id, "status": row.status, "agreed_to": sorted(row.scopes), "title": policy.title, "purpose": policy.description,
        "data_from": day_of_number(row.earliest_day).isoformat(), "kept_after_the_end": row.retains_data,
        "given": _moment(row.created_at_ms), "renewed": _moment(row.updated_at_ms), "expires": _moment(row.expires_at_ms),
        "ended": _moment(row.ended_at_ms),
    }  # fmt: skip


def _connection(session: Session, row: ConnectionRow) -> JsonObject:
    profile = connections.profile_of(session, row)
    at_bank: dict[str, JsonValue] = msgspec.to_builtins(profile) if profile is not None else {}
    return {
        "connection": row.id, "institution": row.institution_id, "method": row.method, "status": row.status,
        "login": connections.login_of(session, row).login_id if row.login is not None else None, "connected": _moment(row.created_at_ms),
        "last_read": _moment(row.last_used_at_ms), "your_details_at_the_bank": at_bank,
        "the_bank_says": messages_of(session, row),
    }  # fmt: skip


def _account(row: AccountRow) -> JsonObject:
    details: dict[str, JsonValue] = msgspec.to_builtins(row.details)
    details["bank"] = details.pop("institution")
    return {
        "account": row.id, "connection": row.connection_id, "institution": row.institution_id, "name": row.name, "number": row.number,
        "holder": row.holder, "class": row.account_class, "product": row.product, "currency": row.currency, "balance": _money(row.balance),
        "available": _money(row.available), "credit_limit": _money(row.credit_limit), "updated": _moment(row.last_updated),
        "covers": [f"{day_of_number(first).isoformat()}/{day_of_number(last).isoformat()}" for first, last in row.intervals], **details,
    }  # fmt: skip


def _transactions(session: Session, account: AccountRow) -> list[JsonObject]:
    """Newest first, pending ones before them."""
    known = transaction_rows.known_transactions(session.uow, account, _FIRST_DAY).values()
    return [_transaction(account, row.document) for row in sorted(known, key=lambda row: (-row.post_day, row.id))]


def _transaction(account: AccountRow, document: bytes) -> JsonObject:
    read = documents.read(document)
    bpay = read.payment_details.bpay
    return {
        "transaction": read.id, "account": account.id, "posted": read.posted.isoformat() if read.posted else None,
        "made": read.made.isoformat() if read.made else None, "description": read.description, "reference": read.reference,
        "amount": read.amount, "currency": read.currency, "balance": read.balance or None, "direction": read.direction,
        "class": read.class_, "subclass": read.sub_class.title or None, "biller_code": bpay.biller_code if bpay else None,
        "biller": bpay.biller_name if bpay else None, "crn": bpay.crn if bpay else None,
    }  # fmt: skip


def _source(row: TransactionSourceRow) -> JsonObject:
    """A file or feed that showed a transaction again, and what it shows where that differs."""
    shown: JsonValue = msgspec.json.decode(row.shown) if row.shown else None
    before = documents.read(row.document_before) if row.document_before else None
    return {
        "transaction": row.transaction_id, "source": row.source_id, "seen": _moment(row.seen_at_ms), "how_found": row.how,
        "shows": shown, "separated_from": row.separated_from,
        "description_before": before.description if before else None, "amount_before": before.amount if before else None,
    }  # fmt: skip


def _corrections(session: Session, accounts: Sequence[AccountRow]) -> list[JsonObject]:
    """Transactions of which the application says what they are."""
    overrides = enrichments.overrides_of(session.uow, accounts[0].user_ref) if accounts else {}
    return [{"transaction": transaction_id, "category": leaf} for transaction_id, leaf in overrides.items()]


def _own_correction(correction: Correction) -> JsonObject:
    """What the person says of a transaction."""
    return {
        "transaction": correction.transaction_id, "says": KINDS[correction.kind], "text": correction.text or None,
        "at": _moment(correction.created_at_ms), "decided_since": correction.decided,
    }  # fmt: skip


def _statement(row: NamedStatementRow) -> JsonObject:
    return {
        "job": row.job_id, "account": row.account_id, "layout": row.layout, "from": day_of_number(row.first_day).isoformat(),
        "to": day_of_number(row.last_day).isoformat(), "opening": _money(row.opening), "closing": _money(row.closing),
        "figures_proved": row.proved, "signs_of_alteration": list(row.signs), "read": _moment(row.created),
    }  # fmt: skip


def _files(session: Session) -> list[JsonObject]:
    """Uploaded files that are still there."""
    found: list[JsonObject] = []
    for name in uploads.uploads_of_user(session.uow, *session.tenant):
        row = uploads.find_upload(session.uow, session.application_id, name.job_id)
        if row is not None:
            found.append({"job": row.job_id, "kind": row.kind, "bytes": row.size, "deleted_on": _moment(row.kept_until)})
    return found


def _jobs(session: Session) -> list[JsonObject]:
    return [_job(*each) for each in job_rows.jobs_of_user(session.uow, JobSelection(*session.tenant, since_ms=0), _MOST)]


def _job(row: JobRow, steps: Sequence[JobStepRow]) -> JsonObject:
    return {
        "job": row.id, "connection": row.connection_id, "institution": row.institution_id, "kind": row.kind, "state": row.state,
        "started": _moment(row.created_at_ms), "ended": _moment(row.updated_at_ms), "why_refused": row.failure_reason,
        "steps": [f"{step.title}: {step.status}" for step in steps],
    }  # fmt: skip


def _event(row: event_rows.EventRow) -> JsonObject:
    return {"event": row.id, "type": row.type, "about": row.path, "data": row.data, "at": _moment(row.created)}


def _read(row: own_data.ReadingRow) -> JsonObject:
    day = day_of_number(row.day).isoformat()
    return {"day": day, "by": row.reader, "what": row.kind, "times": row.reads, "consent": row.consent_id or None}


def receipt_of(row: ReceiptRow) -> JsonObject:
    """A receipt without anything personal: who has it learns that data was deleted, and no more."""
    deleted: dict[str, JsonValue] = {
        "bank_connections": row.connections, "accounts": row.accounts, "transactions": row.transactions, "statements": row.statements,
        "files": row.files,
    }  # fmt: skip
    return {
        "receipt": row.id,
        "deleted_at": _moment(row.deleted_at_ms),
        "reason": row.reason,
        "consent": row.consent_id,
        "deleted": deleted,
    }
