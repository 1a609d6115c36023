"""From what a bank or a statement shows to rows: accounts recognised again, transactions added once, pending ones followed.

Everything here happens inside the caller's unit of work, together with the job step it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import repeat
from typing import NamedTuple
from uuid import UUID

from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.read_scope import ReadScope
from bowerbird.domain.consents.restrict import keep_days, restrict_transactions
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.card_masking import mask_transactions
from bowerbird.domain.ledger.feed_and_files import join_files, note_files_rows
from bowerbird.domain.ledger.file_rows import with_known_balance
from bowerbird.domain.ledger.identity import identities
from bowerbird.domain.ledger.listed_days import NO_DAYS, CoveredDays, days_of, listed_before
from bowerbird.domain.ledger.overlap import plan_file
from bowerbird.domain.ledger.reconcile import Absorbed, Marked, Plan, reconcile, set_right
from bowerbird.domain.ledger.sources import absorb, follow_decided, record_sources
from bowerbird.domain.ledger.undivided import undivided_transactions
from bowerbird.domain.services import Session
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.days import UndecidedDay, day_number, merge
from bowerbird.model.ids import ordered_ids
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.insights import enrichments as enrichment_rows
from bowerbird.storage.rows.transaction_sources import ids_with_first_source, new_ids_of_files
from bowerbird.storage.rows.transactions import KnownTransaction, TransactionValues

_RECHECKED_DAYS = 45
"""How far before a listing its transactions may have stood when they were last seen: banks move a post date, but not by more."""
_day_number = lru_cache(maxsize=4096)(day_number)
_MARKED = "from which day on rows wait for their enrichment"
_TOGETHER = 256
"""Transactions whose values are worked out together."""
_values = partial(tuple.__new__, TransactionValues)
"""A row of its columns, at a third of the cost of naming them."""
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")


@dataclass(frozen=True, slots=True)
class Source:
    """Where data comes from: the connection, when, and the job that reads it."""

    connection_id: str
    institution_id: str
    moment: int
    job_id: str


def _words(descriptions: list[str]) -> list[str]:
    """What a class depends on: not on which number a receipt or a card has, so that it is worked out once for all of them.

    By way of bytes, because that is six times as quick as a text's own `translate`; and all at once.
    """
    words = "\0".join(descriptions).encode("utf-8", "surrogatepass").translate(_DIGITS_ALIKE).decode("utf-8", "surrogatepass").split("\0")
    return words if len(words) == len(descriptions) else [text.replace("\0", " ") for text in descriptions]


class Imported(NamedTuple):
    """How many transactions an import added, changed or removed, and the first and the last id of those it added, None without any.

    `undecided` are the days on which a file meets another one, with how many rows may be the same as others, or further ones.
    """

    changed: int
    first_new_id: str | None
    last_new_id: str | None
    undecided: list[UndecidedDay]


class AccountImport:
    """One account's listing on its way into the rows. `source_id` is the job of a file, and the connection of a feed."""

    def __init__(self, session: Session, row: AccountRow, account: BankAccount, moment: int, source_id: str) -> None:
        self.session, self.row, self.account, self.moment, self.source_id = session, row, account, moment, source_id
        self._changed = 0
        self._new_ids: list[str] = []
        self._undecided: list[UndecidedDay] = []

    @property
    def imported(self) -> Imported:
        first, last = (self._new_ids[0], self._new_ids[-1]) if self._new_ids else (None, None)
        return Imported(self._changed, first, last, self._undecided)

    def run(self, listing: list[BankTransaction], complete: bool, covers: CoveredDays | None, scope: ReadScope) -> None:
        listed = covers or days_of(listing)
        known = known_from(self.session, self.row, days_of(listing) if complete else listed)
        marked = _marked(listing, scope, self.account, in_file=not complete)
        if not known:
            self._insert(marked)
        elif complete:
            plan = reconcile(marked, known)
            join_files(plan, known, listed, listed_before(self.session, self.row.id, listed))
            note_files_rows(plan, self._ids_of_files())
            self._follow(plan)
        else:
            self._gain(plan_file(marked, known, listed, listed_before(self.session, self.row.id, listed)))
        self._cover(listed)
        if self._changed:
            let_enrich(self.session, self.row, days_of(listing).first_day)

    def _ids_of_files(self) -> list[tuple[str, str]]:
        """Ranges of the ids of what files brought."""
        uow, application_id = self.session.uow, self.session.tenant.application_id
        others = ids_with_first_source(uow, self.row.user_ref)
        return [*new_ids_of_files(uow, application_id, self.row.id), *((each, each) for each in others)]

    def take_from(self, other: AccountRow) -> None:
        """Make the transactions of another account this one's, as if a file listed them: each keeps its id, unless it is here already."""
        gone = sorted(rows.known_transactions(self.session.uow, other, 0).values(), key=lambda row: (row.post_day, row.id))
        marked = [(row.identity, documents.parse(row.document)) for row in gone]
        listed, known = days_of(transaction for _, transaction in marked), rows.known_transactions(self.session.uow, self.row, 0)
        plan = plan_file(marked, known, listed, listed_before(self.session, self.row.id, listed)) if known else Plan(new=marked)
        new = {id(transaction): identity for identity, transaction in plan.new}
        found, changed = {id(each.transaction): each for each in plan.found}, {change.known.id for change in plan.changes}
        for row, (_, transaction) in zip(gone, marked, strict=True):
            if (identity := new.get(id(transaction))) is None:
                same = found[id(transaction)]
                absorbed = Absorbed(row, same.known, same.how)
                absorb(self.session, other, absorbed, self.source_id, is_changed=same.known.id in changed)
                rows.delete_transaction(self.session.uow, other, row)
            else:
                rows.move_transaction(self.session.uow, other, row, self.row, identity)
        self._change(plan)
        account_rows.recount(self.session.uow, self.row, merge([*self.row.intervals, *other.intervals]))
        let_enrich(self.session, self.row, listed.first_day)

    def _gain(self, plan: Plan) -> None:
        self._undecided = sorted(plan.undecided.items())
        self._change(plan)
        record_sources(self.session, self.row, self.source_id, self.moment, plan)
        self._insert(plan.new)

    def _change(self, plan: Plan) -> None:
        """Follow a file: no stored row is taken back, and what none of them gains is not written."""
        for known, identity, transaction, how in plan.changes:
            values = self._values(known.id, identity, transaction, how)._asdict()
            self._changed += documents.content_of(values["document"]) != documents.content_of(known.document)
            if how is None:
                del values["matched"]
            rows.update_transaction(self.session.uow, self.row, known, values)

    def _follow(self, plan: Plan) -> None:
        for known in plan.crossed():
            rows.update_transaction(self.session.uow, self.row, known, {"identity": UUID(known.id).bytes})
        of_files = {absorbed.known.id: absorbed.gone for absorbed in plan.absorbed}
        for change in plan.changes:
            shown = with_known_balance(of_files.get(change.known.id, change.known), change.transaction)
            self._update(change.known, change.identity, shown, change.how)
        record_sources(self.session, self.row, self.source_id, self.moment, plan)
        follow_decided(self.session, self.row, self.source_id, plan)
        for known in plan.vanished:
            rows.delete_transaction(self.session.uow, self.row, known)
        self._changed += len(plan.vanished)
        self._insert(plan.new)

    def _update(self, known: KnownTransaction, identity: bytes, transaction: BankTransaction, how: str | None) -> None:
        values = self._values(known.id, identity, transaction, how)
        is_same = documents.content_of(values.document) == documents.content_of(known.document)
        if how is None and is_same:
            return
        self._changed += not is_same
        rows.update_transaction(self.session.uow, self.row, known, values._asdict())

    def _insert(self, new: list[tuple[bytes, BankTransaction]]) -> None:
        """Pending ones get their ids last, so that they lead a newest-first list in the bank's order."""
        self._changed += len(new)
        self._new_ids = ordered_ids(self.moment, len(new))
        rows.insert_transactions(self.session.uow, self.row, _values_of(self.account, self._new_ids, new, None))

    def _values(self, transaction_id: str, identity: bytes, transaction: BankTransaction, how: str | None) -> TransactionValues:
        return transaction_values(self.account, transaction_id, identity, transaction, how)

    def _cover(self, listed: CoveredDays) -> None:
        covered = self.row.intervals
        if listed != NO_DAYS:
            covered = merge([*covered, (listed.first_day, listed.last_day)])
        account_rows.recount(self.session.uow, self.row, covered)


def let_enrich(session: Session, account: AccountRow, first_day: int) -> None:
    """Let what a listing from this day on may have touched wait for its enrichment, which begins after the commit.

    Once a unit of work: again only for a listing that begins earlier.
    """
    from_day, owner = min(PENDING_DAY, first_day - _RECHECKED_DAYS), (str(account.application_ref), str(account.user_ref))
    marked: int | None = session.uow.kept(_MARKED, owner)
    if marked is not None and marked <= from_day:
        return
    session.uow.keep(_MARKED, owner, from_day)
    enrichment_rows.mark_due(session.uow, account.application_ref, account.user_ref, from_day, session.lease_now_ms)
    session.uow.after_commit(session.services.wake)


def transaction_values(
    account: BankAccount | AccountRow, transaction_id: str, identity: bytes, transaction: BankTransaction, how: str | None
) -> TransactionValues:
    """What is stored of an account's transaction. `how` it was found again, if it was."""
    return next(_values_of(account, [transaction_id], [(identity, transaction)], how))


def _values_of(account: BankAccount | AccountRow, ids: list[str], new: Marked, how: str | None) -> Iterator[TransactionValues]:
    """The same for many of an account's transactions, some hundred at a time: each step is one loop over all of them."""
    currency, account_class, matched = account.currency, account.account_class, how or ""
    for start in range(0, len(new), _TOGETHER):
        row_ids = ids[start : start + _TOGETHER]
        marks, shown = zip(*new[start : start + _TOGETHER], strict=True)
        words = _words([transaction.description for transaction in shown])
        kinds = [
            transaction.kind or classify(text, transaction.amount < 0, account_class)
            for transaction, text in zip(shown, words, strict=True)
        ]
        days = [PENDING_DAY if transaction.posted is None else _day_number(transaction.posted) for transaction in shown]
        amounts = [transaction.amount for transaction in shown]
        rendered = documents.render_all(shown, row_ids, currency, kinds)
        yield from map(_values, zip(days, amounts, row_ids, marks, kinds, repeat(matched, len(days)), rendered, strict=True))


def _marked(listing: list[BankTransaction], scope: ReadScope, account: BankAccount, *, in_file: bool) -> Marked:
    """A listing as it may be stored. Its identities come from what the source shows, so that they stay when the person agrees to more."""
    return list(zip(identities(listing, in_file=in_file), restrict_transactions(scope, account, listing), strict=True))


def known_from(session: Session, account: AccountRow, listed: CoveredDays) -> dict[bytes, KnownTransaction]:
    """What is stored of an account from some time before a listing on, by identity."""
    return undivided_transactions(session, account, listed.first_day - _RECHECKED_DAYS)


def refuse_contradiction(
    session: Session, row: AccountRow, account: BankAccount, listing: Iterable[BankTransaction], covers: CoveredDays | None
) -> None:
    """Raises ContradictionError for a file that cannot be right beside what is stored of its account. Nothing is written."""
    scope = read_scope(session)
    covers = covers and covers.since(scope.earliest_day)
    if covers is None or not scope.transactions:
        return
    stored = listed_before(session, row.id, covers)
    if covers.proven or any(days.proven for days in stored):
        transactions = mask_transactions(keep_days(scope, listing))
        plan_file(_marked(transactions, scope, account, in_file=True), known_from(session, row, covers), covers, stored)


def import_transactions(
    session: Session,
    source: Source,
    account_id: str,
    account: BankAccount,
    listing: Iterable[BankTransaction],
    *,
    complete: bool,
    covers: CoveredDays | None = None,
) -> Imported:
    """Bring an account's transactions up to date with a listing in the order things happened.

    `complete` says that it is a feed's, which shows everything pending, so that a pending transaction it no longer shows has vanished.
    Else it is a file's. `covers` are the days a file speaks of, which may begin before its first transaction and end after its last.
    Raises ContradictionError for a file that cannot be right beside what is stored.
    """
    scope = read_scope(session)
    masked = mask_transactions(keep_days(scope, listing))
    covers = covers and covers.since(scope.earliest_day)
    row = account_rows.find_account(session.uow, *session.tenant, account_id)
    if row is None:
        raise LookupError(f"the account {account_id} is gone")
    importing = AccountImport(session, row, account, source.moment, source.connection_id if complete else source.job_id)
    importing.run(set_right(masked) if complete else masked, complete, covers, scope)
    return importing.imported


_LOANS = frozenset({AccountClass.LOAN, AccountClass.MORTGAGE})

_WORDS = re.compile(
    r"(?P<refund>\brefund|\breversal\b|\bcashback\b)"
    r"|(?P<fee>\bfees?\b|\bdishonou?r\b|\boverdrawn charge\b)"
    r"|(?P<interest>\binterest\b)"
    r"|(?P<cash>\batm\b|\bcash (?:out|withdrawal|advance)\b|\bwdl\b.*\batm\b)"
    r"|(?P<repayment>\b(?:loan|mortgage|home loan)\s+(?:re)?payment\b|\brepayment\b)"
    r"|(?P<transfer>\btransfer\b|\btfr\b|\btrf\b|\bosko\b|\bpayid\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)
def classify(description: str, is_debit: bool, account_class: AccountClass) -> TransactionClass:
    """The wire's class of a movement."""
    match = _WORDS.search(description)
    word = match.lastgroup if match else None
    if word == "refund" and not is_debit:
        return TransactionClass.REFUND
    if word == "fee" and is_debit:
        return TransactionClass.BANK_FEE
    if word == "interest":
        charged = is_debit and account_class in _LOANS | {AccountClass.CREDIT_CARD}
        return TransactionClass.LOAN_INTEREST if charged else TransactionClass.INTEREST
    if word == "cash" and is_debit:
        return TransactionClass.CASH_WITHDRAWAL
    if word == "repayment" or (account_class in _LOANS and not is_debit):
        return TransactionClass.LOAN_REPAYMENT
    if word == "transfer":
        return TransactionClass.TRANSFER
    return TransactionClass.PAYMENT if is_debit else TransactionClass.DIRECT_CREDIT
