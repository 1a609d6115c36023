"""Macquarie: days as `20 Jun 2024`, the account on every row, the customer's own categories, tags and notes."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="macquarie.export",
    institutions=("AU00301",),
    source="two public importers for accounting programs agree; no specimen",
    dates=(DateForm.LONG_YEAR,),
    columns=(
        NativeColumn("Transaction Date", Says.POSTED),
        NativeColumn("Details", Says.DESCRIPTION),
        NativeColumn("Account", Says.NUMBER),
        NativeColumn("Category", Says.IGNORED),
        NativeColumn("Subcategory", Says.IGNORED),
        NativeColumn("Tags", Says.IGNORED),
        NativeColumn("Notes", Says.IGNORED),
        NativeColumn("Debit", Says.DEBIT),
        NativeColumn("Credit", Says.CREDIT),
        NativeColumn("Balance", Says.BALANCE),
        NativeColumn("Original Description", Says.IGNORED),
    ),
)
