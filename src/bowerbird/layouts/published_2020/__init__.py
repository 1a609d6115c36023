"""The CSV statement that the published client tests upload: twenty columns, in any order, quoted or not."""

from __future__ import annotations

from bowerbird.sdk.layout import ColumnMeaning, CsvColumn, CsvLayout, FieldNeed, ValueKind
from bowerbird.sdk.leaf import LeafTier

LAYOUT = CsvLayout(
    id="published.2020",
    source="the upload of the published client tests",
    tier=LeafTier.SYNTHETIC,
    columns=(
        CsvColumn("accountId", ColumnMeaning.ACCOUNT_ID),
        CsvColumn("institution_id", ColumnMeaning.INSTITUTION),
        CsvColumn("accountNo", ColumnMeaning.NUMBER, need=FieldNeed.REQUIRED, longest=34),
        CsvColumn("accountHolder", ColumnMeaning.HOLDER),
        CsvColumn("accCurrency", ColumnMeaning.CURRENCY, ValueKind.CURRENCY, FieldNeed.REQUIRED),
        CsvColumn("accBalance", ColumnMeaning.BALANCE, ValueKind.MONEY, FieldNeed.REQUIRED),
        CsvColumn("accAvailableFunds", ColumnMeaning.AVAILABLE, ValueKind.MONEY),
        CsvColumn("accLastUpdated", ColumnMeaning.LAST_UPDATED, ValueKind.MOMENT),
        CsvColumn("accType", ColumnMeaning.ACCOUNT_CLASS, ValueKind.ACCOUNT_CLASS, FieldNeed.REQUIRED),
        CsvColumn("accProduct", ColumnMeaning.PRODUCT, need=FieldNeed.REQUIRED),
        CsvColumn("transactionId", ColumnMeaning.UPSTREAM_ID),
        CsvColumn("txnPostDate", ColumnMeaning.POSTED, ValueKind.DAY, FieldNeed.REQUIRED),
        CsvColumn("txnDescription", ColumnMeaning.DESCRIPTION, need=FieldNeed.REQUIRED, longest=4000),
        CsvColumn("txnBalance", ColumnMeaning.BALANCE_AFTER, ValueKind.MONEY),
        CsvColumn("txnAmount", ColumnMeaning.AMOUNT, ValueKind.MONEY, FieldNeed.REQUIRED),
        CsvColumn("txnDirection", ColumnMeaning.DIRECTION, ValueKind.DIRECTION, FieldNeed.UNLESS_SIGNED),
        CsvColumn("transactionCode", ColumnMeaning.IGNORED),
        CsvColumn("mccCode", ColumnMeaning.IGNORED),
        CsvColumn("sortRand", ColumnMeaning.IGNORED),
        CsvColumn("user_id", ColumnMeaning.IGNORED),
    ),
)
