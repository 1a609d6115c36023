"""Exports of banks of the west and south of Europe."""

import csv

from tests.held_back.kind import Answer
from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"
HL = "simonmichael/hledger examples/csv/banking"
ALL = csv.QUOTE_ALL

KINDS = (
    delimited(
        "be-bnp-fortis",
        f"{B2Y} [BE BNP Paribas Fortis Export]",
        "a serial number first; execution and value date; words in the eleventh column",
        Columns(
            "n date vdate amt =EUR =BE11123456789012 =Kaartbetaling . . . words =Geaccepteerd .",
            "Volgnummer|Uitvoeringsdatum|Valutadatum|Bedrag|Valuta rekening|Rekeningnummer|Type verrichting|"
            "Tegenpartij|Naam van de tegenpartij|Mededeling|Details|Status|Reden van weigering",
            delimiter=";",
            style="comma",
            language="xx",
            newest_first=True,
        ),
    ),
    delimited(
        "be-kbc",
        f"{B2Y} test-data/export_BE11123456789012_20180304_1422.csv",
        "amount and balance, and again credit and debit; fields padded with blanks",
        Columns(
            "=BE11123456789012 . =SMITH_JOHN =EUR =02018038 date words vdate amt bal credit -debit . . . . . .",
            "Rekeningnummer|Rubrieknaam|Naam|Munt|Afschriftnummer|Datum|Omschrijving|Valuta|Bedrag|Saldo|credit|"
            "debet|rekeningnummer tegenpartij|BIC tegenpartij|Naam tegenpartij|Adres tegenpartij|"
            "gestructureerde mededeling|Vrije mededeling",
            delimiter=";",
            style="comma",
            language="xx",
            empty="              ",
            pad=5,
            newest_first=True,
        ),
    ),
    delimited(
        "be-keytrade",
        f"{B2Y} [BE Keytrade Bank]",
        "extract number first; amount and currency",
        Columns(
            "n date vdate =BE77 words amt =EUR",
            "Extract|Date|Value date|Account|Description|Amount|Currency",
            delimiter=";",
            style="comma",
            form="%d.%m.%Y",
        ),
    ),
    delimited(
        "es-n26",
        f"{FF} es/n26",
        "Spanish headings; ISO days",
        Columns(
            "date words =ES11 =Pago . amt amt =EUR =1",
            '"Fecha|Beneficiario|Número de cuenta|Tipo de transacción|Referencia de pago|Cantidad (EUR)|'
            "Cantidad (Divisa extranjera)|Tipo de divisa extranjera|Tipo de cambio".replace('"', ""),
            form="%Y-%m-%d",
            quoting=ALL,
        ),
    ),
    delimited(
        "fr-boursorama",
        f"{FF} fr/boursorama",
        "non-breaking blanks between thousands; the account's balance of today in each row",
        Columns(
            "date vdate words =Alimentation =Courses =SUP amt . =12345678 =Compte =1024,50",
            "dateOp|dateVal|label|category|categoryParent|supplierFound|amount|comment|accountNum|accountLabel|accountbalance",
            delimiter=";",
            form="%Y-%m-%d",
            style="fr",
            language="fr",
            quoting=csv.QUOTE_MINIMAL,
        ),
    ),
    delimited(
        "fr-fortuneo",
        f"{FF} fr/fortuneo",
        "debit already negative, credit; Latin-1; a separator at the end",
        Columns(
            "date vdate words -debit credit .",
            "Date opération|Date valeur|libellé|Débit|Crédit|",
            delimiter=";",
            style="comma",
            language="fr",
            encoding="latin-1",
        ),
    ),
    delimited(
        "fr-no-header-ansi",
        "range-of-motion/budget#322",
        "no header; code page 1252; words quoted; amount and balance; newest first",
        Columns("date words amt bal", language="fr", encoding="cp1252", newest_first=True),
    ),
    delimited(
        "fr-one-decimal-euro",
        "actualbudget/actual#5020",
        "a point before one or two decimals, a blank and a euro sign",
        Columns(
            "date words amt",
            "Date|Affilié|Montant",
            delimiter=";",
            form="%d-%m-%Y",
            style="short",
            wrap=" {} €",
            language="fr",
            large=False,
        ),
    ),
    delimited(
        "fr-narrow-blank",
        "actualbudget/actual#6206 and French exports with narrow non-breaking blanks",
        "narrow non-breaking blanks between thousands; a minus sign of typography",
        Columns(
            "date words debit credit bal",
            "Date|Libellé|Débit euros|Crédit euros|Solde",
            delimiter=";",
            style="frn",
            negative="\u2212",
            language="fr",
            above=("Compte de dépôt n° {account}", "Solde au {to} {close} €", ""),
        ),
    ),
    delimited(
        "gr-alpha",
        f"{FF} gr/alpha",
        "lines above; a Greek letter says in or out, amounts unsigned",
        Columns(
            "n date words =099 date =123 abs dir",
            "Α/Α|Ημ/νία|Αιτιολογία|Κατάστημα|Τοκισμός από|Αρ. συναλλαγής|Ποσό|Πρόσημο ποσού",
            delimiter=";",
            style="eu",
            in_out=("Π", "Χ"),
            above=("Κινήσεις Λογαριασμού;", "Λογαριασμός;{account};", "Από;{from};", "Έως;{to};", ""),
            newest_first=True,
        ),
        answer=Answer.EITHER,
        reason_any=("sign", "in or out", "column"),
    ),
    delimited(
        "it-inbank",
        f"{B2Y} [IT RomagnaBanca Inbank]",
        "Dare and Avere; words after an empty column",
        Columns(
            "date vdate debit credit =EUR words =48",
            "Data contabile|Data valuta|Dare|Avere|Divisa|Descrizione|Causale",
            delimiter=";",
            style="eu",
            language="xx",
        ),
    ),
    delimited(
        "nl-ing",
        f"{B2Y} [NL ING]",
        "Af or Bij beside an unsigned amount; days without marks",
        Columns(
            "date words =NL20INGB0001234567 =NL11 =BA dir abs =Betaalautomaat =Pasvolgnr",
            "Datum|Naam / Omschrijving|Rekening|Tegenrekening|Code|Af Bij|Bedrag (EUR)|MutatieSoort|Mededelingen",
            form="%Y%m%d",
            style="comma",
            in_out=("Bij", "Af"),
            quoting=ALL,
            newest_first=True,
        ),
    ),
    delimited(
        "nl-ing-2020",
        f"{B2Y} [NL ING Checking 2020]",
        "semicolons; the English page: Debit or Credit; the resulting balance; a tag",
        Columns(
            "date words =NL20INGB0001234567 =NL11 =BA dir abs =Payment_terminal =Sequence bal .",
            "Date|Name / Description|Account|Counterparty|Code|Debit/credit|Amount (EUR)|Transaction type|"
            "Notifications|Resulting balance|Tag",
            delimiter=";",
            form="%Y%m%d",
            style="comma",
            in_out=("Credit", "Debit"),
            quoting=ALL,
            newest_first=True,
        ),
    ),
    delimited(
        "nl-knab",
        f"{B2Y} [NL KNAB]",
        "a line above the header; C or D; days with dashes",
        Columns(
            "=NL22KNAB date =EUR dir abs =NL11 payee vdate =Overboeking memo . .",
            "Rekeningnummer|Transactiedatum|Valutacode|CreditDebet|Bedrag|Tegenrekeningnummer|Tegenrekeninghouder|"
            "Valutadatum|Betaalwijze|Omschrijving|Type betaling|",
            delimiter=";",
            form="%d-%m-%Y",
            style="comma",
            above=("KNAB EXPORT;;;;;;;;;;;",),
            quoting=ALL,
        ),
    ),
    delimited(
        "nl-rabobank-old",
        f"{B2Y} [NL Rabobank]",
        "no header; C or D; days without marks; a point in amounts",
        Columns("=NL77RABO =EUR date dir abs =NL11 payee date =tb . memo .", form="%Y%m%d", quoting=ALL),
        answer=Answer.EITHER,
        reason_any=("column", "sign", "header", "in or out"),
    ),
    delimited(
        "nl-rabobank",
        f"{B2Y} test-data/CSV_A_20180414_112204.csv",
        "twenty columns; a plus on what comes in; the balance after each row",
        Columns(
            "=NL77RABO =EUR =RABONL2U n date vdate amt bal =NL11 payee . . . =bg . . . . . memo _".replace(" _", " ."),
            "IBAN/BBAN|Munt|BIC|Volgnr|Datum|Rentedatum|Bedrag|Saldo na trn|Tegenrekening IBAN/BBAN|Naam tegenpartij|"
            "Naam uiteindelijke partij|Naam initirende partij|BIC tegenpartij|Code|Batch ID|Transactiereferentie|"
            "Machtigingskenmerk|Incassant ID|Betalingskenmerk|Omschrijving-1|Omschrijving-2",
            form="%Y-%m-%d",
            style="comma",
            negative="plus",
            quoting=ALL,
        ),
    ),
    delimited(
        "nl-bunq",
        f"{B2Y} test-data/2019-03-02_11-50-46_bunq-statement.csv",
        "ISO days; decimal comma with commas between fields",
        Columns(
            "date amt =NL26BUNQ =NL11 payee memo",
            "Date|Amount|Account|Counterparty|Name|Description",
            form="%Y-%m-%d",
            style="eu",
            quoting=ALL,
        ),
    ),
    delimited(
        "nl-abn-amro",
        f"{FF} nl/abnamro",
        "no header; tabs; the balance before and after each row",
        Columns("=123456789 =EUR date start bal date amt words", delimiter="\t", form="%Y%m%d", style="comma", encoding="cp1252"),
    ),
    delimited(
        "nl-triodos",
        f"{HL}/triodos.rules",
        "no header; unsigned with Debet or Credit; the balance last",
        Columns(
            "date =NL10TRIO abs dir payee =NL11 =IC memo bal",
            form="%d-%m-%Y",
            style="eu",
            in_out=("Credit", "Debet"),
            quoting=ALL,
        ),
    ),
)
