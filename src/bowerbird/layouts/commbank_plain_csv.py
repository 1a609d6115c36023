"""Commonwealth Bank: the plain export, four columns without a header, amounts with an explicit sign."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="commbank.plain",
    institutions=("AU04301",),
    source="several public importers for accounting programs agree; no specimen",
    header=False,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("Date", Says.POSTED),
        NativeColumn("Amount", Says.AMOUNT),
        NativeColumn("Description", Says.DESCRIPTION),
        NativeColumn("Balance", Says.BALANCE),
    ),
)
