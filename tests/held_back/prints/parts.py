"""Parts that several kinds of print share."""

from datetime import date

from tests.held_back.kind import Answer, Expected
from tests.held_back.ledger import Ledger, account
from tests.held_back.prints.model import Column, Drawn, Element, Entry, Facts, Form, NewPage, Print, Table, Text, spoken
from tests.held_back.writing import day

LETTER = (
    Text("Dear customer", 10),
    Text("We changed the terms of your account. The new terms start on 1 July 2025 and cost $5.00 a month less."),
    Text("Call us on 1300 555 010 between 8.30 and 17.00 with your questions."),
    Text("Yours sincerely, the bank"),
    NewPage(),
)


def columns(*parts: str) -> tuple[Column, ...]:
    """Columns written `key|Heading|width`, with `|r` behind for one that stands to the right."""
    made = []
    for part in parts:
        key, heading, width, *right = part.split("|")
        made.append(Column(key, heading, int(width), bool(right)))
    return tuple(made)


def ledger_for(
    name: str,
    seed: str,
    size: int,
    language: str = "en",
    step: int = 1,
    first: date = date(2025, 3, 3),
    opening_cents: int = 250_000,
    days_to_12: bool = False,
) -> Ledger:
    """The rows of a print."""
    return account(f"{name}/{seed}/{size}", size, language, first, step, opening_cents=opening_cents, days_to_12=days_to_12)


def drawn(
    elements: tuple[Element, ...],
    ledger: Ledger,
    form: Form,
    footer: str = "",
    answer: Answer = Answer.READ,
    reason_any: tuple[str, ...] = (),
) -> Drawn:
    """A print of one account with its expected rows."""
    expected = Expected(answer, spoken(form, ledger).rows, reason_any=reason_any, with_balances=form.balance != "none")
    return Drawn(Print(elements, footer), expected)


def issuer(bank: str) -> tuple[Element, ...]:
    """What a bank of this country prints about itself on every statement."""
    lines = {
        "au": ("BSB 633-108   SWIFT HARBAU2B", "ABN 11 068 049 178   AFSL and Australian credit licence 237879"),
        "nz": ("Wellington, New Zealand", "All amounts are shown in NZD"),
        "za": ("Reg. No. 1929/001225/06   NCRCP20", "VAT Registration Number 4210102051   Amounts are in ZAR"),
        "uk": ("Sort code 20-45-77   IBAN GB29 NWBK 6016 1331 9268 19", "All amounts are in pounds sterling (GBP)"),
        "us": ("Routing number 021000021", "Member FDIC. Equal Housing Lender. All amounts are in U.S. dollars"),
        "in": ("IFSC GANG0001234   MICR 110240001", "Account currency: INR"),
        "de": ("IBAN DE89 3704 0044 0532 0130 00   BIC COBADEFFXXX", "Kontowährung EUR"),
        "fr": ("IBAN FR76 3000 6000 0112 3456 7890 189", "Montants en euros (EUR)"),
        "ch": ("IBAN CH93 0076 2011 6238 5295 7", "Kontowährung CHF"),
        "jp": ("Branch 101   SWIFT KITAJPJT", "通貨 円 (JPY)" if bank.startswith("北") else "Currency JPY"),
    }
    return tuple(Text(line, 8) for line in lines[COUNTRY[bank]])


COUNTRY = {
    "Harbour Mutual Bank": "au",
    "Southern Plains Bank": "au",
    "Western Bay Bank": "au",
    "Northern Rivers Bank": "au",
    "Orange Tree Bank": "au",
    "Plus Bank": "au",
    "Wattle Credit Union": "au",
    "Kauri Bank": "nz",
    "Tui Bank": "nz",
    "Protea Bank": "za",
    "Standard Veld Bank": "za",
    "Capital Cape Bank": "za",
    "Thames & Tyne Bank": "uk",
    "Loch & Moor Bank": "uk",
    "Severn Building Society": "uk",
    "Lakeshore National Bank": "us",
    "Prairie Trust": "us",
    "Canyon Bank": "us",
    "Canyon Credit Union": "us",
    "Ganga Bank Ltd.": "in",
    "Deccan Bank": "in",
    "Malabar Bank": "in",
    "Elbtal Genossenschaftsbank eG": "de",
    "Isar Bank AG": "de",
    "Spree Direktbank": "de",
    "Banque du Rhône": "fr",
    "Crédit de la Loire": "fr",
    "Limmat Kantonalbank": "ch",
    "北風銀行": "jp",
    "北風信用金庫": "jp",
    "Kitakaze Bank": "jp",
}


def head(
    bank: str,
    ledger: Ledger,
    form: Form,
    period: str = "%d %B %Y",
    title: str = "Account statement",
    number: str = "Account number",
    span: str = "Statement period",
    joined: str = " to ",
) -> tuple[Element, ...]:
    """The bank, the title, the account and the period."""
    first, last = ledger.rows[0].day, ledger.rows[-1].day
    return (
        Text(bank, 14),
        *issuer(bank),
        Text(title, 11),
        Facts(((number, ledger.number), (span, f"{day(first, period)}{joined}{day(last, period)}"))),
    )


def summary(ledger: Ledger, form: Form, names: tuple[str, str, str, str]) -> Facts:
    """Opening balance, what came in, what went out, closing balance, under these names."""
    figures = (ledger.opening_cents, ledger.paid_in_cents, ledger.paid_out_cents, ledger.closing_cents)
    return Facts(
        tuple(
            (name, form.total(figure) if at in {0, 3} else form.money(figure))
            for at, (name, figure) in enumerate(zip(names, figures, strict=True))
            if name
        )
    )


def one_table(shape: tuple[Column, ...], rows: tuple[Entry, ...], carried: str = "", brought: str = "") -> Table:
    """A table of these rows."""
    return Table(shape, rows, carried, brought)
