"""Tables as banks of several countries write them: the day, the sign and every word of a row are right, or the file is refused by name."""

from __future__ import annotations

import pytest

from bowerbird.model.money import format_cents
from bowerbird.plugins.registry import discover
from bowerbird.statements.files import kind_of
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount

LAYOUTS = discover().csv_layouts
BANK = "AU13601"
"""An institution without a layout of its own."""
TWO = [("2025-03-13", "-1003.50", "Coffee King"), ("2025-03-14", "10.00", "Pay May")]


def read(text: str | bytes) -> list[StatementAccount]:
    data = text if isinstance(text, bytes) else text.encode()
    assert kind_of(data) is not None
    return read_statement(data, BANK, 1000, LAYOUTS)


def rows(text: str | bytes) -> list[tuple[str, str, str]]:
    return [(str(row.posted), format_cents(row.amount), row.description) for account in read(text) for row in account.transactions]


READ = {
    "day-of-value-beside": (
        "Txn Date\tValue Date\tDescription\tDebit\tCredit\tBalance\n13 Mar 2025\t15 Mar 2025\tCoffee King\t1,003.50\t \t96.50\n"
        "14 Mar 2025\t14 Mar 2025\tPay May\t \t10.00\t106.50\n\n**Made by a computer\n"
    ),
    "currency-in-headings": (
        "Account,1234\n\nTransaction date,Value date,Description,Withdrawals (SGD),Deposits (SGD)\n"
        '14/03/2025,14/03/2025,Pay May,,10.00\n13/03/2025,15/03/2025,Coffee King,"1,003.50",\n'
    ),
    "dutch": (
        "Volgnummer;Uitvoeringsdatum;Valutadatum;Bedrag;Valuta rekening;Mededeling;Details\n"
        "1;13/03/2025;15/03/2025;-1003,50;EUR;Coffee;King\n2;14/03/2025;14/03/2025;10,00;EUR;Pay;May\n"
    ),
    "words-without-a-known-heading": "Datum|Betrag|Text|Sonstiges\n20250313|-1003,50|Coffee|King\n20250314|10,00|Pay|May\n",
    "letters-of-a-direction-below-no-heading": (
        'Buchungstag;Valuta;Empfänger/Zahlungspflichtiger;Vorgang/Verwendungszweck;Währung;Umsatz;" "\n'
        "13.03.2025;15.03.2025;Coffee;King;EUR;1.003,50;S\n14.03.2025;14.03.2025;Pay;May;EUR;10,00;H\n"
        "01.03.2025;;;Anfangssaldo;EUR;2.500,00;H\n14.03.2025;;;Endsaldo;EUR;1.506,50;H\n"
    ),
    "hungarian": (
        "Számlatörténet\nIdőszak: 2025.03.01.-2025.03.20.\nSzámla;Összeg;Devizanem;Közlemény;Könyvelési dátum\n"
        "10100716;-1003,5;HUF;Coffee King;2025.03.13.\n10100716;10;HUF;Pay May;2025.03.14.\n"
    ),
    "polish": "Data operacji;Data waluty;Kwota;Waluta;Opis transakcji\n2025-03-13;2025-03-15;-1003.50;PLN;Coffee King\n"
    "2025-03-14;2025-03-14;+10.00;PLN;Pay May\n",
    "czech-in-its-code-page": (
        "Položka;Datum zaúčtování;Částka CZK\nCoffee King;2025/03/13;-1003,50\nPay May;2025/03/14;10,00\n".encode("cp1250")
    ),
    "italian": "Data contabile;Data valuta;Dare;Avere;Divisa;Descrizione\n13/03/2025;15/03/2025;1.003,50;;EUR;Coffee King\n"
    "14/03/2025;14/03/2025;;10,00;EUR;Pay May\n",
    "norwegian": "Dato;Forklaring;Rentedato;Ut fra konto;Inn på konto\n13.03.2025;Coffee King;;1003,50;\n14.03.2025;Pay May;;;10,00\n",
    "french-narrow-blanks": "Date;Libellé;Débit euros;Crédit euros;Solde\n13/03/2025;Coffee King;1\u202f003,50;;−96,50\n"
    "14/03/2025;Pay May;;10,00;−86,50\n",
    "greek": "Ημ/νία;Αιτιολογία;Ποσό;Πρόσημο ποσού\n13/03/2025;Coffee King;1.003,50;Χ\n14/03/2025;Pay May;10,00;Π\n",
    "in-or-out-beside-a-sum": "Date;Text;In/Out;Sum\n2025-03-13;Coffee King;−1003,50;96,50\n2025-03-14;Pay May;10,00;106,50\n",
    "no-header-balance-before-and-after": (
        "1234\tEUR\t20250313\t2000,00\t996,50\t20250313\t-1003,50\tCoffee King\n"
        "1234\tEUR\t20250314\t996,50\t1006,50\t20250314\t10,00\tPay May\n"
    ),
    "no-header-direction-in-words": ('13-03-2025,"1.003,50",Debet,Coffee,King,"996,50"\n14-03-2025,"10,00",Credit,Pay,May,"1.006,50"\n'),
    "no-header-account-above": "38-9000-0123456-00,,,\n13 Mar 2025,Coffee King,-1003.50,96.50\n14 Mar 2025,Pay May,10.00,106.50\n",
    "stars-and-summary": (
        "Date,Narration,Withdrawal Amt.,Deposit Amt.,Closing Balance\n********,********,********,********,********\n"
        "13/03/25,Coffee King,1003.50,,96.50\n14/03/25,Pay May,,10.00,106.50\n********,********,********,********,********\n"
        "STATEMENT SUMMARY :-,,,,\nOpening Balance,Dr Count,Debits,Credits,Closing Bal\n1100.00,1,1003.50,10.00,106.50\n"
    ),
    "balance-of-today-in-each-row": (
        "dateOp;dateVal;label;amount;accountbalance\n2025-03-13;2025-03-15;Coffee King;-1\u00a0003,50;24,50\n"
        "2025-03-14;2025-03-14;Pay May;10,00;24,50\n2025-03-16;2025-03-16;C;-1,00;24,50\n"
    ),
    "sort-code": (
        "Transaction Date,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance\n"
        "14/03/2025,'30-00-00,12345678,Pay May,,10.00,106.50\n13/03/2025,'30-00-00,12345678,Coffee King,1003.50,,96.50\n"
    ),
    "no-header-balance-before": (
        "13-03-2025,NL91ABNA0417164300,Coffee King,EUR,2000.00,EUR,-1003.50\n"
        "14-03-2025,NL91ABNA0417164300,Pay May,EUR,996.50,EUR,10.00\n15-03-2025,NL91ABNA0417164300,Tea,EUR,1006.50,EUR,-1.00\n"
    ),
    "account-above-rows-without-header": (
        "Compte;Compte;****1234;16/03/2025;;1 005,50\n13/03/2025;Coffee King;-1 003,50\n14/03/2025;Pay May;10,00\n"
        "16/03/2025;Tea;-1,00\n16/03/2025;Cake;-2,00\n"
    ),
    "direction-behind-the-balance": (
        "Date,Description,Amount,Dr / Cr,Balance,Dr / Cr\n13-03-2025,Coffee King,1003.50,DR,3.50,DR\n14-03-2025,Pay May,10.00,CR,6.50,CR\n"
    ),
    "two-headings-of-one-name-one-empty": ("Date;Text;Amount;Rate;Amount\n13/03/2025;Coffee King;;;-1003.50\n14/03/2025;Pay May;;;10.00\n"),
    "a-day-for-a-heading-that-is-an-amount-elsewhere": (
        "Dato;Valør;Tekst;Beløb;Saldo\n13.03.2025;15.03.2025;Coffee King;-1.003,50;96,50\n14.03.2025;14.03.2025;Pay May;10,00;106,50\n"
    ),
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_a_banks_table_is_read_whole(text: str | bytes) -> None:
    assert rows(text)[:2] == TWO


JAPANESE = {
    "era-and-whole-yen": "年月日（和暦）,お引出し,お預入れ,お取り扱い内容,残高\nR7.03.13,1191,,家賃,2309\nR7.03.14,,419,給与,2728\n",
    "thousands": '日付,摘要内容,支払い金額,預かり金額,差引残高\n2025/3/13,家賃,"1,191",,"2,309"\n2025/3/14,給与,,419,"2,728"\n',
    "signed": "取引日,入出金(円),取引後残高(円),入出金内容\n20250313,-1191,2309,家賃\n20250314,419,2728,給与\n",
}


@pytest.mark.parametrize("text", JAPANESE.values(), ids=JAPANESE)
def test_japanese_tables_are_read_in_shift_jis(text: str) -> None:
    assert rows(text.encode("cp932")) == [("2025-03-13", "-1191.00", "家賃"), ("2025-03-14", "419.00", "給与")]


HEAD = "Date,Description,Amount\n"
CARD = "".join(f"{day}/03/2025,SHOP {day},£{day}.50\n" for day in range(13, 20)) + "21/03/2025,PAYMENT,-£90.00\n"
REFUSED = {
    "sign-of-a-card": (HEAD + CARD, "no balance says what is money in or out"),
    "sign-and-direction-disagree": (
        "Date,Description,Amount,Type\n13/03/2025,a,-5.00,DR\n14/03/2025,b,7.00,DR\n",
        "disagree on whether it is money in or out",
    ),
    "a-day-that-no-known-word-names": (
        "Erfasst am;Valuta;Text;Betrag\n13.03.2025;15.03.2025;a;-1,00\n14.03.2025;14.03.2025;b;2,00\n",
        "header does not contain required field txnPostDate",
    ),
    "two-sums-without-a-heading": ("13/03/2025,a,1.00,\n14/03/2025,b,,7.00\n15/03/2025,c,2.00,\n", "required field txnDirection"),
    "a-first-row-whose-day-is-wrong": ("13/33/2025,a,-1.00\n14/03/2025,b,7.00\n15/03/2025,c,-2.00\n16/03/2025,c,-2.00\n", "CSV"),
    "a-sum-written-wrongly-beside-balances": (
        '1-3-2025,"4.18,20",Af,a,"9,50"\n4-3-2025,"1,00",Bij,b,"8,50"\n5-3-2025,"1,00",Bij,c,"7,50"\n14-3-2025,"1,00",Bij,d,"6,50"\n',
        "row 1, field Column 2, value '4.18,20'. Expected an amount",
    ),
    "headings-of-unknown-words": (
        "Wann,Was,Wieviel\n13/03/2025,a,-1.00\n14/03/2025,b,7.00\n15/03/2025,c,-2.00\n16/03/2025,d,-2.00\n",
        "header does not contain required field txnPostDate",
    ),
    "no-year": ("Datum;Text;Betrag\n03.03;a;-1,00\n17.03;b;2,00\n", "The day has no year"),
    "trades": ("Trade Date,Symbol,Quantity,Price\n2025-03-03,ACME,5,10.00\n", "a broker's list of trades"),
    "json": ('{"transactions": [{"date": "2025-03-03", "amount": -5.0}]}', "this is JSON"),
    "notification": (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.04"><BkToCstmrDbtCdtNtfctn/></Document>',
        "a CAMT.054 notification",
    ),
    "interim-report": (":20:A\n:25:1\n:28C:1/1\n:34F:PLN0\n:61:1701190119CN0,01NTRFNONREF\n:86:x\n:90D:0PLN0\n-\n", "MT942"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_certain_is_refused_by_its_name(text: str, expected: str) -> None:
    with pytest.raises(Refused) as caught:
        read(text)
    assert expected in caught.value.detail


@pytest.mark.parametrize("words", ["TOTAL ENERGIES LYON", "SALDO DER ABSCHLUSSPOSTEN", "CLOSING TIME BAR"])
def test_a_shop_whose_name_begins_like_a_balance_is_no_total(words: str) -> None:
    text = HEAD + f"13/03/2025,{words},-5.00\n14/03/2025,Pay,1.00\n"
    assert [row[2] for row in rows(text)] == [words, "Pay"]


OFX = {
    "error": ("<STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>General Server Error</STATUS>", "2000 General Server Error"),
    "accounts": ("<ACCTINFO><DESC>SAVINGS</ACCTINFO>", "a list of accounts"),
    "investment": ("<INVSTMTRS><CURDEF>USD</INVSTMTRS>", "an investment statement"),
    "nothing": ("", "holds no statement"),
}


@pytest.mark.parametrize(("text", "expected"), OFX.values(), ids=OFX)
def test_an_ofx_file_without_a_statement_says_what_it_holds(text: str, expected: str) -> None:
    with pytest.raises(Refused) as caught:
        read(f"OFXHEADER:100\n\n<OFX>{text}</OFX>")
    assert caught.value.entry.code == "empty-file"
    assert expected in caught.value.reason


MT940 = ":20:A\n:25:NL81ASNB9999999999\n:28C:1/1\n:60F:C250301EUR{zeros}2000,00\n"
MT940 += ":61:250313{blanks}{debit}{zeros}1003,50NTRFNONREF\n\n:86:Coffee King\n"
MT940 += ":61:250314{blanks}{credit}{zeros}10,00N102EREF\n:86:Pay May\n:62F:C250314EUR{zeros}1006,50\n-"
DIALECTS = {
    "blanks": ("{{1:F01ASNBNL21XXXX0000000000}}{{2:O940ASNBNL21XXXXN}}{{3:}}{{4:\n" + MT940 + "}}{{5:}}", "    ", "", "D", "C"),
    "currency-letter": (MT940, "    ", "", "DD", "CD"),
    "numbered-lines": ("0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n" + MT940, "", "", "D", "C"),
    "zeros": (":940:\n" + MT940, "", "000000000", "D", "C"),
}


@pytest.mark.parametrize(("text", "blanks", "zeros", "debit", "credit"), DIALECTS.values(), ids=DIALECTS)
def test_dialects_of_mt940(text: str, blanks: str, zeros: str, debit: str, credit: str) -> None:
    assert rows(text.format(blanks=blanks, zeros=zeros, debit=debit, credit=credit)) == TWO
