"""The page on which a person or an operator says what the columns of a table mean: its form, its words, and how a file is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.statements.column_mappings import MappingExpired, preview_waiting_file
from bowerbird.domain.statements.uploads import Upload, keep_upload
from bowerbird.statements.confined.outcomes import NoReader, NotConfined
from bowerbird.statements.refusal import Refused
from bowerbird.statements.sums import NumberSystem
from bowerbird.statements.tables.dates import DayOrder
from bowerbird.statements.tables.mapping import ColumnUse, ConfirmedBy, MappingDraft, MappingPreview, MoneyOut, text_of_mapping
from bowerbird.web.kernel.forms import Form
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

USES = (
    (ColumnUse.DATE, "Date"),
    (ColumnUse.WORDS, "Words: what it was for"),
    (ColumnUse.AMOUNT, "Amount, in and out"),
    (ColumnUse.DEBIT, "Debit: money out"),
    (ColumnUse.CREDIT, "Credit: money in"),
    (ColumnUse.DIRECTION, "Direction: debit or credit"),
    (ColumnUse.BALANCE, "Balance after it"),
    (ColumnUse.CURRENCY, "Currency"),
    (ColumnUse.ACCOUNT, "Account number"),
    (ColumnUse.IGNORE, "Ignore"),
)
DAYS = ((DayOrder.DAY_FIRST, "Day, month, year"), (DayOrder.MONTH_FIRST, "Month, day, year"))
DECIMALS = ((NumberSystem.POINT, "A point: 1,234.56"), (NumberSystem.COMMA, "A comma: 1.234,56"))
MONEY_OUT = ((MoneyOut.MINUS, "With a minus: -5.00"), (MoneyOut.PLUS, "Without a sign: 5.00"))


class WaitingTable(NamedTuple):
    """A table that waits for its columns: how it is read by the page's form, and the file."""

    preview: MappingPreview
    content: bytes


def draft_in(form: Form) -> MappingDraft | None:
    """What the form says of the columns; None where it was not sent, or says what no form offers."""
    try:
        columns = tuple([ColumnUse(word) for word in form.all("column")])
        days, decimals = _word(DayOrder, form, "days"), _word(NumberSystem, form, "decimals")
        return MappingDraft(columns, days, decimals, _word(MoneyOut, form, "money_out")) if columns else None
    except ValueError:
        return None


def _word(words: type[E], form: Form, name: str) -> E | None:
    return words(form.text(name)) if form.text(name) else None


def waiting_table(
    request: PageRequest, tenant: Tenant, job_id: str, draft: MappingDraft | None, confirmed_by: ConfirmedBy, again: str
) -> WaitingTable:
    """Raises PageRefused: the file does not wait any more, or cannot be read now. `again` is where another file is chosen."""
    try:
        return WaitingTable(*preview_waiting_file(request.services, tenant, job_id, draft, confirmed_by))
    except MappingExpired:
        raise expired(again) from None
    except NotConfined as unread:
        raise PageRefused(503, "This server cannot read files safely", unread.reason) from unread
    except Refused as refused:
        raise PageRefused(400, "This file has no columns to map", refused.detail, ("Choose another file", again)) from refused
    except NoReader as busy:
        text = "Every process that reads files is busy. Reload the page in a few seconds."
        raise PageRefused(503, "The file cannot be read now", text, retry_after=5) from busy


def expired(again: str) -> PageRefused:
    text = "A file waits for one hour, and the latest three of a person wait at once. It may have been confirmed already. Choose it again."
    return PageRefused(404, "This file does not wait any more", text, ("Choose a file", again))


def is_confirmed(request: PageRequest, table: WaitingTable, draft: MappingDraft | None) -> bool:
    """Whether the form confirms what its page showed, and nothing of it is missing."""
    return request.form.text("action") == "confirm" and draft == table.preview.draft and table.preview.mapping is not None


def confirm(request: PageRequest, tenant: Tenant, table: WaitingTable, again: str, start: Callable[[Upload], T]) -> T:
    """Store a file for the job that reads it by what was confirmed, and start that. Raises PageRefused where another form came first."""
    if table.preview.mapping is None:
        raise ValueError("nothing is confirmed")
    upload = keep_upload(request.services, tenant, table.content)
    if upload is None:
        raise expired(again)
    upload.mapping = text_of_mapping(table.preview.mapping)
    with upload:
        try:
            return start(upload)
        except MappingExpired:
            raise expired(again) from None


def show(request: PageRequest, template: str, table: WaitingTable, **values: Any) -> PageResponse:
    """The page with its form."""
    return request.show(
        template, preview=table.preview, uses=USES, all_days=DAYS, all_decimals=DECIMALS, all_signs=MONEY_OUT,
        has_amount=ColumnUse.AMOUNT in table.preview.draft.columns and ColumnUse.DIRECTION not in table.preview.draft.columns, **values,
    )  # fmt: skip
