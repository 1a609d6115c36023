"""The rows of a report by page, with the filters of transactions, from the frozen rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import meets
from bowerbird.domain.insights.snapshots import OpenedSnapshot
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.transactions import ALLOWED, READERS, limit_of
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.reports.inputs import SnapshotAccount
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import Direction, Status


@dataclass(frozen=True, slots=True)
class ReportRowPage:
    """`rows` are this page's, `every` all that meet the filter; `next` is the query of the following page, "" on the last."""

    rows: list[FigureRow]
    every: list[FigureRow]
    next: str

    @property
    def size(self) -> int:
        return len(self.every)


def list_rows(
    snapshot: OpenedSnapshot, filter_text: str | None, limit_text: str | None, next_text: str | None, maximum: int
) -> ReportRowPage:
    """Newest first. Raises Problem for a filter, limit or next that cannot be read."""
    limit = limit_of(limit_text, maximum)
    if next_text is not None and not (next_text.isascii() and next_text.isdigit() and len(next_text) < 10):
        raise Problem(codes.NEXT_NOT_VALID, parameter="next")
    start = int(next_text or 0)
    conditions = filters.accept(filter_text, ALLOWED, READERS)
    accounts = {account.id: account for account in snapshot.content.accounts}
    ordered = sorted(snapshot.content.rows, key=lambda row: (row.day, row.id), reverse=True)
    every = [row for row in ordered if all(meets(each, _value(row, accounts[row.account], each.property)) for each in conditions)]
    following = {"next": str(start + limit), "limit": str(limit)} | ({"filter": filter_text} if filter_text else {})
    return ReportRowPage(every[start : start + limit], every, urlencode(following) if start + limit < len(every) else "")


def _value(row: FigureRow, account: SnapshotAccount, name: str) -> str:
    if name == "transaction.class":
        return documents.read(row.document).class_
    return {
        "account.id": row.account,
        "connection.id": account.connection_id,
        "institution.id": account.institution_id,
        "transaction.id": row.id,
        "transaction.status": Status.POSTED.value,
        "transaction.direction": (Direction.DEBIT if row.cents < 0 else Direction.CREDIT).value,
        "transaction.postDate": row.day.isoformat(),
    }[name]
