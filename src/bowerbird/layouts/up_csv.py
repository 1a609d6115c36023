"""Up: moments with an offset, a signed total in Australian dollars, no balance. A row that has not settled is pending.

"Total (AUD)" is what moves the account: the columns before it split it into what was paid, the fee and the round-up.
"""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="up.export",
    institutions=("AU90001",),
    source="two public importers for accounting programs agree; no specimen",
    dates=(DateForm.MOMENT,),
    columns=(
        NativeColumn("Time", Says.MADE),
        NativeColumn("BSB / Account Number", Says.NUMBER),
        NativeColumn("Account Name", Says.NAME, optional=True),
        NativeColumn("Transaction Type", Says.IGNORED),
        NativeColumn("Payee", Says.DESCRIPTION),
        NativeColumn("Description", Says.DESCRIPTION),
        NativeColumn("Category", Says.IGNORED),
        NativeColumn("Tags", Says.IGNORED),
        NativeColumn("Subtotal (AUD)", Says.IGNORED),
        NativeColumn("Currency", Says.IGNORED),
        NativeColumn("Subtotal (Transaction Currency)", Says.IGNORED),
        NativeColumn("Fee (AUD)", Says.IGNORED, optional=True),
        NativeColumn("Round Up (AUD)", Says.IGNORED),
        NativeColumn("Total (AUD)", Says.AMOUNT),
        NativeColumn("Payment Method", Says.IGNORED),
        NativeColumn("Settled Date", Says.POSTED),
    ),
)
