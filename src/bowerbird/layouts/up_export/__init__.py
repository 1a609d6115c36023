"""Up: moments with an offset, a signed total in Australian dollars, no balance. A row that has not settled is pending.

"Total (AUD)" is what moves the account: the columns before it split it into what was paid, the fee and the round-up.
"""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="up.export",
    institutions=("AU90001",),
    source="two public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.MOMENT,),
    columns=(
        NativeColumn("Time", NativeColumnKind.MADE),
        NativeColumn("BSB / Account Number", NativeColumnKind.NUMBER),
        NativeColumn("Account Name", NativeColumnKind.NAME, optional=True),
        NativeColumn("Transaction Type", NativeColumnKind.IGNORED),
        NativeColumn("Payee", NativeColumnKind.DESCRIPTION),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
        NativeColumn("Category", NativeColumnKind.IGNORED),
        NativeColumn("Tags", NativeColumnKind.IGNORED),
        NativeColumn("Subtotal (AUD)", NativeColumnKind.IGNORED),
        NativeColumn("Currency", NativeColumnKind.IGNORED),
        NativeColumn("Subtotal (Transaction Currency)", NativeColumnKind.IGNORED),
        NativeColumn("Fee (AUD)", NativeColumnKind.IGNORED, optional=True),
        NativeColumn("Round Up (AUD)", NativeColumnKind.IGNORED),
        NativeColumn("Total (AUD)", NativeColumnKind.AMOUNT),
        NativeColumn("Payment Method", NativeColumnKind.IGNORED),
        NativeColumn("Settled Date", NativeColumnKind.POSTED),
    ),
)
