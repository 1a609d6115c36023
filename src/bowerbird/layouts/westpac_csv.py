"""Westpac: positive debits and credits in two columns; the balance of a card is printed as 0.00 on every row."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="westpac.export",
    institutions=("AU14201",),
    source="several public importers for accounting programs agree; no specimen",
    dates=(DateForm.SLASHED,),
    zero_balances=True,
    columns=(
        NativeColumn("Bank Account", Says.NUMBER),
        NativeColumn("Date", Says.POSTED),
        NativeColumn("Narrative", Says.DESCRIPTION),
        NativeColumn("Debit Amount", Says.DEBIT),
        NativeColumn("Credit Amount", Says.CREDIT),
        NativeColumn("Balance", Says.BALANCE),
        NativeColumn("Categories", Says.IGNORED, optional=True),
        NativeColumn("Serial", Says.IGNORED, optional=True),
    ),
)
