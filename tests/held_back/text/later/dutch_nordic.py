"""Exports of banks of Belgium, the Netherlands, the Nordic and Baltic countries."""

import csv

from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"
IBAN = "=NL91ABNA0417164300"

KINDS = (
    delimited(
        "be-argenta",
        f"{FF} be/argenta",
        "eleven columns; a day of booking, of value and of the act; points between thousands",
        Columns(
            "=BE71096123456769 date vdate =REF01 =Overschrijving amt =EUR date =BE68539007547034 payee memo",
            "Rekening|Boekdatum|Valutadatum|Referentie|Beschrijving|Bedrag|Munt|Verrichtingsdatum|Rekening tegenpartij|"
            "Naam tegenpartij|Mededeling",
            delimiter=";",
            form="%d-%m-%Y",
            style="eu",
        ),
    ),
    delimited(
        "be-crelan",
        f"{FF} be/crelan",
        "the amount right after the day; the own account last",
        Columns(
            "date amt =EUR . payee =BE68539007547034 =Overschrijving memo =BE71096123456769",
            "Datum|Bedrag|Munt|Tegenpartij|Naam van tegenpartij|Rekening tegenpartij|Type van transactie|Mededeling|Rekening",
            delimiter=";",
            style="comma",
            newest_first=True,
        ),
    ),
    delimited(
        "be-ing",
        f"{FF} be/ing",
        "a number of the row; booking and value day; words in two columns padded with blanks",
        Columns(
            "=BE71096123456769 =PIETERS_JAN =BE68539007547034 n date vdate amt =EUR words words .",
            "Rekeningnummer|Naam van de rekening|Rekening tegenpartij|Omzetnummer|Boekingsdatum|Valutadatum|Bedrag|Munteenheid|"
            "Omschrijving|Detail van de omzet|Bericht",
            delimiter=";",
            style="comma",
            pad=12,
            newest_first=True,
        ),
    ),
    delimited(
        "nl-asn",
        f"{FF} nl/asnbank",
        "no header; nineteen columns; the balance before the row; the amount behind a currency",
        Columns(
            f"date {IBAN} =NL47INGB9999999999 payee . . . =EUR start =EUR amt date date =9722 =IDB =12345678 . words =3",
            form="%d-%m-%Y",
        ),
    ),
    delimited(
        "nl-sns",
        f"{FF} nl/sns",
        "no header; the same columns with the balance before after the currency; words in apostrophes",
        Columns(
            f"date {IBAN} =NL47INGB9999999999 payee . . . =EUR start =EUR amt date date =9722 =BEA =12345 . words =3",
            form="%d-%m-%Y",
            newest_first=True,
        ),
    ),
    delimited(
        "nl-regiobank",
        f"{FF} nl/regiobank",
        "no header; days without marks",
        Columns(f"date {IBAN} =NL47INGB9999999999 payee . . . =EUR start =EUR amt date date =1 =IDB =12345 . words =3", form="%Y%m%d"),
    ),
    delimited(
        "nl-nibc",
        f"{FF} nl/nibc",
        "a reference first; the value day behind the currency",
        Columns(
            "=R0001 date words amt =EUR date =NL47INGB9999999999 payee . . =X1",
            "Transactiereferentie|Boekdatum|Omschrijving|Bedrag|Valuta|Valutadatum|Tegenrekening|Naam tegenrekening|Omschrijving 1|"
            "Omschrijving 2|Kenmerk",
            delimiter=";",
            form="%d-%m-%Y",
            style="comma",
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "nl-rabobank-card",
        f"{B2Y} [NL Rabobank Credit Card]",
        "a card with a sign on each amount; original amounts empty",
        Columns(
            "=NL91RABO0315273637 =EUR =1234 =RaboCard . . =0001 date amt words . . .",
            "Tegenrekening IBAN|Munt|Creditcard Nummer|Productnaam|Creditcard Regel1|Creditcard Regel2|Transactiereferentie|Datum|"
            "Bedrag|Omschrijving|Oorspr bedrag|Oorspr munt|Koers",
            form="%Y-%m-%d",
            style="comma",
            negative="plus",
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "nl-bunq-2023",
        f"{B2Y} [NL Bunq checking] and exports of 2023",
        "an interest day; points in amounts, commas between thousands; quoted",
        Columns(
            f"date date amt {IBAN} =NL47INGB9999999999 payee words",
            "Date|Interest Date|Amount|Account|Counterparty|Name|Description",
            form="%Y-%m-%d",
            style="us",
            quoting=csv.QUOTE_ALL,
        ),
    ),
    delimited(
        "nl-bunqdesktop",
        f"{B2Y} [NL bunqDesktop software]",
        "semicolons, the amount after the day, headings of a program",
        Columns("date amt =EUR payee . words", "Date|Amount|Account|Name|Counterparty|Description", delimiter=";", form="%Y-%m-%d"),
    ),
    delimited(
        "dk-nordea",
        f"{B2Y} [DK Nordea]",
        "the new page: year first with slashes; amount before the words; a tick column",
        Columns(
            "date amt =1234 . payee words bal =DKK .",
            "Bogføringsdato|Beløb|Afsender|Modtager|Navn|Beskrivelse|Saldo|Valuta|Afstemt",
            delimiter=";",
            form="%Y/%m/%d",
            style="comma",
            newest_first=True,
            bom=b"\xef\xbb\xbf",
        ),
    ),
    delimited(
        "dk-jyske",
        f"{B2Y} [DK Jyske Bank VISA]",
        "a number of the voucher; a day of value; a balance; more columns",
        Columns(
            "date vdate words =Visa amt bal . . . =Nej",
            "Dato|Valør|Tekst|Type|Beløb|Saldo|Notat|Kategori|Bilag|Afstemt",
            delimiter=";",
            form="%d.%m.%Y",
            style="eu",
            encoding="cp1252",
        ),
    ),
    delimited(
        "fi-nordea",
        "Finnish account lists of Nordea as parted by tabs, csv2ofx and budget importers",
        "a line with the account above; tabs; three days; an empty line between rows",
        Columns(
            "date vdate date amt payee =FI2112345600000785 =NDEAFIHH =Korttiosto . . words . .",
            "Kirjauspäivä|Arvopäivä|Maksupäivä|Määrä|Saaja/Maksaja|Tilinumero|BIC|Tapahtuma|Viite|Maksajan viite|Viesti|Kortinnumero|"
            "Kuitti",
            delimiter="\t",
            form="%d.%m.%Y",
            style="comma",
            above=("Tilinumero\tFI2112345600000785", ""),
            eol="\n",
        ),
        extension="txt",
    ),
    delimited(
        "fi-op",
        "Finnish account lists of OP (OP-Pohjola) in importers",
        "the currency in the heading of the amount; a plus on what comes in; quoted texts",
        Columns(
            "date vdate amt =162 =PKORTTIMAKSU payee . . words =20250303/593619/00018",
            "Kirjauspäivä|Arvopäivä|Määrä EUROA|Laji|Selitys|Saaja/Maksaja|Saajan tilinumero|Viite|Viesti|Arkistointitunnus",
            delimiter=";",
            form="%Y-%m-%d",
            style="comma",
            negative="plus",
            encoding="cp1252",
        ),
    ),
    delimited(
        "se-lansforsakringar",
        f"{B2Y} [SE Länsförsäkringar checking]",
        "three lines above the header; two days; amount before the balance",
        Columns(
            "date date words words amt bal",
            "Bokföringsdatum|Transaktionsdatum|Transaktionstext|Meddelande|Belopp|Saldo",
            delimiter=";",
            form="%Y-%m-%d",
            style="comma",
            language="xx",
            above=("Kontonamn: Privatkonto", "Kontonummer: 9020-123.456.7", "Datum: 2025-04-01"),
            encoding="cp1252",
            newest_first=True,
        ),
    ),
    delimited(
        "se-seb",
        f"{B2Y} [SE SEB Skandinaviska Enskilda Banken]",
        "four lines above; a voucher number; the booked balance last",
        Columns(
            "date vdate =5490990004 words amt bal",
            "Bokförd|Valutadatum|Verifikationsnummer|Text|Belopp|Saldo",
            form="%Y-%m-%d",
            style="comma",
            language="xx",
            quoting=csv.QUOTE_ALL,
            above=("Saldo,{close}", "Disponibelt belopp,{close}", "Beviljad kredit,", "Skapad 2025-04-01", ""),
        ),
    ),
    delimited(
        "ee-lhv",
        "exports of LHV, Estonia (Customer account no, Debit/Credit (D/C)) in importers",
        "D or C beside a signed amount; a fee column of zeros; the currency behind",
        Columns(
            "=EE382200221020145685 n date =EE471000001020145685 payee =EEUHEE2X . dir amt . =A1 words =0.00 =EUR",
            "Customer account no|Document no|Date|Sender/receiver account|Sender/receiver name|Sender bank code|Empty|Debit/Credit (D/C)|"
            "Amount|Reference number|Archiving code|Description|Fee|Currency",
            form="%Y-%m-%d",
            quoting=csv.QUOTE_ALL,
        ),
    ),
)
