"""Exports of banks of South Africa, India, Japan, Singapore, Poland, Hungary, Czechia and Slovakia."""

import csv

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import account
from tests.held_back.text.delimited import Columns, delimited
from tests.held_back.writing import number

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"


def kotak(seed: str) -> Sample:
    """Unsigned amount and balance, each with a DR or CR of its own behind it under the same heading."""
    ledger = account(f"in-kotak/{seed}", 9)
    lines = ["Sl. No.,Transaction Date,Value Date,Description,Chq / Ref No.,Amount,Dr / Cr,Balance,Dr / Cr"]
    for at, row in enumerate(ledger.rows, 1):
        sides = ["CR" if cents >= 0 else "DR" for cents in (row.cents, row.balance_cents)]
        amount, balance = (f'"{number(abs(cents), "us")}"' for cents in (row.cents, row.balance_cents))
        lines.append(f"{at},{row.day:%d-%m-%Y},{row.day:%d-%m-%Y},{row.words},UPI-{at},{amount},{sides[0]},{balance},{sides[1]}")
    return Sample("in-kotak.csv", "\r\n".join(lines).encode(), Expected(Answer.READ, ledger.rows))


def capitec(seed: str) -> Sample:
    """Every third row costs a fee, which the balance takes off with the amount and another column shows."""
    ledger = account(f"za-capitec-fees/{seed}", 9)
    head = (
        "Nr,Account,Posting Date,Transaction Date,Description,Original Description,Parent Category,Category,Money In,Money Out,Fee,Balance"
    )
    lines = [head]
    for at, row in enumerate(ledger.rows, 1):
        fee = -100 if at % 3 == 0 and row.cents < -200 else 0
        money = f"{(row.cents - fee) / 100:.2f}"
        places = ("", money) if row.cents < 0 else (money, "")
        cost = f"{fee / 100:.2f}" if fee else ""
        lines.append(
            f"{at},12345678,{row.day},{row.day},{row.words},{row.words},Food,Food,{','.join(places)},{cost},{row.balance_cents / 100:.2f}"
        )
    return Sample(
        "za-capitec-fees.csv", "\n".join(lines).encode(), Expected(Answer.EITHER, ledger.rows, reason_any=("balance", "fee", "adds up"))
    )


def standard_bank(seed: str) -> Sample:
    """Records of several kinds: their first cell says which."""
    ledger = account(f"za-standard/{seed}", 9)
    lines = ["ALL,0,0,0,0,0,0,0", "0,ACC-NO,012345678,0,0,0,0,0", f"0,OPEN,,{ledger.opening_cents / 100:.2f},OPEN BALANCE,,0,0"]
    lines += [f"HIST,{row.day:%Y%m%d},,{row.cents / 100:.2f},TRANSFER,{row.words},1234,0" for row in ledger.rows]
    lines += [f"0,CLOSE,,{ledger.closing_cents / 100:.2f},CLOSE BALANCE,,0,0"]
    reasons = ("column", "row", "table", "date", "txnPostDate")
    return Sample("za-standard.csv", "\n".join(lines).encode(), Expected(Answer.EITHER, ledger.rows, reason_any=reasons))


def paypay(seed: str) -> Sample:
    """Year, month and day in columns of their own, and so the time."""
    ledger = account(f"jp-paypay/{seed}", 9, "ja", step=100)
    head = ["操作日(年)", "操作日(月)", "操作日(日)", "操作時刻(時)", "操作時刻(分)", "操作時刻(秒)", "取引順番号", "摘要"]
    lines = [",".join(f'"{each}"' for each in [*head, "お支払金額", "お預り金額", "残高", "メモ"])]
    for at, row in enumerate(ledger.rows, 1):
        paid, kept = ("", str(row.cents // 100)) if row.cents > 0 else (str(-row.cents // 100), "")
        cells = [row.day.year, row.day.month, row.day.day, 10, 11, 12, at, row.words, paid, kept, row.balance_cents // 100, "-"]
        lines.append(",".join(f'"{cell}"' for cell in cells))
    reasons = ("date", "day", "txnPostDate")
    return Sample("jp-paypay.csv", "\r\n".join(lines).encode("cp932"), Expected(Answer.EITHER, ledger.rows, reason_any=reasons))


def santander_poland(seed: str) -> Sample:
    """The first line is the account's record; no header; the newest first with the balance after each."""
    ledger = account(f"pl-santander/{seed}", 9, "xx")
    last, iban = ledger.rows[-1].day, "'61109010140000071219812874"
    opening, closing = number(ledger.opening_cents, "comma"), number(ledger.closing_cents, "comma")
    lines = [f'{last},{ledger.rows[0].day:%d-%m-%Y},{iban},JAN KOWALSKI,PLN,"{opening}","{closing}",{len(ledger.rows)},']
    for at, row in enumerate(reversed(ledger.rows), 1):
        sums = f'"{number(row.cents, "comma")}","{number(row.balance_cents, "comma")}"'
        lines.append(f"{row.day:%d-%m-%Y},{row.day:%d-%m-%Y},{row.words},NADAWCA,,{sums},{at},")
    return Sample("pl-santander.csv", "\r\n".join(lines).encode(), Expected(Answer.READ, ledger.rows))


KINDS = (
    delimited(
        "za-capitec",
        "Capitec's own export (Money In, Money Out, Fee) in importers",
        "money out already negative; an empty fee column; two days; words twice",
        Columns(
            "n =12345678 date date words words =Food =Groceries credit -debit . bal",
            "Nr|Account|Posting Date|Transaction Date|Description|Original Description|Parent Category|Category|Money In|Money Out|Fee|"
            "Balance",
            form="%Y-%m-%d",
        ),
    ),
    Kind("za-capitec-fees", "Capitec's own export with fees", "a fee beside an amount, and a balance after both", capitec),
    delimited(
        "za-investec",
        f"{FF} za/investec",
        "transaction and posting day, year first with slashes; debit and credit",
        Columns("date date words debit credit bal", "Transaction Date|Posting Date|Description|Debits|Credits|Balance", form="%Y/%m/%d"),
    ),
    Kind("za-standard", "Standard Bank exports (HIST records) in importers", "records by their first cell", standard_bank),
    delimited(
        "za-nedbank",
        "Nedbank exports (Statement Enquiry) in importers",
        "lines above; no header; days without blanks and month names; a balance; a comma at the end",
        Columns(
            "date words amt bal .",
            form="%d%b%Y",
            above=("Statement Enquiry :", "Account Number : ,12345678", "Account Description : ,CHEQUE", "Statement Number : ,1", ""),
        ),
    ),
    Kind("in-kotak", "Kotak exports (Dr / Cr twice) in importers", "a direction behind the amount and one behind the balance", kotak),
    delimited(
        "in-idfc",
        "IDFC FIRST exports (lines above, Cheque No., Debit, Credit) in importers",
        "lines of name and period above; month names in capitals; a total below",
        Columns(
            "date vdate words . debit credit bal",
            "Transaction Date|Value Date|Narration|Cheque No.|Debit|Credit|Balance",
            form="%d-%b-%Y",
            style="in",
            above=("STATEMENT OF ACCOUNT", "CUSTOMER NAME,:,A SAMPLE", "STATEMENT PERIOD,:,{from} TO {to}", ""),
            below=("Total number of Debits,3,,,{outabs},,", "Total number of Credits,2,,,,{in},", "END OF STATEMENT"),
        ),
    ),
    Kind("jp-paypay", "PayPay Bank exports (操作日(年)) in importers", "the day in three columns", paypay),
    delimited(
        "jp-yucho",
        "Japan Post Bank exports (受入金額, 払出金額) in importers",
        "lines of the account above; in before out; two columns of words; the balance last",
        Columns(
            "date n credit debit payee memo bal",
            "取引日|入出金明細ID|受入金額（円）|払出金額（円）|詳細１|詳細２|現在（貸付）高",
            form="%Y%m%d",
            style="int",
            step=100,
            language="ja",
            encoding="cp932",
            above=("お客さま口座情報", "記号番号,12345-67890123", ""),
        ),
    ),
    delimited(
        "jp-card",
        "Rakuten Card exports (利用店名・商品名) in importers",
        "a card: whole yen without a sign, every row is spent",
        Columns(
            "date words =本人 =1回払い abs =0 abs",
            "利用日|利用店名・商品名|利用者|支払方法|利用金額|支払手数料|支払総額",
            form="%Y/%m/%d",
            style="int",
            step=100,
            language="ja",
            quoting=csv.QUOTE_ALL,
        ),
        answer=Answer.REFUSE,
        reason_any=("sign", "in or out"),
    ),
    delimited(
        "sg-dbs",
        "DBS and POSB exports of 2023 (Transaction Ref1 to Ref3) in importers",
        "lines above; a code, debit and credit before the words; day, month name, year; a comma at the end",
        Columns(
            "date =POS debit credit words . . .",
            "Transaction Date|Reference|Debit Amount|Credit Amount|Transaction Ref1|Transaction Ref2|Transaction Ref3|",
            form="%d %b %Y",
            empty=" ",
            above=("Account Details For:,My Account 123-45678-9", "Statement as at:,{to}", "Available Balance:,{close}", ""),
            newest_first=True,
        ),
    ),
    delimited(
        "pl-alior",
        f"{B2Y} [PL Alior Bank]",
        "a line above; two names; the amount in the operation's and in the account's currency",
        Columns(
            "date date payee =NADAWCA words amt =PLN amt =PLN . .",
            "Data transakcji|Data księgowania|Nazwa nadawcy|Nazwa odbiorcy|Szczegóły transakcji|Kwota operacji|Waluta operacji|"
            "Kwota w walucie rachunku|Waluta rachunku|Numer rachunku nadawcy|Numer rachunku odbiorcy",
            delimiter=";",
            form="%d-%m-%Y",
            style="comma",
            language="xx",
            encoding="cp1250",
            above=("Kryteria transakcji: od {from} do {to}",),
        ),
    ),
    delimited(
        "pl-millennium",
        f"{FF} pl/millenium",
        "debits already negative and credits; the account with its letters; the balance before the currency",
        Columns(
            "=PL61109010140000071219812874 date date =ZAKUP . payee words -debit credit bal =PLN",
            "Numer rachunku/karty|Data transakcji|Data rozliczenia|Rodzaj transakcji|Na konto/Z konta|Odbiorca/Zleceniodawca|Opis|"
            "Obciążenia|Uznania|Saldo|Waluta",
            form="%Y-%m-%d",
            language="xx",
            quoting=csv.QUOTE_ALL,
            bom=b"\xef\xbb\xbf",
            newest_first=True,
        ),
    ),
    Kind("pl-santander", f"{FF} pl/santander", "a record of the account above rows without a header", santander_poland),
    delimited(
        "hu-kh",
        f"{B2Y} [HU K&H]",
        "tabs; year first with points; whole forints; the partner before the amount",
        Columns(
            "date =T1 =Vásárlás =HU42117730161111101800000000 =Számla . payee amt =HUF words",
            "könyvelés dátuma|tranzakció azonosító|típus|könyvelési számla|könyvelési számla elnevezése|partner számla|"
            "partner elnevezése|összeg|összeg devizaneme|közlemény",
            delimiter="\t",
            form="%Y.%m.%d",
            style="int",
            step=100,
            language="xx",
        ),
    ),
    delimited(
        "cz-raiffeisen",
        f"{B2Y} [CZ Raiffeisen bank]",
        "two days, the account, words in three columns, the amount in the fourteenth; blanks between thousands",
        Columns(
            "date date =123456789/5500 =Účet =Platba . payee . words . . . . amt =CZK",
            "Datum provedení|Datum zaúčtování|Číslo účtu|Název účtu|Kategorie transakce|Číslo protiúčtu|Název protiúčtu|Typ transakce|"
            "Zpráva|Poznámka|VS|KS|SS|Zaúčtovaná částka|Měna účtu",
            delimiter=";",
            form="%d.%m.%Y",
            style="sp",
            language="xx",
            quoting=csv.QUOTE_ALL,
            encoding="cp1250",
        ),
    ),
    delimited(
        "cz-postovni",
        f"{FF} cz/postovnisporitelna",
        "the account, day, amount, currency and balance first; symbols; a separator at the end",
        Columns(
            "=123456789/0300 date amt =CZK bal . . payee . . . =Platba =T1 words .",
            "číslo účtu|datum zaúčtování|částka|měna|zůstatek|č. protiúčtu|kód banky|název protiúčtu|konst. symbol|var. symbol|"
            "spec. symbol|označení operace|ID transakce|poznámka|",
            delimiter=";",
            form="%d.%m.%Y",
            style="comma",
            language="xx",
            encoding="cp1250",
        ),
    ),
    delimited(
        "sk-vub",
        f"{B2Y} [SK VUB]",
        "days without marks; the account behind the day; the amount in the sixth column",
        Columns(
            "date =SK3102000000001234567890 payee =0200 memo amt =EUR . . . . words . . .",
            "Dátum zaúčtovania|Účet|Názov protistrany|Kód banky|Popis|Suma|Mena|VS|ŠS|KS|Referencia|Informácia|Typ|Poznámka|Id",
            form="%Y%m%d",
            language="xx",
            quoting=csv.QUOTE_ALL,
        ),
    ),
)
