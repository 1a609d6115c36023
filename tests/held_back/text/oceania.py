"""Exports of banks of Australia and New Zealand."""

import csv

from tests.held_back.kind import Answer
from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"

KINDS = (
    delimited(
        "au-commbank",
        f"{FF} au/commonwealth-bank",
        "no header; every field quoted but the date; a plus sign on what comes in",
        Columns("date amt words bal", style="plain", negative="plus", quoting=csv.QUOTE_NONNUMERIC),
        institution="AU04301",
    ),
    delimited(
        "au-commbank-card-no-balance",
        f"{FF} au/commonwealth-bank",
        "a card's export has no balances",
        Columns("date amt words", negative="plus", quoting=csv.QUOTE_ALL),
        institution="AU04301",
    ),
    delimited(
        "au-westpac",
        "amboar/fpos#29",
        "two unsigned money columns and a balance; two columns without use",
        Columns(
            "=032000123456 date words debit credit bal =DEP .",
            "Bank Account|Date|Narrative|Debit Amount|Credit Amount|Balance|Categories|Serial",
            newest_first=True,
        ),
        institution="AU14201",
    ),
    delimited(
        "au-westpac-no-balance",
        "amboar/fpos#29",
        "the header without Balance",
        Columns(
            "=032000123456 date words debit credit =DEP .",
            "Bank Account|Date|Narrative|Debit Amount|Credit Amount|Categories|Serial",
        ),
        institution="AU14201",
    ),
    delimited(
        "au-nab-old",
        f"{B2Y} [AU National Australia Bank]",
        "no header; day, short month, short year; empty columns in the middle; a comma at the end",
        Columns("date amt . . =MISCELLANEOUS_DEBIT words bal .", form="%d-%b-%y"),
    ),
    delimited(
        "au-nab-new",
        "beancount importers of NAB exports (header Date,Amount,Account Number,,Transaction Type,...)",
        "a column without a name; space between day, month and year",
        Columns(
            "date amt =123456789 . =EFTPOS_DEBIT words bal =Shopping .",
            "Date|Amount|Account Number||Transaction Type|Transaction Details|Balance|Category|Merchant Name",
            form="%d %b %y",
            newest_first=True,
        ),
        institution="AU12101",
    ),
    delimited(
        "au-anz",
        f"{B2Y} [AU ANZ]",
        "no header, three columns, no balance",
        Columns("date amt words", quoting=csv.QUOTE_NONNUMERIC),
        institution="AU01101",
    ),
    delimited(
        "au-ing",
        f"{B2Y} [AU ING]",
        "credit before debit; the debit column is already negative",
        Columns("date words credit -debit bal", "Date|Description|Credit|Debit|Balance", newest_first=True),
        institution="AU06701",
    ),
    delimited(
        "au-macquarie",
        f"{FF} au/macquarie",
        "eleven columns, the original words last; a quote around each",
        Columns(
            "date words =Everyday =Food =Groceries . . debit credit bal words",
            "Transaction Date|Details|Account|Category|Subcategory|Tags|Notes|Debit|Credit|Balance|Original Description",
            form="%d %b %Y",
            quoting=csv.QUOTE_ALL,
            newest_first=True,
        ),
    ),
    delimited(
        "au-bankwest",
        "hledger and beancount importers of Bankwest exports (header BSB Number,...)",
        "BSB and account in columns of their own; cheque column empty",
        Columns(
            "=306-821 =1234567 date words . debit credit bal =WDL",
            "BSB Number|Account Number|Transaction Date|Narration|Cheque|Debit|Credit|Balance|Transaction Type",
        ),
    ),
    delimited(
        "au-bendigo",
        "public importers of Bendigo exports: no header, seven columns",
        "no header; BSB and account first; no balance",
        Columns("=633-000_223214818 date =12345 amt =EFTPOS words =REF77"),
    ),
    delimited(
        "au-stgeorge",
        "public importers of St.George exports: Date,Description,Debit,Credit,Balance,Category",
        "rows have one field more than the header",
        Columns("date words debit credit bal =Groceries .", "Date|Description|Debit|Credit|Balance|Category"),
    ),
    delimited(
        "au-suncorp",
        "public importers of Suncorp exports: two lines above the header",
        "two lines of metadata above the header",
        Columns(
            "date words amt bal",
            "Date|Description|Amount|Balance",
            above=("Account,{account}", "Exported,{to}"),
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "au-up",
        "public importers of Up exports (Time,BSB / Account Number,...)",
        "time with offset; payee and description apart; no balance",
        Columns(
            "date =633-123_/_123456789 =Purchase payee memo =groceries . amt =AUD . =0.00 amt =Card date",
            "Time|BSB / Account Number|Transaction Type|Payee|Description|Category|Tags|Subtotal (AUD)|Currency|"
            "Subtotal (Transaction Currency)|Round Up (AUD)|Total (AUD)|Payment Method|Settled Date",
            form="%Y-%m-%dT09:15:00+11:00",
        ),
    ),
    delimited(
        "au-days-below-13",
        f"{B2Y} [AU ANZ]",
        "no header and no day above 12: day or month first cannot be known",
        Columns("date amt words", days_to_12=True),
        answer=Answer.EITHER,
        reason_any=("day", "month"),
    ),
    delimited(
        "nz-anz",
        f"{FF} nz/anz",
        "words in four columns; the date after the amount",
        Columns(
            "=Visa_Purchase words =1234 =EFT . amt date . .",
            "Type|Details|Particulars|Code|Reference|Amount|Date|ForeignCurrencyAmount|ConversionCharge",
        ),
    ),
    delimited(
        "nz-anz-card",
        f"{FF} nz/anz csv-credit",
        "unsigned amounts; D or C in a column",
        Columns(
            "=4835-****-****-1234 dir abs words tdate date . .",
            "Card|Type|Amount|Details|TransactionDate|ProcessedDate|ForeignCurrencyAmount|ConversionCharge",
        ),
    ),
    delimited(
        "nz-kiwibank",
        f"{FF} nz/Kiwibank",
        "the account above the rows; day, month name, year; an empty column; amount and balance",
        Columns("date words . amt bal", above=("38-9000-0123456-00,,,,",), form="%d %b %Y"),
    ),
    delimited(
        "nz-westpac",
        f"{FF} nz/westpac",
        "amount before the words; parts of the words in four columns",
        Columns(
            "date amt words =EFTPOS . .",
            "Date|Amount|Other Party|Description|Reference|Particulars",
        ),
    ),
)
