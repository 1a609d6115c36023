"""Rows as tests of enrichment find them: all of them waiting, or each as its text says."""

from __future__ import annotations

from sqlalchemy import select, update

from bowerbird.domain.insights.meaning import wire_parts
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.model.account import AccountClass
from bowerbird.storage.database.tables import accounts, enrichment_states, transactions
from bowerbird.storage.rows.insights.enrichments import put_enrichments, ref_of

_OLD = (0, b'"old"}')
_OLD_PART, _ = wire_parts("WOOLWORTHS 1624 STRATHFIELD", is_credit=False, account_class="transaction")
"""As long as others, so that a page that waits is no shorter."""


def let_all_wait(session: Session) -> None:
    """As if every row had been enriched by other rules, which found nothing."""
    session.uow.execute(update(enrichment_states).values(rules="000000000000", next_day=None, next_id=None))
    session.uow.execute(update(transactions).values(enrichment_ref=_OLD[0], clean=_OLD[1]))
    put_enrichments(session.uow, {_OLD[0]: _OLD_PART})


def states_of_rows(session: Session) -> list[bool]:
    """For every row, oldest first of each user: whether it is enriched as its text says; fails for anything but that or nothing."""
    classes: dict[int, AccountClass] = dict(session.uow.rows(select(accounts.c.ref, accounts.c.account_class)))
    found = []
    columns = transactions.c
    chosen = select(columns.account_ref, columns.amount, columns.document, columns.enrichment_ref, columns.clean)
    for ref, amount, document, enrichment, clean in session.uow.rows(chosen.order_by(columns.user_ref, columns.post_day, columns.id)):
        shared, own = wire_parts(documents.fields_of(document).description, amount > 0, classes[ref])
        assert (enrichment, clean) in (_OLD, (ref_of(documents.shared_part(document, shared)), own))
        found.append((enrichment, clean) != _OLD)
    return found
