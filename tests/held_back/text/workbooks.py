"""Workbooks, and what banks name .xls though it is none."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import TypeAlias

import xlsxwriter  # type: ignore[import-untyped]
import xlwt  # type: ignore[import-untyped]

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import Ledger, account
from tests.held_back.writing import number

Value: TypeAlias = str | float | date | None
Sheet: TypeAlias = Sequence[Sequence[Value]]

B2Y = "bank2ynab/bank2ynab bank2ynab.conf"
FF = "firefly-iii/import-configurations"


def xlsx(sheet: Sheet, form: str = "dd/mm/yyyy", other: Sheet = ()) -> bytes:
    """An XLSX file: days are serial numbers shown in `form`; `other` is a second sheet before it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    shown = book.add_format({"num_format": form})
    for rows in (other, sheet) if other else (sheet,):
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(at, column, datetime.combine(value, time()), shown)
                elif value is not None:
                    page.write(at, column, value)
    book.close()
    return out.getvalue()


def xls(sheet: Sheet) -> bytes:
    """A file of Excel 97."""
    book = xlwt.Workbook()
    page = book.add_sheet("Statement")
    shown = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for at, row in enumerate(sheet):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write(at, column, value, shown)
            elif value is not None:
                page.write(at, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def html(sheet: Sheet) -> bytes:
    """A web page with one table, named .xls."""
    lines = "".join("<tr>" + "".join(f"<td>{'' if value is None else value}</td>" for value in row) + "</tr>\r\n" for row in sheet)
    top = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>'
    return f'{top}<table border="1">{lines}</table></body></html>'.encode()


def spreadsheet_ml(sheet: Sheet) -> bytes:
    """XML of Excel 2003, named .xls."""
    lines = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{"" if value is None else value}</Data></Cell>' for value in row) + "</Row>"
        for row in sheet
    )
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


def euro(cents: int) -> float:
    """An amount as a number of a sheet."""
    return cents / 100


def two_columns(ledger: Ledger, in_first: bool = False) -> Sheet:
    """Day, words, out, in, balance."""
    out: list[Sequence[Value]] = []
    for row in ledger.rows:
        pair = (euro(-row.cents) if row.cents < 0 else None, euro(row.cents) if row.cents > 0 else None)
        out.append((row.day, row.words, *(pair[::-1] if in_first else pair), euro(row.balance_cents)))
    return out


def bnp(ledger: Ledger) -> bytes:
    """Serial days, signed amounts with a currency column, no balance."""
    rows = [(row.day, row.day, euro(row.cents), "PLN", "ERIKA", row.words, "Rachunek", "Przelew") for row in ledger.rows]
    head = ("Data transakcji", "Data zaksięgowania", "Kwota", "Waluta", "Nadawca", "Opis", "Produkt", "Typ transakcji")
    return xlsx([head, *rows], "dd-mm-yyyy")


def fineco(ledger: Ledger) -> bytes:
    """Six lines above; Entrate and Uscite, the second negative."""
    rows = [
        (
            row.day,
            row.day,
            euro(row.cents) if row.cents > 0 else None,
            euro(row.cents) if row.cents < 0 else None,
            row.words,
            row.words,
            "Contabilizzato",
        )
        for row in ledger.rows
    ]
    above: Sheet = [
        ("Conto Corrente: 12345678",),
        ("Intestazione Conto Corrente: ERIKA",),
        ("Periodo Dal: 01/03/2025 Al: 31/03/2025",),
        (),
        (),
        (),
    ]
    head = ("Data_Operazione", "Data_Valuta", "Entrate", "Uscite", "Descrizione", "Descrizione_Completa", "Stato")
    return xlsx([*above, head, *rows])


def barclays_de(ledger: Ledger) -> bytes:
    """Twelve lines above; amounts are texts with a decimal comma and a euro sign."""
    rows = [(f"{row.day:%d.%m.%Y}", f"{row.day:%d.%m.%Y}", number(row.cents, "eu") + " €", row.words, "Gebucht") for row in ledger.rows]
    above: Sheet = [("Transaktionsübersicht",), ("Karte", "1234"), *([()] * 9), ("Kunde", "Erika")]
    return xlsx([*above, ("Buchungsdatum", "Valutadatum", "Betrag", "Beschreibung", "Status"), *rows])


def texts(ledger: Ledger) -> bytes:
    """Every cell a text, Indian groups."""
    rows = [
        (
            f"{row.day:%d-%m-%Y}",
            row.words,
            number(-row.cents, "in") if row.cents < 0 else "",
            number(row.cents, "in") if row.cents > 0 else "",
            number(row.balance_cents, "in"),
        )
        for row in ledger.rows
    ]
    return xlsx([("Statement of Account No - 12345678",), (), ("Tran Date", "PARTICULARS", "DR", "CR", "BAL"), *rows])


def second_sheet(ledger: Ledger) -> bytes:
    """The rows stand in the second sheet, a summary in the first."""
    summary: Sheet = [("Account summary",), ("Account", "12345678"), ("Closing balance", euro(ledger.closing_cents))]
    return xlsx([("Date", "Description", "Debit", "Credit", "Balance"), *two_columns(ledger)], other=summary)


def uob(ledger: Ledger) -> bytes:
    """Seven lines above in a file of Excel 97; days are texts."""
    above: Sheet = [
        ("United Overseas Bank Limited.",),
        ("Account Number:", "12345678"),
        ("Account Type:", "Savings"),
        (),
        ("Statement Period:", "Mar 2025"),
        (),
        (),
    ]
    rows = [(f"{row[0]:%d %b %Y}", *row[1:]) for row in two_columns(ledger)]
    return xls([*above, ("Transaction Date", "Transaction Description", "Withdrawal", "Deposit", "Available Balance"), *rows])


def hdfc(ledger: Ledger) -> bytes:
    """Stars above and below the rows, short years, a summary below, in a file of Excel 97."""
    stars = ("********",) * 7
    rows = [
        (
            f"{row.day:%d/%m/%y}",
            row.words,
            "0000123",
            f"{row.day:%d/%m/%y}",
            euro(-row.cents) if row.cents < 0 else "",
            euro(row.cents) if row.cents > 0 else "",
            euro(row.balance_cents),
        )
        for row in ledger.rows
    ]
    head = ("Date", "Narration", "Chq./Ref.No.", "Value Dt", "Withdrawal Amt.", "Deposit Amt.", "Closing Balance")
    below: Sheet = [
        stars,
        (),
        ("STATEMENT SUMMARY  :-",),
        ("Opening Balance", "Debits", "Credits", "Closing Bal"),
        (euro(ledger.opening_cents), euro(ledger.paid_out_cents), euro(ledger.paid_in_cents), euro(ledger.closing_cents)),
        (),
        ("Generated On:", "01-Apr-2025"),
    ]
    return xls(
        [("HDFC BANK Ltd.",), ("Account No :12345678",), ("Statement From : 01/03/2025 To : 31/03/2025",), (), head, stars, *rows, *below]
    )


def serial_97(ledger: Ledger) -> bytes:
    """Days as serial numbers in a file of Excel 97."""
    return xls([("Date", "Details", "Paid out", "Paid in", "Balance"), *two_columns(ledger)])


def html_table(ledger: Ledger) -> bytes:
    """A table of a web page with days and amounts as texts."""
    rows = [
        (
            f"{row.day:%d/%m/%Y}",
            f"{row.day:%d/%m/%Y}",
            number(-row.cents, "eu") if row.cents < 0 else "",
            number(row.cents, "eu") if row.cents > 0 else "",
            row.words,
        )
        for row in ledger.rows
    ]
    return html([("Data contabile", "Data valuta", "Addebiti", "Accrediti", "Descrizione"), *rows])


def handelsbanken(ledger: Ledger) -> bytes:
    """A web page with lines above the table's heading; blanks between thousands."""
    rows = [
        (str(row.day), str(row.day), row.words, number(row.cents, "sp"), number(row.balance_cents, "sp")) for row in reversed(ledger.rows)
    ]
    above: Sheet = [("Kontonummer", "12345678"), ("Saldo", number(ledger.closing_cents, "sp")), ()]
    return html([*above, ("Reskontradatum", "Transaktionsdatum", "Text", "Belopp", "Saldo"), *rows])


def excel_2003(ledger: Ledger) -> bytes:
    """XML of Excel 2003."""
    rows = [(str(row.day), row.words, number(row.cents, "plain"), number(row.balance_cents, "plain")) for row in ledger.rows]
    return spreadsheet_ml([("Date", "Description", "Amount", "Balance"), *rows])


def made(
    name: str,
    source: str,
    fact: str,
    write: Callable[[Ledger], bytes],
    language: str = "en",
    balances: bool = True,
    answer: Answer = Answer.READ,
    reason_any: tuple[str, ...] = (),
) -> Kind:
    """A kind of workbook; the part of its name before the first dash is the file's extension."""

    def make(seed: str) -> Sample:
        ledger = account(f"{name}/{seed}", 9, language)
        expected = Expected(answer, ledger.rows, reason_any=reason_any, reason_not=("accountNo",), with_balances=balances)
        extension = "xls" if name.startswith("xls-") else "xlsx"
        return Sample(f"{name}.{extension}", write(ledger), expected)

    return Kind(name, source, fact, make)


def refused(
    name: str, fact: str, content: bytes, reason_any: tuple[str, ...], source: str = "reports of people who picked the wrong file"
) -> Kind:
    """A file that is no statement at all; its extension is the part of the name behind the last dash."""
    expected = Expected(Answer.REFUSE, reason_any=reason_any, reason_not=("accountNo",))
    return Kind(name, source, fact, lambda _seed: Sample(f"{name}.{name.rsplit('-', 1)[1]}", content, expected))


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 1024

KINDS = (
    made("xlsx-bnp-poland", "sebastian-kostecki/household-treasurer#15", "serial days, signed amounts", bnp, "xx", balances=False),
    made("xlsx-fineco", f"{FF} it/fineco", "lines above, in and out, the second negative", fineco, "xx", balances=False),
    made("xlsx-barclays-germany", f"{FF} de/barclays Readme", "twelve lines above, amounts as texts", barclays_de, "de", balances=False),
    made("xlsx-axis", "The-Commit-Company/mint#141", "every cell a text", texts),
    made(
        "xlsx-second-sheet", "ajorquera/abacist#40", "rows in the second sheet", second_sheet, answer=Answer.EITHER, reason_any=("sheet",)
    ),
    made("xls-uob", f"{B2Y} [SG UOB Savings Account]", "Excel 97 with lines above", uob),
    made("xls-hdfc", "TechPrimers/spent#2", "Excel 97 with stars and a summary", hdfc),
    made("xls-serial-days", "frappe/frappe#40591", "Excel 97 with serial days", serial_97),
    made(
        "xls-html-table",
        "OCA/bank-statement-import#763",
        "a web page's table named .xls",
        html_table,
        "xx",
        balances=False,
        answer=Answer.EITHER,
        reason_any=("web page", "html"),
    ),
    made(
        "xls-html-handelsbanken",
        f"{B2Y} [SE Handelsbanken]",
        "a web page's table with lines above",
        handelsbanken,
        "xx",
        answer=Answer.EITHER,
        reason_any=("web page", "html"),
    ),
    made(
        "xls-excel-2003-xml",
        "data-importer reports of XML named .xls",
        "XML of Excel 2003",
        excel_2003,
        answer=Answer.EITHER,
        reason_any=("xml", "2003"),
    ),
    refused("locked-xlsx", "a workbook with a password", LOCKED, ("password", "protected", "encrypted", "locked")),
    refused("empty-csv", "nothing in it", b"", ("empty",)),
    refused("header-only-csv", "a header and no rows", b"Date,Description,Amount,Balance\r\n", ("no data rows", "no rows", "empty")),
    refused("json-csv", "JSON named .csv", b'{"transactions": [{"date": "2025-03-03", "amount": -5.0}]}', ("json",)),
    refused("login-page-csv", "a login page named .csv", b"<!doctype html><html><body>Please log in</body></html>", ("web page", "html")),
    refused(
        "zip-of-camt-zip",
        "a ZIP of CAMT files",
        b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\x00" * 60,
        ("zip", "archive"),
        "nicolettas-muggelbude/RechnungsFee#209",
    ),
    refused("picture-csv", "a picture named .csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 60, ("picture", "image", "png")),
    refused(
        "letter-txt",
        "a letter",
        b"Dear customer,\r\nplease find your statement attached.\r\nYours, the bank\r\n",
        ("no table", "column", "header", "rows", "no day", "date"),
    ),
    refused(
        "broker-csv",
        "a broker's list of trades",
        b"Trade Date,Symbol,Quantity,Price\r\n2025-03-03,ACME,5,10.00\r\n2025-03-17,BOLT,2,7.50\r\n",
        ("amount", "trade", "quantity"),
        "actualbudget/actual#377",
    ),
)
