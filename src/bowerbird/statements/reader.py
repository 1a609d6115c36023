"""The one entry for statements that are text: the published CSV format, a bank's own CSV export, OFX and QFX.

The published format has precedence wherever its required columns are there. A file in none of an institution's forms is refused as
what it would have to be: a published CSV that lacks a column.
"""

from __future__ import annotations

from collections.abc import Sequence

from bowerbird.codes import CSV_MISSING_FIELD
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.native_layout import NativeCsvLayout
from bowerbird.statements.csv.native_statement import read_native
from bowerbird.statements.csv.transactions import read_csv
from bowerbird.statements.files import is_ofx
from bowerbird.statements.ofx.statement import read_ofx
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount


def read_statement(
    data: bytes,
    institution_origin: str,
    max_rows: int,
    layouts: Sequence[CsvLayout | NativeCsvLayout],
    *,
    institution_id: str | None = None,
    account_number: str | None = None,
) -> list[StatementAccount]:
    """The accounts of a statement, their transactions in the order in which they happened. Raises Refused.

    `institution_origin` is what layouts call the institution, `institution_id` what the file may call it, where that is another id.
    `account_number` is the account of a file that does not say it.
    """
    if is_ofx(data):
        return read_ofx(data, max_rows)
    published = next(layout for layout in layouts if isinstance(layout, CsvLayout))
    try:
        return read_csv(data, institution_id or institution_origin, max_rows, published)
    except Refused as refusal:
        if refusal.entry is not CSV_MISSING_FIELD:
            raise
        native = (layout for layout in layouts if isinstance(layout, NativeCsvLayout) and institution_origin in layout.institutions)
        accounts = read_native(data, max_rows, native, account_number)
        if accounts is None:
            raise
        return accounts
