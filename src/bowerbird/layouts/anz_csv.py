"""ANZ: three to eight columns without a header, no balance, no account number. What follows the amount is description."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="anz.plain",
    institutions=("AU00601",),
    source="several public importers for accounting programs agree on the first three columns; no specimen",
    header=False,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("Date", Says.POSTED),
        NativeColumn("Amount", Says.AMOUNT),
        NativeColumn("Description", Says.DESCRIPTION),
        *(NativeColumn(f"Column {number}", Says.DESCRIPTION, optional=True) for number in range(4, 9)),
    ),
)
