"""ING: credit before debit, the debit often negative in its own column. A file that mixes accounts is refused: its balances break."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="ing.export",
    institutions=("AU00201",),
    source="several public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SLASHED,),
    debit=DebitSign.ONE_PER_FILE,
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
        NativeColumn("Credit", NativeColumnKind.CREDIT),
        NativeColumn("Debit", NativeColumnKind.DEBIT),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
    ),
)
