"""St.George, Bank of Melbourne and BankSA: one form; rows may have a seventh cell and end early, days come in two forms."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="stgeorge.export",
    institutions=("AU12301", "AU03001", "AU03201"),
    source="two public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SLASHED, DateForm.DIGITS),
    short_by=1,
    long_by=1,
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
        NativeColumn("Debit", NativeColumnKind.DEBIT),
        NativeColumn("Credit", NativeColumnKind.CREDIT),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
        NativeColumn("Category", NativeColumnKind.IGNORED, optional=True),
    ),
)
