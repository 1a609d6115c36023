"""Commonwealth Bank: the newer export that names the account on every row and may hold several."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="commbank.accounts",
    institutions=("AU04301",),
    source="one public importer for an accounting program; no specimen",
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("bsb_number", Says.BSB),
        NativeColumn("account_number", Says.NUMBER),
        NativeColumn("transaction_date", Says.POSTED),
        NativeColumn("amount", Says.AMOUNT),
        NativeColumn("description", Says.DESCRIPTION),
        NativeColumn("balance", Says.BALANCE),
    ),
)
