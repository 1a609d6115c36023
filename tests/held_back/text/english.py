"""Exports of banks of the United Kingdom, Ireland, the United States, Canada, India and South Africa."""

import csv

from tests.held_back.kind import Answer
from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"
HL = "simonmichael/hledger examples/csv/banking"

KINDS = (
    delimited(
        "uk-barclays",
        f"{FF} gb/barclays",
        "an empty first column named Number; the words last, padded with blanks and a tab",
        Columns(". date =20-00-00_12345678 amt =PAYMENT words", "Number|Date|Account|Amount|Subcategory|Memo", pad=6),
    ),
    delimited(
        "uk-cooperative",
        f"{B2Y} [UK Co-operative Bank]",
        "money in before money out, both unsigned; ISO days",
        Columns("date words =VIS credit debit bal", "Date|Description|Type|Money In|Money Out|Balance", form="%Y-%m-%d"),
    ),
    delimited(
        "uk-monzo",
        f"{HL}/monzo.csv.rules",
        "twenty columns; amount, and again as money out and money in; a local amount too",
        Columns(
            "=mm_0001 date =01:09:44 =Card_payment words . =General amt =GBP amt =GBP . . . words . -debit credit bal =GBP",
            "Transaction ID|Date|Time|Type|Name|Emoji|Category|Amount|Currency|Local amount|Local currency|"
            "Notes and #tags|Address|Receipt|Description|Category split|Money Out|Money In|Balance|Balance currency",
        ),
    ),
    delimited(
        "uk-barclaycard",
        f"{B2Y} test-data/statement_1.csv",
        "no header; what was spent unsigned in the last column, payments in the one before",
        Columns("date words =Visa =MR_A_SAMPLE =Household credit debit", form="%d %b %y"),
        answer=Answer.EITHER,
        reason_any=("sign", "in or out", "column", "balance", "debit"),
    ),
    delimited(
        "uk-first-direct",
        f"{B2Y} test-data/20180226_12345678.csv",
        "four plain columns, newest first",
        Columns("date words amt bal", "Date|Description|Amount|Balance", newest_first=True, quoting=csv.QUOTE_NONE),
    ),
    delimited(
        "uk-john-lewis",
        f"{B2Y} test-data/MS_JANE_SMITH",
        "a card: charges unsigned with a pound sign; a pending line above; a comma at the end",
        Columns(
            "date words -amt .",
            "Date Processed|Description|Amount|",
            form="%d-%b-%Y",
            style="us",
            symbol="£",
            bom=b"\xef\xbb\xbf",
            newest_first=True,
        ),
        answer=Answer.EITHER,
        reason_any=("sign", "in or out", "balance", "card"),
    ),
    delimited(
        "uk-starling",
        f"{FF} gb/starling",
        "the currency in the headings",
        Columns(
            "date words words =CONTACTLESS amt bal =SHOPPING .",
            "Date|Counter Party|Reference|Type|Amount (GBP)|Balance (GBP)|Spending Category|Notes",
        ),
    ),
    delimited(
        "uk-lloyds",
        f"{FF} gb/lloyds",
        "sort code with an apostrophe; debit and credit; newest first; a comma at the end",
        Columns(
            "date =DEB ='30-00-00 =12345678 words debit credit bal",
            "Transaction Date|Transaction Type|Sort Code|Account Number|Transaction Description|Debit Amount|Credit Amount|Balance",
            newest_first=True,
        ),
    ),
    delimited(
        "uk-revolut",
        f"{FF} gb/revolut",
        "started and completed with times; a fee column of zeros; a state",
        Columns(
            "=CARD_PAYMENT =Current date date words amt =0.00 =GBP =COMPLETED bal",
            "Type|Product|Started Date|Completed Date|Description|Amount|Fee|Currency|State|Balance",
            form="%Y-%m-%d 10:11:12",
        ),
    ),
    delimited(
        "uk-money-with-pounds",
        "actualbudget/actual#6206 and reports of pound signs in Windows code page files",
        "lines above; a pound sign of code page 1252 before each amount; paid out and paid in",
        Columns(
            "date =Visa_purchase words debit credit bal",
            "Date|Transaction type|Description|Paid out|Paid in|Balance",
            form="%d %b %Y",
            style="plain",
            symbol="£",
            encoding="cp1252",
            quoting=csv.QUOTE_ALL,
            above=('"Account Name:","FlexAccount ****12345"', '"Account Balance:","£{close}"', '"Available Balance: ","£{close}"', ""),
        ),
    ),
    delimited(
        "ie-aib",
        f"{B2Y} [IE AIB Ireland]",
        "a blank before each heading; words in three columns; two currency columns",
        Columns(
            "=12345-678 date words . . debit credit bal =EUR =Debit",
            "Posted Account| Posted Transactions Date| Description1| Description2| Description3| Debit Amount| "
            "Credit Amount|Balance|Posted Currency|Transaction Type",
            style="us",
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "ie-bank-of-ireland",
        f"{B2Y} test-data/test_BOI_TransactionExport.csv",
        "debit and credit without second decimals; the words padded",
        Columns("date words debit credit bal", "Date|Details|Debit|Credit|Balance", style="short", pad=6, eol="\n"),
    ),
    delimited(
        "ie-ulster",
        f"{B2Y} [IE Ulster Bank, savings]",
        "heading Value for the amount; apostrophes before texts; an empty line first",
        Columns(
            "date =POS words amt bal ='SAMPLE_A ='981234-12345678",
            "Date| Type| Description| Value| Balance| Account Name| Account Number",
            above=("",),
            form="%d %b %Y",
        ),
    ),
    delimited(
        "us-bank-of-america",
        f"{B2Y} [US Bank of America]",
        "a summary above the rows; the first row is a balance without an amount",
        Columns(
            "date words amt bal",
            "Date|Description|Amount|Running Bal.",
            form="%m/%d/%Y",
            style="us",
            above=(
                "Description,,Summary Amt.",
                'Beginning balance as of {from},,"{open}"',
                'Total credits,,"{in}"',
                'Total debits,,"{out}"',
                'Ending balance as of {to},,"{close}"',
                "",
            ),
        ),
    ),
    delimited(
        "us-bank-of-america-card",
        f"{B2Y} [US Bank of America Credit Card]",
        "a card: posted date, reference, payee, address, signed amount",
        Columns(
            "date =24692165 words =NEW_YORK_NY amt",
            "Posted Date|Reference Number|Payee|Address|Amount",
            form="%m/%d/%Y",
            newest_first=True,
        ),
    ),
    delimited(
        "us-chase-card",
        f"{B2Y} [US Chase Credit Card 2019]",
        "two dates, month first; signed; a memo column empty",
        Columns(
            "tdate date words =Shopping =Sale amt .",
            "Transaction Date|Post Date|Description|Category|Type|Amount|Memo",
            form="%m/%d/%Y",
            newest_first=True,
        ),
        answer=Answer.EITHER,
        reason_any=("date", "column"),
    ),
    delimited(
        "us-capital-one",
        f"{HL}/capital-one.csv.rules",
        "ISO days; debit and credit of a card",
        Columns(
            "date date =1234 words =Dining debit credit",
            "Transaction Date|Posted Date|Card No.|Description|Category|Debit|Credit",
            form="%Y-%m-%d",
            newest_first=True,
        ),
    ),
    delimited(
        "us-wells-fargo",
        f"{HL}/wellsfargo-checking.csv.rules",
        "no header; a star and an empty column between amount and words; month first",
        Columns("date amt =* . words", form="%m/%d/%Y", quoting=csv.QUOTE_ALL, newest_first=True),
    ),
    delimited(
        "us-western-parentheses",
        f"{HL}/western-checking.csv.rules",
        "dollar signs inside parentheses",
        Columns(
            "=0001-S0002 date amt bal =Household words .",
            "account|date|amount|balance|category|description|memo",
            form="%m/%d/%Y",
            style="us",
            negative="()",
            symbol="$",
        ),
    ),
    delimited(
        "us-schwab",
        f"{B2Y} [US Schwab Checking]",
        "a title; withdrawal, deposit and running balance with dollar signs",
        Columns(
            "date =POSTED =ACH . words debit credit bal",
            "Date|Status|Type|CheckNumber|Description|Withdrawal|Deposit|RunningBalance",
            form="%m/%d/%Y",
            style="us",
            symbol="$",
            quoting=csv.QUOTE_ALL,
            above=('"Transactions  for Checking account ...999 as of {to} 10:11:12 ET"',),
            newest_first=True,
        ),
    ),
    delimited(
        "us-unify",
        f"{HL}/_unify.rules",
        "month and day without zeros; debit and credit; a status",
        Columns(
            "=123S00 date =MISC words debit credit =Posted bal",
            "Account|Date|Check|Description|Debit|Credit|Status|Balance",
            form="%-m/%-d/%Y",
        ),
    ),
    delimited(
        "us-first-hawaiian",
        f"{HL}/first-hawaiian-bank.rules",
        "month first; the account quoted; a cheque column",
        Columns(
            "=12345678 date . words debit credit =Posted bal",
            "Account Number|Post Date|Check|Description|Debit|Credit|Status|Balance",
            form="%-m/%-d/%Y",
            quoting=csv.QUOTE_NONNUMERIC,
        ),
    ),
    delimited(
        "us-days-below-13",
        f"{B2Y} [US Chase Credit Card 2017]",
        "no day above 12 and nothing that names a country",
        Columns("=Sale date words amt", "Type|Trans Date|Description|Amount", form="%m/%d/%Y", days_to_12=True),
        answer=Answer.REFUSE,
        reason_any=("day", "month"),
    ),
    delimited(
        "us-dollar-plus-parentheses",
        "buckets/application#740",
        "a plus after the dollar sign, and parentheses around the dollar sign",
        Columns("date words amt", "Date|Memo|Amount", form="%Y-%m-%d", style="us", negative="$+()", symbol="$"),
    ),
    delimited(
        "ca-td",
        f"{B2Y} [CA TD Canada Trust]",
        "no header; month first; unsigned debit and credit and a balance",
        Columns("date words debit credit bal", form="%m/%d/%Y", newest_first=True),
    ),
    delimited(
        "ca-rbc",
        f"{FF} ca/rbc readme",
        "two columns of words; amounts in a column named CAD$",
        Columns(
            "=Chequing =01234-1234567 date . payee memo amt .",
            "Account Type|Account Number|Transaction Date|Cheque Number|Description 1|Description 2|CAD$|USD$",
            form="%-m/%-d/%Y",
            quoting=csv.QUOTE_NONNUMERIC,
        ),
    ),
    delimited(
        "ca-desjardins",
        f"{FF} ca/desjardins",
        "no header; fourteen columns; year first with slashes; Latin-1",
        Columns(
            "=Caisse_Québec =012345 =EOP date n words . debit credit . . . . bal",
            form="%Y/%m/%d",
            encoding="latin-1",
            quoting=csv.QUOTE_NONNUMERIC,
        ),
    ),
    delimited(
        "in-hdfc",
        f"{FF} in/hdfc",
        "years of two digits; blanks around fields; debit and credit are zero where there is none",
        Columns(
            "date words date debit credit =0000123 bal",
            "  Date     |Narration|Value Dat|Debit Amount|Credit Amount|Chq/Ref Number|Closing Balance",
            form="%d/%m/%y",
            empty="0.00",
            pad=8,
        ),
    ),
    delimited(
        "in-icici",
        f"{FF} in/icici README",
        "title lines above, legends below; a serial number; zeros where there is none",
        Columns(
            ". n date date . words debit credit bal",
            "|S No.|Value Date|Transaction Date|Cheque Number|Transaction Remarks|Withdrawal Amount (INR )|"
            "Deposit Amount (INR )|Balance (INR )",
            empty="0.0",
            above=("", ",DETAILED STATEMENT", ",Account Number,,{account} ( INR )", ",Transaction Date from,,{from},to,{to}", ""),
            below=("", ",Legends Used in Account Statement", ",BBPS - Bharat Bill Payment Service", ",VAT - Cash withdrawal"),
        ),
    ),
    delimited(
        "in-axis",
        "assetgrid/assetgridapp#36",
        "DR and CR as headings; days with dashes; Indian groups",
        Columns(
            "date . words debit credit bal =1234",
            "Tran Date|CHQNO|PARTICULARS|DR|CR|BAL|SOL",
            form="%d-%m-%Y",
            style="in",
            above=("Name :- SAMPLE", "Statement of Account No - {account} for the period (From : {from} To : {to})", ""),
            below=("", "This is a system generated output and requires no signature."),
        ),
    ),
    delimited(
        "in-balance-with-dr-cr",
        "public importers of Indian exports: Dr or Cr glued behind the figure",
        "Cr and Dr glued behind amount and balance",
        Columns("date words amt bal", "Date|Particulars|Amount|Balance", form="%d-%b-%Y", style="in", negative="Dr"),
    ),
    delimited(
        "in-sbi-tabs",
        "public importers of State Bank of India exports: text with tabs named .xls",
        "tabs; lines of name and address above; Indian groups; a line below",
        Columns(
            "date vdate words =TRANSFER . debit credit bal",
            "Txn Date|Value Date|Description|Ref No./Cheque No.|Branch Code|Debit|Credit|Balance",
            delimiter="\t",
            form="%-d %b %Y",
            style="in",
            empty=" ",
            above=(
                "Account Name\t:\tMr. SAMPLE",
                "Account Number\t:\t_{account}",
                "Start Date\t:\t{from}",
                "End Date\t:\t{to}",
                "",
            ),
            below=("", "**This is a computer generated statement and does not require a signature"),
        ),
        extension="xls",
    ),
    delimited(
        "za-fnb",
        "bank2ynab/bank2ynab#104",
        "lines of account above; year first with slashes; blanks after commas",
        Columns(
            "date amt bal words",
            "Date| Amount| Balance| Description",
            form="%Y/%m/%d",
            above=("Account:, {account}, [SAMPLE CHEQUE]", "Balance:, {close}, {close}", ""),
        ),
    ),
    delimited(
        "sg-ocbc",
        f"{B2Y} test-data/TransactionHistory_20180418043121.csv",
        "four lines above; withdrawals and deposits with the currency in the headings",
        Columns(
            "date vdate words debit credit",
            "Transaction date|Value date|Description|Withdrawals (SGD)|Deposits (SGD)",
            style="us",
            above=(
                "Account details for:,FRANK Account {account}",
                'Available Balance,"{close}"',
                'Ledger Balance,"{close}"',
                "",
                "Transaction History ",
            ),
            newest_first=True,
        ),
    ),
    delimited(
        "sg-posb",
        f"{B2Y} test-data/dba33fceecd62c3c727893361e0ba4d3.P000000027355791.csv",
        "no header; a blank where there is no amount; words in two columns",
        Columns("date =UMC- debit credit words . . .", form="%d %b %Y", empty=" ", newest_first=True),
        answer=Answer.EITHER,
        reason_any=("in or out", "sign", "column", "debit", "balance"),
    ),
)
