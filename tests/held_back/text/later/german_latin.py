"""Exports of banks of Germany, Switzerland, France, Spain, Italy, Portugal and Latin America."""

import csv

from tests.held_back.kind import Answer
from tests.held_back.text.delimited import Columns, delimited

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"
LBP = (
    "Numéro Compte   ;1234567A012",
    "Type         ;CCP",
    "Compte tenu en  ;euros",
    "Date            ;{to}",
    "Solde (EUROS)   ;{close}",
    "",
)
CAIXA = "|".join(f"Concepto complementario {number}" for number in range(1, 11))

KINDS = (
    delimited(
        "de-sparkasse-camt",
        f"{FF} de/sparkasse csv-camt; {B2Y} [DE Sparkasse Rhein-Neckar-Nord]",
        "seventeen columns; years of two digits; payee behind eight columns of references; every field quoted",
        Columns(
            "=DE89370400440532013000 date date =KARTENZAHLUNG memo . . =E2E-1 . . . payee =DE02120300000000202051 =BYLADEM1001 amt =EUR "
            "=Umsatz_gebucht",
            "Auftragskonto|Buchungstag|Valutadatum|Buchungstext|Verwendungszweck|Glaeubiger ID|Mandatsreferenz|Kundenreferenz (End-to-End)|"
            "Sammlerreferenz|Lastschrift Ursprungsbetrag|Auslagenersatz Ruecklastschrift|Beguenstigter/Zahlungspflichtiger|"
            "Kontonummer/IBAN|BIC (SWIFT-Code)|Betrag|Waehrung|Info",
            delimiter=";",
            form="%d.%m.%y",
            style="comma",
            quoting=csv.QUOTE_ALL,
            language="de",
            encoding="cp1252",
            newest_first=True,
        ),
    ),
    delimited(
        "de-sparkasse-card",
        f"{B2Y} [DE Ostseesparkasse Rostock credit card]",
        "a card; original and booked amount, both signed; sixteen columns",
        Columns(
            "=1234********5678 date date amt =EUR . amt =EUR words . =R1 =0 . . . .",
            "Umsatz getätigt von|Belegdatum|Buchungsdatum|Originalbetrag|Originalwährung|Umrechnungskurs|Buchungsbetrag|Buchungswährung|"
            "Transaktionsbeschreibung|Transaktionsbeschreibung Zusatz|Buchungsreferenz|Gebührenschlüssel|Länderkennzeichen|"
            "BAR-Entgelt+Buchungsreferenz|AEE+Buchungsreferenz|Abrechnungskennzeichen",
            delimiter=";",
            form="%d.%m.%y",
            style="comma",
            quoting=csv.QUOTE_ALL,
            language="de",
            encoding="cp1252",
        ),
    ),
    delimited(
        "de-consors",
        f"{B2Y} [DE Consorsbank checking]",
        "payee, account, bank, a word for the kind and the purpose in five columns; the currency in the heading",
        Columns(
            "date vdate payee =DE02120300000000202051 =BYLADEM1001 =Lastschrift memo amt",
            "Buchung|Valuta|Sender / Empfänger|IBAN / Konto-Nr.|BIC / BLZ|Buchungstext|Verwendungszweck|Betrag in EUR",
            delimiter=";",
            form="%d.%m.%Y",
            style="eu",
            language="de",
        ),
    ),
    delimited(
        "de-deutsche-card",
        f"{B2Y} [DE Deutsche Bank Credit Card]",
        "the English page of a card: four lines above, month first, a line of the balance below",
        Columns(
            "date date words . . . amt =EUR",
            "Voucher date|Date of receipt|Reason for payment|Foreign currency|Amount|Exchange rate|Amount|Currency",
            delimiter=";",
            form="%m/%d/%Y",
            style="us",
            above=("Credit card transactions;;Customer number: 123 4567890", ";;;;;;;", "MasterCard Gold;1234********5678;;;;;;", ""),
            below=("Online-Balance:;{to};;;;;{close};EUR",),
        ),
    ),
    delimited(
        "de-tomorrow",
        f"{FF} de/tomorrow",
        "own account's name first; a category; the currency last",
        Columns(
            "=Konto date vdate payee =DE02120300000000202051 =card memo =Essen amt =EUR",
            "account_name|booking_date|valuta_date|sender_or_recipient|iban|transaction_type|description|category|amount|currency",
            form="%Y-%m-%d",
            language="de",
        ),
    ),
    delimited(
        "de-flatex",
        f"{FF} de/flatex",
        "a cash account: day, value day, bank, account, words, number, amount and a heading without a name",
        Columns(
            "date vdate . . words =TA1 amt =EUR =12345678 .",
            "Buchtag|Valuta|BIC / BLZ|IBAN / Kontonummer|Buchungsinformationen|TA-Nr.|Betrag||Konto|",
            delimiter=";",
            form="%d.%m.%Y",
            style="eu",
            language="de",
            encoding="cp1252",
        ),
    ),
    delimited(
        "ch-credit-suisse",
        f"{FF} ch/creditsuisse",
        "lines above; debit and credit; the value day behind; a total below",
        Columns(
            "date words debit credit vdate bal",
            "Booking Date|Text|Debit|Credit|Value Date|Balance",
            form="%d.%m.%Y",
            above=("Bookings", "Account,CH93 0076 2011 6238 5295 7", "From {from} to {to}"),
            below=("Total turnover,,{outabs},{in},,",),
        ),
    ),
    delimited(
        "ch-raiffeisen",
        f"{FF} ch/raiffeisen",
        "days with a time of zeros; a slash in the heading of the amount",
        Columns(
            "=CH9300762011623852957 date words amt bal vdate",
            "IBAN|Booked At|Text|Credit/Debit Amount|Balance|Valuta Date",
            delimiter=";",
            form="%Y-%m-%d 00:00:00.0",
            encoding="cp1252",
        ),
    ),
    delimited(
        "fr-credit-agricole",
        "Crédit Agricole exports in importers (Téléchargement du …, cells with line breaks)",
        "lines above; words over two lines inside a quoted cell; debit and credit with the currency in the heading",
        Columns(
            "date words debit credit .",
            "Date|Libellé|Débit euros|Crédit euros|",
            delimiter=";",
            style="fr",
            above=(
                "Téléchargement du 01/04/2025;",
                "",
                "M. OU MME DUPONT;",
                "Compte de Dépôt carte n° 12345678;",
                "Solde au {to} {close} €",
                "",
            ),
            language="fr",
            encoding="cp1252",
            newest_first=True,
        ),
    ),
    delimited(
        "fr-bnp",
        "BNP Paribas exports in importers: the first line is the account and its balance",
        "a first line of the account with its balance; no header; a category before the words",
        Columns(
            "date =Divers =Autre words amt",
            delimiter=";",
            style="sp",
            above=("Compte de chèques;Compte de chèques;****1234;{to};;{close}",),
            language="fr",
            newest_first=True,
        ),
    ),
    delimited(
        "fr-banque-postale",
        "La Banque Postale exports (Montant(EUROS) and Montant(FRANCS)) in importers",
        "lines above padded with blanks; amounts in euros and again in francs",
        Columns(
            "date words amt =0",
            "Date|Libellé|Montant(EUROS)|Montant(FRANCS)",
            delimiter=";",
            style="comma",
            above=LBP,
            language="fr",
            encoding="cp1252",
            newest_first=True,
        ),
    ),
    delimited(
        "fr-societe-generale",
        'Société Générale exports (="0123" above date_comptabilisation) in importers',
        "a line above with the account behind an equals sign; headings with underscores",
        Columns(
            "date words amt =EUR .",
            "date_comptabilisation|libellé_complet_operation|montant_operation|devise|",
            delimiter=";",
            style="comma",
            above=('="0123456789012345";{from};{to};',),
            language="fr",
            encoding="cp1252",
        ),
    ),
    delimited(
        "es-caixabank",
        f"{FF} es/caixabank",
        "income and expense; the balance in a column of its sign; twenty-three columns",
        Columns(
            "=ES9121000418450200051332 =0418 =EUR date vdate credit debit bal . =17 =001 . . words" + " ." * 9,
            "Número de cuenta|Oficina|Divisa|F. Operación|F. Valor|Ingreso (+)|Gasto (-)|Saldo (+)|Saldo (-)|Concepto común|"
            f"Concepto propio|Referencia 1|Referencia 2|{CAIXA}",
            style="eu",
            quoting=csv.QUOTE_ALL,
            large=False,
        ),
    ),
    delimited(
        "es-bbva",
        "BBVA exports in importers (F.Valor, Fecha, Concepto, Movimiento, Importe, Divisa, Disponible)",
        "the value day first; two columns of words; what is available as the balance",
        Columns(
            "vdate date payee memo amt =EUR bal =EUR .",
            "F.Valor|Fecha|Concepto|Movimiento|Importe|Divisa|Disponible|Divisa|Observaciones",
            delimiter=";",
            style="eu",
            newest_first=True,
        ),
    ),
    delimited(
        "it-bper",
        f"{FF} it/bper",
        "a number and the account first; accounting and value day",
        Columns(
            "n =12345678 date vdate amt =EUR words . .",
            "Progressivo|Conto|Data contabile|Data valuta|Importo|Divisa|Descrizione|Canale|Note",
            delimiter=";",
            style="eu",
        ),
    ),
    delimited(
        "it-credem",
        f"{FF} it/credem",
        "two days, the amount and what it was in another currency, empty; categories",
        Columns(
            "date vdate amt . . =Spese =Casa . . words .",
            "Data operazione|Data valuta|Importo|Importo in divisa|Divisa|Tag|Categoria|Note|Etichetta|Descrizione|",
            delimiter=";",
            style="comma",
        ),
    ),
    delimited(
        "pt-caixa",
        "Caixa Geral de Depósitos exports (Saldo contabilístico, Saldo disponível) in importers",
        "lines above; a blank behind each heading; two balances; code page 1252",
        Columns(
            "date vdate words debit credit bal bal =Diversos .",
            "Data mov. |Data valor |Descrição |Débito |Crédito |Saldo contabilístico |Saldo disponível |Categoria |",
            delimiter=";",
            form="%d-%m-%Y",
            style="eu",
            above=(
                "Consultar saldos e movimentos à ordem - 01-04-2025",
                "Conta ;0123456789012 - EUR - Conta",
                "Data de início ;{from}",
                "",
            ),
            encoding="cp1252",
            newest_first=True,
        ),
    ),
    delimited(
        "br-itau",
        f"{FF} br/itau",
        "no header; three columns; decimal comma",
        Columns("date words amt", delimiter=";", style="comma", eol="\n"),
    ),
    delimited(
        "br-inter",
        f"{FF} br/inter; {B2Y} [BR Inter, checking]",
        "lines of account and period above; a blank before the balance",
        Columns(
            "date words amt bal",
            "Data Lançamento|Histórico|Valor|Saldo",
            delimiter=";",
            style="eu",
            above=(" Extrato Conta Corrente ", "Conta ;12345678", "Período ;{from} a {to}", "Saldo ;{close}", ""),
        ),
    ),
    delimited(
        "ar-nacion",
        f"{FF} ar/BancoNacionArgentina",
        "three needed columns and a voucher between; points between thousands",
        Columns("date words amt bal .", "Fecha|Concepto|Importe|Saldo|Observaciones", delimiter=";", style="eu", negative="-"),
    ),
    delimited(
        "mx-hsbc",
        f"{FF} mx/hsbc",
        "no header; three columns; commas between thousands",
        Columns("date words amt", style="us", quoting=csv.QUOTE_MINIMAL),
    ),
    delimited(
        "ru-card",
        "Tinkoff exports (Дата операции, Сумма платежа) in importers",
        "Cyrillic in code page 1251; operation and payment amount; a status",
        Columns(
            "date date =*1234 =OK amt =RUB amt =RUB . =Прочее =5411 words . .",
            "Дата операции|Дата платежа|Номер карты|Статус|Сумма операции|Валюта операции|Сумма платежа|Валюта платежа|Кэшбэк|Категория|"
            "MCC|Описание|Бонусы|Округление",
            delimiter=";",
            form="%d.%m.%Y",
            style="comma",
            quoting=csv.QUOTE_ALL,
            encoding="cp1251",
        ),
        answer=Answer.EITHER,
        reason_any=("heading", "date", "txnPostDate", "column", "letters"),
    ),
)
