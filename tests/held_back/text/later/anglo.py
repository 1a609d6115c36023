"""Exports of banks of the United Kingdom, Ireland, North America, Australia and New Zealand, and of payment services."""

import csv

from tests.held_back.kind import Answer
from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"
UNSIGNED = ("sign", "in or out", "money in", "card")

KINDS = (
    delimited(
        "uk-hsbc",
        "HSBC UK exports (three columns, no header) in importers",
        "no header; words padded; commas between thousands in quotes; newest first",
        Columns("date words amt", style="us", newest_first=True, pad=8),
    ),
    delimited(
        "uk-marcus",
        f"{FF} gb/marcus",
        "headings without blanks; days without marks; the account last",
        Columns(
            "date words amt bal =Savings =12345678",
            "TransactionDate|Description|Value|AccountBalance|AccountName|AccountNumber",
            form="%Y%m%d",
            newest_first=True,
        ),
    ),
    delimited(
        "uk-virgin-card",
        f"{FF} gb/tesco-bank (ten columns, billing amount and flag) and Virgin Money card exports",
        "a card: unsigned billing amounts with DBIT or CRDT in a column",
        Columns(
            "date date abs words =London . =E1_6AN =R0001 dir =5411 =BILLED",
            "Transaction Date|Posting Date|Billing Amount|Merchant|Merchant City|Merchant State|Merchant Postcode|Reference Number|"
            "Debit or Credit|SICMCC Code|Status",
            form="%Y-%m-%d",
            in_out=("CRDT", "DBIT"),
        ),
    ),
    delimited(
        "uk-mbna",
        f"{FF} gb/mbna",
        "a card: what is spent has no sign, what is paid a minus; a comma at the end",
        Columns("date date =R0001 words -amt .", "Date|Date entered|Reference|Description|Amount|"),
        answer=Answer.EITHER,
        reason_any=UNSIGNED,
    ),
    delimited(
        "uk-newday-card",
        f"{B2Y} [UK John Lewis Partnership Card (NewDay Format)]",
        "a card: three columns, what is spent without a sign",
        Columns("date words -amt", "Date|Description|Amount(GBP)"),
        answer=Answer.EITHER,
        reason_any=UNSIGNED,
    ),
    delimited(
        "uk-amex",
        "American Express UK exports (Card Member, Extended Details) in importers",
        "a card: what is spent without a sign; thirteen columns",
        Columns(
            "date words =A_SAMPLE =-12345 -amt . words =1_HIGH_ST =LEEDS =LS1 =UNITED_KINGDOM ='AT250620 =Groceries",
            "Date|Description|Card Member|Account #|Amount|Extended Details|Appears On Your Statement As|Address|Town/City|Postcode|"
            "Country|Reference|Category",
        ),
        answer=Answer.EITHER,
        reason_any=UNSIGNED,
    ),
    delimited(
        "au-amex",
        "American Express Australia exports (Date Processed, Card Member) in importers",
        "a card: two days; what is spent without a sign",
        Columns("date date words =A_SAMPLE =-12345 -amt", "Date|Date Processed|Description|Card Member|Account #|Amount"),
        answer=Answer.EITHER,
        reason_any=UNSIGNED,
    ),
    delimited(
        "us-chase-checking",
        f"{FF} us/chase and Chase checking exports",
        "DEBIT or CREDIT first; month first; a column for cheques; a comma more in each row than in the header",
        Columns(
            "=ACCT_XFER date words amt =MISC bal . .",
            "Details|Posting Date|Description|Amount|Type|Balance|Check or Slip #",
            form="%m/%d/%Y",
            newest_first=True,
        ),
    ),
    delimited(
        "us-citi",
        f"{FF} us/citi",
        "a status first; debit and credit of a card",
        Columns("=Cleared date words debit credit", "Status|Date|Description|Debit|Credit", form="%m/%d/%Y"),
    ),
    delimited(
        "us-nc-secu",
        f"{FF} us/nc-secu",
        "credit before debit; a cheque number",
        Columns("date . words credit debit", "Process Date|Check Number|Description|Credit Amount|Debit Amount", form="%m/%d/%Y"),
    ),
    delimited(
        "us-payoneer",
        f"{FF} us/payoneer",
        "day, month name, comma, year in quotes; commas between thousands; the currency behind",
        Columns(
            "date words amt =USD =Completed . .",
            "Date|Description|Amount|Currency|Status|Store name|Source",
            form="%-d %b, %Y",
            style="us",
            newest_first=True,
        ),
    ),
    delimited(
        "us-veridian",
        f"{FF} us/veridian-cu",
        "month and day without zeros; Debit or Credit beside signed amounts; five decimals",
        Columns(
            "=T1 date date dir amt . =77 memo =Groceries =ATM bal . words",
            "Transaction ID|Posting Date|Effective Date|Transaction Type|Amount|Check Number|Reference Number|Description|"
            "Transaction Category|Type|Balance|Memo|Extended Description",
            form="%-m/%-d/%Y",
            style="four",
            in_out=("Credit", "Debit"),
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "us-usaa",
        f"{B2Y} [US USAA]",
        "no header; a word and an empty column before the day; two minus signs would be a credit",
        Columns("=posted . date . words =Groceries amt", form="%m/%d/%Y"),
    ),
    delimited(
        "us-discover",
        "Discover exports (Trans. Date, Post Date) in importers",
        "a card: month first; what is spent without a sign; a category",
        Columns("date date words -amt =Groceries", "Trans. Date|Post Date|Description|Amount|Category", form="%m/%d/%Y"),
        answer=Answer.EITHER,
        reason_any=UNSIGNED,
    ),
    delimited(
        "us-apple-card",
        "Apple Card exports (Clearing Date, Amount (USD), Purchased By) in importers",
        "a card: Purchase or Payment in a column; what is spent without a sign",
        Columns(
            "date date words payee =Grocery =Purchase -amt =A_Sample",
            "Transaction Date|Clearing Date|Description|Merchant|Category|Type|Amount (USD)|Purchased By",
            form="%m/%d/%Y",
        ),
        answer=Answer.EITHER,
        reason_any=UNSIGNED,
    ),
    delimited(
        "us-venmo",
        "Venmo statements (Datetime, Amount (total)) in importers",
        "two lines above; an empty first heading; a blank between the sign and the dollar",
        Columns(
            ". =4001 date =Payment =Complete words payee =Me amt . . . =Venmo_balance",
            "|ID|Datetime|Type|Status|Note|From|To|Amount (total)|Amount (fee)|Funding Source|Destination|Terminal",
            form="%Y-%m-%dT10:11:12",
            symbol=" $",
            negative="plus",
            above=("Account Statement - (@sample),,,,,,,,,,,,", "Account Activity,,,,,,,,,,,,"),
        ),
    ),
    delimited(
        "us-ally",
        "Ally Bank exports (a blank before each heading) in importers",
        "a time in a column of its own; amount before the words; Deposit or Withdrawal",
        Columns("date =10:11:12 amt dir words", "Date| Time| Amount| Type| Description", form="%Y-%m-%d", in_out=("Deposit", "Withdrawal")),
    ),
    delimited(
        "us-pnc",
        "PNC exports (account, days and balances in the first line, DEBIT or CREDIT last) in importers",
        "a first line of account, days and balances; no header; unsigned with DEBIT or CREDIT",
        Columns(
            "date abs words . =077 dir",
            form="%Y/%m/%d",
            in_out=("CREDIT", "DEBIT"),
            above=("12345678,{from},{to},{open},{close}",),
        ),
    ),
    delimited(
        "us-mint",
        f"{B2Y} [Mint]",
        "debit or credit in a column; the account's name; original words",
        Columns(
            "date words words abs dir =Groceries =Checking . .",
            "Date|Description|Original Description|Amount|Transaction Type|Category|Account Name|Labels|Notes",
            form="%-m/%d/%Y",
            in_out=("credit", "debit"),
            quoting=csv.QUOTE_ALL,
            newest_first=True,
        ),
    ),
    delimited(
        "us-paypal",
        "PayPal activity exports (Gross, Fee, Net) in importers",
        "gross, fee and net; a time zone; the balance behind",
        Columns(
            "date =10:11:12 =AEDT words =Payment =Completed =AUD amt =0.00 amt bal =T1",
            "Date|Time|TimeZone|Name|Type|Status|Currency|Gross|Fee|Net|Balance|Transaction ID",
            style="us",
            quoting=csv.QUOTE_ALL,
            bom=b"\xef\xbb\xbf",
        ),
    ),
    delimited(
        "wise-statement",
        "Wise account statements (TransferWise ID, Running Balance) in importers",
        "days with dashes, day first; a running balance; exchange columns empty; fees of zero",
        Columns(
            "=CARD-1 date amt =EUR words . bal . . . . payee . . . . . . =0.00",
            "TransferWise ID|Date|Amount|Currency|Description|Payment Reference|Running Balance|Exchange From|Exchange To|Exchange Rate|"
            "Payer Name|Payee Name|Payee Account Number|Merchant|Card Last Four Digits|Card Holder Full Name|Attachment|Note|Total fees",
            form="%d-%m-%Y",
            newest_first=True,
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "revolut-german",
        f"{FF} ie/revolut and the German page of Revolut",
        "German headings; started and completed; a fee of zeros; a balance",
        Columns(
            "=Kartenzahlung =Aktuell date date words amt =0.00 =EUR =ABGESCHLOSSEN bal",
            "Art|Produkt|Datum des Beginns|Datum des Abschlusses|Beschreibung|Betrag|Gebühr|Währung|Status|Kontostand",
            form="%Y-%m-%d 10:11:12",
            language="de",
        ),
    ),
    delimited(
        "n26-2024",
        f"{B2Y} [IE N26] and exports of 2024",
        "booking and value day; the account's name; the currency in the heading of the amount; exchange columns empty",
        Columns(
            "date vdate payee =DE02120300000000202051 =Presentment memo =Main_Account amt . . .",
            "Booking Date|Value Date|Partner Name|Partner Iban|Type|Payment Reference|Account Name|Amount (EUR)|Original Amount|"
            "Original Currency|Exchange Rate",
            form="%Y-%m-%d",
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "ca-cibc",
        f"{FF} ca/cibc",
        "no header; ISO days; debit and credit, of which nothing says which is which; a masked card last",
        Columns("date words debit credit =4500********1234", form="%Y-%m-%d", newest_first=True),
        answer=Answer.EITHER,
        reason_any=UNSIGNED,
    ),
    delimited(
        "ca-simplii",
        f"{FF} ca/simplii",
        "a blank before headings; Funds Out and Funds In",
        Columns("date words debit credit", "Date| Transaction Details| Funds Out| Funds In", form="%m/%d/%Y"),
    ),
    delimited(
        "ca-tangerine",
        f"{FF} ca/tangerine",
        "DEBIT or CREDIT, the name and a memo before a signed amount",
        Columns("date dir payee memo amt", "Date|Transaction|Name|Memo|Amount", form="%-m/%-d/%Y", in_out=("CREDIT", "DEBIT")),
    ),
    delimited(
        "ca-wealthsimple",
        f"{FF} ca/wealthsimple",
        "a code for the kind; headings in small letters",
        Columns("date =SPEND words amt bal", "date|transaction|description|amount|balance", form="%Y-%m-%d"),
    ),
    delimited(
        "nz-asb",
        "importers of ASB (Unique Id, Tran Type, Cheque Number)",
        "six lines above; year first with slashes; an empty line below the header; bank and branch in words",
        Columns(
            "date =2025030301 =EFTPOS . payee memo amt",
            "Date|Unique Id|Tran Type|Cheque Number|Payee|Memo|Amount",
            form="%Y/%m/%d",
            above=(
                "Created date / time : 01 April 2025 / 10:00:00",
                "Bank 12; Branch 3456; Account 0123456-50 (Streamline)",
                "From date 20250301",
                "To date 20250331",
                "Avail Bal : {close} as of 20250331",
                "Ledger Balance : {close} as of 20250401",
            ),
        ),
    ),
    delimited(
        "nz-bnz",
        "importers of BNZ (This Party Account, Batch Number)",
        "years of two digits; amount right after the day; fourteen columns",
        Columns(
            "date amt payee memo . . =POS =02-1234-0123456-000 . =0001 =00 =7 =021234 date",
            "Date|Amount|Payee|Description|Code|Reference|Tran Type|This Party Account|Other Party Account|Serial|Transaction Code|"
            "Batch Number|Originating Bank/Branch|Processed Date",
            form="%d/%m/%y",
        ),
    ),
    delimited(
        "nz-kiwibank-full",
        f"{FF} nz/Kiwibank",
        "the full export: the account first, payment fields, the amount and the balance last",
        Columns(
            "=38-9000-0123456-00 date date words =POS . . . payee . amt bal",
            "Account number|Effective Date|Transaction Date|Description|Transaction Code|Code|Reference|Other Code|Other Party Name|"
            "Other Party Account Number|Amount|Balance",
            form="%d-%m-%Y",
        ),
    ),
)
