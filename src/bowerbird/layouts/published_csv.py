"""The CSV statement that the published client tests upload: twenty columns, in any order, quoted or not."""

from __future__ import annotations

from bowerbird.sdk.layout import CsvColumn, CsvLayout, Kind, Meaning, Need

LAYOUT = CsvLayout(
    id="published.2020",
    columns=(
        CsvColumn("accountId", Meaning.ACCOUNT_ID),
        CsvColumn("institution_id", Meaning.INSTITUTION),
        CsvColumn("accountNo", Meaning.NUMBER, need=Need.REQUIRED, longest=34),
        CsvColumn("accountHolder", Meaning.HOLDER),
        CsvColumn("accCurrency", Meaning.CURRENCY, Kind.CURRENCY, Need.REQUIRED),
        CsvColumn("accBalance", Meaning.BALANCE, Kind.MONEY, Need.REQUIRED),
        CsvColumn("accAvailableFunds", Meaning.AVAILABLE, Kind.MONEY),
        CsvColumn("accLastUpdated", Meaning.LAST_UPDATED, Kind.MOMENT),
        CsvColumn("accType", Meaning.ACCOUNT_CLASS, Kind.ACCOUNT_CLASS, Need.REQUIRED),
        CsvColumn("accProduct", Meaning.PRODUCT, need=Need.REQUIRED),
        CsvColumn("transactionId", Meaning.UPSTREAM_ID),
        CsvColumn("txnPostDate", Meaning.POSTED, Kind.DAY, Need.REQUIRED),
        CsvColumn("txnDescription", Meaning.DESCRIPTION, need=Need.REQUIRED, longest=4000),
        CsvColumn("txnBalance", Meaning.BALANCE_AFTER, Kind.MONEY),
        CsvColumn("txnAmount", Meaning.AMOUNT, Kind.MONEY, Need.REQUIRED),
        CsvColumn("txnDirection", Meaning.DIRECTION, Kind.DIRECTION, Need.UNLESS_SIGNED),
        CsvColumn("transactionCode", Meaning.IGNORED),
        CsvColumn("mccCode", Meaning.IGNORED),
        CsvColumn("sortRand", Meaning.IGNORED),
        CsvColumn("user_id", Meaning.IGNORED),
    ),
)
