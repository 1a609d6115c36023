"""Exports of banks of Austria and Switzerland."""

import csv

from tests.held_back.kind import Answer
from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"
GERMAN = {"language": "de", "form": "%d.%m.%Y", "delimiter": ";"}

KINDS = (
    delimited(
        "at-raiffeisen-2018",
        f"{B2Y} [AT Raiffeisen Bank 2018]",
        "no header; words before the second date; decimal comma; two empty columns",
        Columns("date words vdate amt =EUR . .", style="comma", language="de", form="%d.%m.%Y", delimiter=";"),
    ),
    delimited(
        "at-easybank-card",
        f"{B2Y} [AT easybank credit card]",
        "no header; the account first; amount with a point between thousands",
        Columns("=AT1234 words vdate date amt =EUR", style="eu", language="de", form="%d.%m.%Y", delimiter=";"),
    ),
    delimited(
        "at-rcm-pipe",
        f"{B2Y} [AT Raiffeisen Bank RCM]",
        "columns parted by a bar; days without marks",
        Columns(
            "n memo date payee amt =EUR",
            "Nr|Zusatz|Datum|Text|Betrag|Währung",
            style="comma",
            language="de",
            form="%Y%m%d",
            delimiter="|",
        ),
    ),
    delimited(
        "at-erste-utf16",
        f"{FF} at/erstebank README",
        "UTF-16 little endian with a mark; quoted",
        Columns(
            "date payee =AT611904300234573201 amt =EUR memo",
            "Buchungsdatum|Partnername|Partner IBAN|Betrag|Währung|Buchungs-Details",
            style="eu",
            language="de",
            form="%d.%m.%Y",
            delimiter=",",
            quoting=csv.QUOTE_ALL,
            encoding="utf-16-le",
            bom=b"\xff\xfe",
        ),
    ),
    delimited(
        "at-raiffeisen-tab",
        f"{B2Y} test-data/test_delimiter_tab.csv",
        "no header; tabs; credit before debit, both unsigned; no balance",
        Columns("date words vdate credit debit", style="comma", language="de", form="%d.%m.%Y", delimiter="\t"),
        answer=Answer.EITHER,
        reason_any=("in or out", "debit", "sign", "column", "balance"),
    ),
    delimited(
        "ch-ubs",
        f"{B2Y} [CH UBS Checking account]",
        "twenty-one columns; apostrophes between thousands; three lines below",
        Columns(
            "date =233_12345678.40 =0233.1.A =Konto =CHF date date =Privat . date date date =UBS payee memo . =TX1 . debit credit bal",
            "Bewertungsdatum|Bankbeziehung|Portfolio|Produkt|IBAN|Whrg.|Datum von|Datum bis|Beschreibung|Abschluss|"
            "Buchungsdatum|Valuta|Beschreibung 1|Beschreibung 2|Beschreibung 3|Transaktions-Nr.|Devisenkurs|"
            "Einzelbetrag|Belastung|Gutschrift|Saldo",
            style="ch",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            below=(";;;;;;;;;;;;;;;;;;;;", "Schlusssaldo;{close};;;;;;;;;;;;;;;;;;;", "Anfangssaldo;{open};;;;;;;;;;;;;;;;;;;"),
            newest_first=True,
        ),
        answer=Answer.EITHER,
        reason_any=("column", "date", "day"),
    ),
    delimited(
        "ch-ubs-2022",
        f"{B2Y} [CH UBS Checking account - Alternative 1]",
        "nine lines above; ISO days; a negative debit column and a credit column",
        Columns(
            "date =09:00:00 date date =CHF -debit credit . bal =TX1 payee memo . . .",
            "Abschlussdatum|Abschlusszeit|Buchungsdatum|Valutadatum|Währung|Belastung|Gutschrift|Einzelbetrag|Saldo|"
            "Transaktions-Nr.|Beschreibung1|Beschreibung2|Beschreibung3|Fussnoten|",
            language="de",
            form="%Y-%m-%d",
            delimiter=";",
            above=(
                "Kontonummer:;0233 00123456.40;",
                "IBAN:;CH93 0076 2011 6238 5295 7;",
                "Von:;{from};",
                "Bis:;{to};",
                "Anfangssaldo:;{open};",
                "Schlusssaldo:;{close};",
                "Bewertet in:;CHF;",
                "Anzahl Transaktionen in diesem Zeitraum:;10;",
                "",
            ),
            newest_first=True,
        ),
    ),
    delimited(
        "ch-neon",
        f"{B2Y} [CH Neon Monthly Account Statement]",
        "every field quoted; amount right after the day; original amount in more columns",
        Columns(
            "date amt . . . words memo =uncategorized . =no =no",
            "Date|Amount|Original amount|Original currency|Exchange rate|Description|Subject|Category|Tags|Wise|Spaces",
            form="%Y-%m-%d",
            delimiter=";",
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "ch-swisscard",
        f"{B2Y} [CH SwissCard]",
        "a card: unsigned amounts and a column of Debit or Credit",
        Columns(
            "date words =XXXX_1234 =CHF abs dir =Posted =Other",
            "Transaction date|Description|Card number|Currency|Amount|Debit/Credit|Status|Category",
            form="%d.%m.%Y",
            in_out=("Credit", "Debit"),
        ),
    ),
    delimited(
        "ch-zkb",
        f"{B2Y} [CH ZKB Erweiterte Suche]",
        "the currency in the headings; debit and credit; quoted",
        Columns(
            "date words =X123 =R1 debit credit vdate bal",
            "Datum|Buchungstext|ZKB-Referenz|Referenznummer|Belastung CHF|Gutschrift CHF|Valuta|Saldo CHF",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            quoting=csv.QUOTE_ALL,
            bom=b"\xef\xbb\xbf",
            newest_first=True,
        ),
    ),
)
