"""Westpac: positive debits and credits in two columns; the balance of a card is printed as 0.00 on every row."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="westpac.export",
    institutions=("AU14201",),
    source="several public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SLASHED,),
    zero_balances=True,
    columns=(
        NativeColumn("Bank Account", NativeColumnKind.NUMBER),
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Narrative", NativeColumnKind.DESCRIPTION),
        NativeColumn("Debit Amount", NativeColumnKind.DEBIT),
        NativeColumn("Credit Amount", NativeColumnKind.CREDIT),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
        NativeColumn("Categories", NativeColumnKind.IGNORED, optional=True),
        NativeColumn("Serial", NativeColumnKind.IGNORED, optional=True),
    ),
)
