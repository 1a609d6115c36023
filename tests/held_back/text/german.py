"""Exports of banks of Germany."""

import csv

from tests.held_back.kind import Answer
from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"
GERMAN = {"language": "de", "form": "%d.%m.%Y", "delimiter": ";"}

KINDS = (
    delimited(
        "de-dkb-new",
        f"{FF} de/dkb README",
        "four lines above; years of two digits; the sum with its sign and EUR",
        Columns(
            "date vdate =Gebucht =ISSUER words words =Ausgang =DE02120300000000202051 amt . . .",
            "Buchungsdatum|Wertstellung|Status|Zahlungspflichtige*r|Zahlungsempfänger*in|Verwendungszweck|"
            "Umsatztyp|IBAN|Betrag (€)|Gläubiger-ID|Mandatsreferenz|Kundenreferenz",
            style="eu",
            language="de",
            form="%d.%m.%y",
            delimiter=";",
            quoting=csv.QUOTE_ALL,
            above=('"Girokonto"{d}"DE02120300000000202051"', '""', '"Kontostand vom {to}:"{d}"{close} EUR"', '""'),
            newest_first=True,
            bom=b"\xef\xbb\xbf",
        ),
    ),
    delimited(
        "de-dkb-old",
        f"{B2Y} [DE Deutsche Kreditbank checking]",
        "six lines above in Latin-1; a separator at the end of each line",
        Columns(
            "date vdate =Lastschrift payee memo =1234 =12030000 amt . . . .",
            "Buchungstag|Wertstellung|Buchungstext|Auftraggeber / Begünstigter|Verwendungszweck|Kontonummer|BLZ|"
            "Betrag (EUR)|Gläubiger-ID|Mandatsreferenz|Kundenreferenz|",
            style="eu",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            quoting=csv.QUOTE_ALL,
            encoding="latin-1",
            above=(
                '"Kontonummer:"{d}"DE02120300000000202051 / Girokonto"{d}',
                "",
                '"Von:"{d}"{from}"{d}',
                '"Bis:"{d}"{to}"{d}',
                '"Kontostand vom {to}:"{d}"{close} EUR"{d}',
                "",
            ),
            newest_first=True,
        ),
    ),
    delimited(
        "de-dkb-card",
        "firefly-iii/import-configurations#17",
        "a card; five lines above; two dates, the first column says whether it is in the balance",
        Columns(
            "=Ja date vdate words amt . .",
            "Umsatz abgerechnet und nicht im Saldo enthalten|Wertstellung|Belegdatum|Beschreibung|Betrag (EUR)|Ursprünglicher Betrag|",
            style="eu",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            quoting=csv.QUOTE_ALL,
            encoding="latin-1",
            above=('"Kreditkarte:"{d}"1234****5677"{d}', "", '"Saldo:"{d}"0 EUR"{d}', '"Datum:"{d}"{to}"{d}', ""),
            newest_first=True,
        ),
    ),
    delimited(
        "de-deutsche-bank",
        "nicolettas-muggelbude/RechnungsFee#247",
        "day and month without zeros; Soll and Haben beside Betrag; a line with the balance below",
        Columns(
            "date vdate =Lastschrift payee memo =DE89370400440532013000 . . . . . amt . . . -debit credit =EUR",
            "Buchungstag|Wert|Umsatzart|Begünstigter / Auftraggeber|Verwendungszweck|IBAN / Kontonummer|BIC|"
            "Kundenreferenz|Mandatsreferenz|Gläubiger ID|Fremde Gebühren|Betrag|Abweichender Empfänger|"
            "Anzahl der Aufträge|Anzahl der Schecks|Soll|Haben|Währung",
            style="eu",
            language="de",
            form="%-d.%-m.%Y",
            delimiter=";",
            above=(
                "Umsätze Girokonto;;;Kundennummer: 123 1234567",
                "{from} - {to}",
                "Letzter Kontostand;;;;{close};EUR",
                "Vorgemerkte und noch nicht gebuchte Umsätze sind nicht Bestandteil dieser Übersicht.",
            ),
            below=("Kontostand;{to};;;{close};EUR",),
            newest_first=True,
        ),
    ),
    delimited(
        "de-deutsche-bank-english",
        f"{B2Y} [DE Deutsche Bank]",
        "the English page: month first, debit and credit, a line below",
        Columns(
            "date vdate =Direct_Debit payee memo =DE89370400440532013000 . . . . . . . . . -debit credit =EUR",
            "Booking date|Value date|Transaction Type|Beneficiary / Originator|Payment Details|IBAN|BIC|"
            "Customer Reference|Mandate Reference|Creditor ID|Compensation amount|Original Amount|"
            "Ultimate creditor|Number of transactions|Number of cheques|Debit|Credit|Currency",
            style="us",
            form="%m/%d/%Y",
            delimiter=";",
            above=(
                "Transactions Personal Account;;;Customer number: 123 1234567",
                "{from} - {to}",
                "Last Account Balance;;;;{close};EUR",
                "Transactions pending are not included in this report.",
            ),
            below=("Account balance;{to};;;{close};EUR",),
            newest_first=True,
        ),
    ),
    delimited(
        "de-commerzbank",
        f"{B2Y} [DE Commerzbank checking]",
        "decimal comma, the account behind the amount",
        Columns(
            "date vdate =Lastschrift words amt =EUR =538917600 =20040000 =DE44200400000538917600",
            "Buchungstag|Wertstellung|Umsatzart|Buchungstext|Betrag|Währung|Auftraggeberkonto|"
            "Bankleitzahl Auftraggeberkonto|IBAN Auftraggeberkonto",
            style="comma",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            bom=b"\xef\xbb\xbf",
        ),
    ),
    delimited(
        "de-ing",
        f"{FF} de/ing Readme",
        "thirteen lines above in Latin-1; the balance before the amount, each with a currency column",
        Columns(
            "date vdate payee =Lastschrift memo bal =EUR amt =EUR",
            "Buchung|Wertstellungsdatum|Auftraggeber/Empfänger|Buchungstext|Verwendungszweck|Saldo|Währung|Betrag|Währung",
            style="eu",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            encoding="latin-1",
            eol="\n",
            above=(
                "Umsatzanzeige;Datei erstellt am: {to} 09:00",
                "",
                "IBAN;DE89 5001 0517 1234 5678 90",
                "Kontoname;Girokonto",
                "Bank;ING",
                "Kunde;Erika Beispiel",
                "Zeitraum;{from} - {to}",
                "Saldo;{close};EUR",
                "",
                "Sortierung;Datum absteigend",
                "",
                "In der CSV-Datei finden Sie alle bereits gebuchten Umsätze.",
                "",
            ),
            newest_first=True,
        ),
    ),
    delimited(
        "de-volksbank-s-h",
        f"{B2Y} [DE Fiducia]",
        "unsigned amounts with S or H behind; lines above, and the balances as rows below",
        Columns(
            "date vdate =ISSUER payee =DE89 . . . memo . =EUR abs dir",
            "Buchungstag|Valuta|Auftraggeber/Zahlungsempfänger|Empfänger/Zahlungspflichtiger|Konto-Nr.|IBAN|BLZ|"
            "BIC|Vorgang/Verwendungszweck|Kundenreferenz|Währung|Umsatz| ",
            style="eu",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            quoting=csv.QUOTE_ALL,
            encoding="latin-1",
            in_out=("H", "S"),
            above=(
                '"Volksbank Beispiel eG"',
                "",
                '"Umsatzanzeige"',
                "",
                '"BLZ:";"12345678";;"Datum:";"{to}"',
                '"Konto:";"{account}";;"Uhrzeit:";"10:00:00"',
                '"Abfrage von:";"Erika Beispiel";;"Kontoinhaber:";"Erika Beispiel"',
                "",
                '"Zeitraum:";;"von:";"{from}";"bis:";"{to}"',
                '"Betrag in Euro:";;"von:";" ";"bis:";" "',
                "",
            ),
            below=(
                "",
                '"{from}";;;;;;;;;"Anfangssaldo";"EUR";"{open}";"H"',
                '"{to}";;;;;;;;;"Endsaldo";"EUR";"{close}";"H"',
            ),
            newest_first=True,
        ),
    ),
    delimited(
        "de-sparkasse-mt940-csv",
        f"{B2Y} test-data/20180226-1000594757-umsatz.CSV",
        "every field quoted; years of two digits; no balance",
        Columns(
            "=1000594757 date vdate =FOLGELASTSCHRIFT memo payee =DE13 =DEUTDEDK380 amt =EUR =Umsatz_gebucht",
            "Auftragskonto|Buchungstag|Valutadatum|Buchungstext|Verwendungszweck|Beguenstigter/Zahlungspflichtiger|"
            "Kontonummer|BLZ|Betrag|Waehrung|Info",
            style="comma",
            language="de",
            form="%d.%m.%y",
            delimiter=";",
            quoting=csv.QUOTE_ALL,
            encoding="cp1252",
        ),
    ),
    delimited(
        "de-kreissparkasse-no-year",
        f"{B2Y} [DE Kreissparkasse]",
        "days without a year, and nothing else names one",
        Columns(
            "date words . . . amt =EUR .",
            "Datum|Text|Konto|BLZ|Info|Betrag|Währung|Notiz",
            style="comma",
            language="de",
            form="%d.%m",
            delimiter=";",
        ),
        answer=Answer.REFUSE,
        reason_any=("year",),
    ),
    delimited(
        "de-n26",
        f"{B2Y} test-data/20171001-20171106.csv",
        "ISO days; amounts with a point and the foreign amount in two more columns",
        Columns(
            "date words . =MasterCard_Zahlung . =Shopping amt amt =EUR =1.0",
            "Datum|Empfänger|Kontonummer|Transaktionstyp|Verwendungszweck|Kategorie|Betrag (EUR)|"
            "Betrag (Fremdwährung)|Fremdwährung|Wechselkurs",
            language="de",
            form="%Y-%m-%d",
            eol="\n",
        ),
    ),
    delimited(
        "de-postbank",
        "firefly-iii/firefly-iii#1938",
        "lines of name, bank code and account above; a euro sign behind each amount",
        Columns(
            "date vdate =Überweisung words =A =B amt bal .",
            "Buchungsdatum|Wertstellung|Umsatzart|Buchungsdetails|Auftraggeber|Empfänger|Betrag (€)|Saldo (€)|",
            style="eu",
            wrap="{} €",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            encoding="cp1252",
            above=("Umsatzauskunft;", "Name;Erika Beispiel;", "BLZ;37010050;", "Kontonummer;12345678;", ""),
            newest_first=True,
        ),
    ),
    delimited(
        "de-dkb-nbsp-euro",
        "TheAxelander/OpenBudgeteer#161",
        "a non-breaking space before the euro sign",
        Columns(
            "date words amt",
            "Buchungsdatum|Verwendungszweck|Betrag",
            style="eu",
            wrap="{}\u00a0€",
            language="de",
            form="%d.%m.%y",
            delimiter=";",
        ),
    ),
    delimited(
        "de-lbb-amazon",
        f"{B2Y} [DE Amazon VISA LBB]",
        "a line above; several amounts in a row; the booked one counts",
        Columns(
            "=1234******5678 date vdate words . =EUR =1,00 . amt . .",
            "Kreditkartennummer|Transaktionsdatum|Buchungsdatum|Händler (Name, Stadt & Land)|Umsatzkategorie|"
            "Betrag in Fremdwährung|Einheit Fremdwährung|Umrechnungskurs|Betrag in Euro|Amazon Punkte|Prime Punkte",
            style="comma",
            language="de",
            form="%d.%m.%Y",
            delimiter=";",
            above=("Erstellt am {to}",),
        ),
        answer=Answer.EITHER,
        reason_any=("column", "date", "amount"),
    ),
)
