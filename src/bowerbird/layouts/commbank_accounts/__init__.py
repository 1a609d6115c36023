"""Commonwealth Bank: the newer export that names the account on every row and may hold several."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="commbank.accounts",
    institutions=("AU04301",),
    source="one public importer for an accounting program; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("bsb_number", NativeColumnKind.BSB),
        NativeColumn("account_number", NativeColumnKind.NUMBER),
        NativeColumn("transaction_date", NativeColumnKind.POSTED),
        NativeColumn("amount", NativeColumnKind.AMOUNT),
        NativeColumn("description", NativeColumnKind.DESCRIPTION),
        NativeColumn("balance", NativeColumnKind.BALANCE),
    ),
)
