"""Where a transaction comes from: every file and feed that shows it; taking apart what was matched wrongly and joining it again."""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

from bowerbird.domain.insights.corrections import list_corrections
from bowerbird.domain.insights.enrichment import find_category
from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.services import Session
from bowerbird.domain.statements.lineage import SEPARATED, Lineage, TransactionSource, get_lineage
from bowerbird.domain.statements.separation import join_transaction, separate_transaction
from bowerbird.insights.leaves import LEAVES
from bowerbird.model.insights.correction import Correction
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found
from bowerbird.web.kernel.words import label

_HOW = {
    "day-amount-and-id": "Same id of the bank, day and amount",
    "same-content": "Same day, amount and text",
    "day-amount-balance-and-words": "Same day, amount, balance and text",
    "day-amount-and-balance": "Same day, amount and balance",
    "day-amount-and-words": "Same day, amount and text",
    "day-amount-and-beginning": "Same day and amount, and one text begins with the other",
    "day-amount-and-some-words": "Same day and amount, and the words of one text are among the other's",
    "order-of-balances": "Same place in the order of that day's balances",
    "day-and-amount": "Same day and amount, in lists of the whole day",
    "amount-and-words": "Same amount and like text, dated a few days apart",
    SEPARATED: "Separated by an operator",
}


_CATEGORIES = [("", "What its text says"), *sorted(((leaf, label(leaf)) for leaf in LEAVES), key=itemgetter(1))]


def how_text(how: str) -> str:
    """How a transaction was found, for people; a rule of its own keeps its name."""
    rule = how.partition(" ")[0]
    return _HOW.get(rule, rule.replace("-", " ").capitalize())


def sureness(how: str) -> str:
    """How sure a match is, in percent; empty for what was not matched."""
    share = how.partition(" ")[2]
    return f"{float(share):.0%}" if share else ""


def name_of(source: TransactionSource) -> str:
    """What kind of source it is."""
    if source.file is None:
        return "Feed"
    return source.file.kind.value.upper() if source.file.kind else "File"


def show_transaction(request: PageRequest) -> PageResponse:
    return _page(request, 200)


class _ShownTransaction(NamedTuple):
    """A transaction with what its application says that it is, "" for nothing, and what the person says of that."""

    person: Person
    lineage: Lineage
    category: str
    correction: Correction | None


def _read(session: Session, request: PageRequest) -> _ShownTransaction:
    person, id = users.find(request, session), request.path["transaction_id"]
    try:
        said = next((each for each in list_corrections(session) if each.transaction_id == id), None)
        return _ShownTransaction(person, get_lineage(session, id), find_category(session, id), said)
    except Problem as problem:
        raise not_found("transaction") from problem


def _page(request: PageRequest, status: int, refused: tuple[str, str] | None = None) -> PageResponse:
    application, tenant = applications.find(request), users.tenant_of(request)
    person, lineage, category, correction = request.read(_read, request)
    user_path = users.address(tenant)
    return request.show(
        "dashboard/transaction.html", status, application=application, person=person, user_path=user_path, refused=refused, lineage=lineage,
        category=category, correction=correction, categories=_CATEGORIES,
        transaction=lineage.transaction, account=lineage.account, path=f"{user_path}/transactions/{lineage.transaction.id}",
        how_text=how_text, sureness=sureness, name_of=name_of,
        bank=request.services.institutions.name_of(lineage.institution_id, lineage.bank), separated=SEPARATED,
    )  # fmt: skip


def separate_source(request: PageRequest) -> PageResponse:
    """Make what one source shows a transaction of its own; a refusal is shown on the page."""
    tenant, operator = users.tenant_of(request), request.signed_in
    try:
        separated_id = request.write(separate_transaction, request.path["transaction_id"], request.path["source_id"], operator.name)
    except ContradictionError as error:
        return _page(request, 409, ("It stays one transaction", error.reason))
    except Problem as problem:
        raise not_found("transaction") from problem
    return request.go(f"{users.address(tenant)}/transactions/{separated_id}?done=separated")


def join_source(request: PageRequest) -> PageResponse:
    """Make what was separated part of the transaction again."""
    tenant = users.tenant_of(request)
    try:
        transaction_id = request.write(join_transaction, request.path["transaction_id"], request.path["source_id"])
    except Problem as problem:
        raise not_found("transaction") from problem
    return request.go(f"{users.address(tenant)}/transactions/{transaction_id}?done=joined")
