"""MT940, CAMT.053, OFX and QIF files in forms that the first set has not."""

from collections.abc import Callable
from dataclasses import replace

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import Ledger, account
from tests.held_back.text.camt import Camt, document
from tests.held_back.text.ofx import SGML, Ofx, ofx
from tests.held_back.text.ofx import document as ofx_document
from tests.held_back.text.qif import body, qif
from tests.held_back.text.swift import Swift, message, swift

IBANS = "DE89370400440532013000", "DE02120300000000202051"


def two(name: str, seed: str, **how: object) -> tuple[Ledger, Ledger]:
    """Two accounts of one file."""
    first, second = (account(f"{name}/{seed}/{at}", 6, "de", **how) for at in range(2))  # type: ignore[arg-type]
    return first, replace(second, number="87654321")


def both(*ledgers: Ledger) -> Expected:
    """The rows of several accounts."""
    return Expected(Answer.READ, tuple(row for each in ledgers for row in each.rows), len(ledgers), with_balances=False)


def kind(name: str, source: str, fact: str, extension: str, write: Callable[[str], tuple[str, Expected]], encoding: str = "utf-8") -> Kind:
    """A kind made by a function that gives the text and the right answer."""

    def make(seed: str) -> Sample:
        text, expected = write(seed)
        return Sample(f"{name}.{extension}", text.encode(encoding), expected)

    return Kind(name, source, fact, make)


# ── MT940 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def accounts_in_one(seed: str) -> tuple[str, Expected]:
    """Messages of two accounts, one behind the other."""
    ledgers = two("mt940-two-accounts", seed)
    how = [Swift(account_line=f":25:{iban}") for iban in IBANS]
    return "".join(message(one, ledger) for one, ledger in zip(how, ledgers, strict=True)), both(*ledgers)


def split_words(seed: str) -> tuple[str, Expected]:
    """The purpose is cut every 27 letters into ?20 to ?23, over lines of 65."""
    ledger = account(f"mt940-split/{seed}", 7, "de")
    text = message(Swift(words="{words}"), ledger)
    for row in ledger.rows:
        purpose = f"SVWZ+Rechnung vom Monat fuer {row.words}"
        pieces = [purpose[at : at + 27] for at in range(0, len(purpose), 27)]
        parts = "".join(f"?{20 + at}{piece}" for at, piece in enumerate(pieces))
        words = f":86:105?00FOLGELASTSCHRIFT?109310{parts}?30COBADEFFXXX?31{IBANS[1]}?32MUSTERFIRMA"
        folded = "\r\n".join(words[at : at + 65] for at in range(0, len(words), 65))
        text = text.replace(f"NONREF\r\n{row.words}", f"NONREF\r\n{folded}\r\n", 1) if f"NONREF\r\n{row.words}" in text else text
        text = text.replace(f"NTRFNONREF{row.words}", f"NTRFNONREF\r\n{folded}\r\n", 1)
    return text, Expected(Answer.READ, ledger.rows, with_balances=False)


# ── CAMT.053 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _statement(text: str) -> str:
    return text[text.index("<Stmt>") : text.index("</Stmt>") + len("</Stmt>")]


def _with_statements(text: str, statements: list[str]) -> str:
    return text.replace(_statement(text), "".join(statements))


def statements_of_two(seed: str) -> tuple[str, Expected]:
    """A statement of each of two accounts."""
    ledgers = two("camt-two-accounts", seed)
    texts = [document(Camt(), ledger) for ledger in ledgers]
    parts = [_statement(text).replace(IBANS[0], iban) for text, iban in zip(texts, IBANS, strict=True)]
    return _with_statements(texts[0], parts), both(*ledgers)


def statement_a_day(seed: str) -> tuple[str, Expected]:
    """A statement a day of one account, each opening with what the last closed with; one day is empty."""
    ledger = account(f"camt-daily/{seed}", 8, "de")
    texts = []
    for at in range(0, 8, 4):
        opening = ledger.rows[at].balance_cents - ledger.rows[at].cents
        texts.append(document(Camt(), Ledger(ledger.number, opening, ledger.rows[at : at + 4])))
    parts = [_statement(text).replace("<ElctrncSeqNb>3", f"<ElctrncSeqNb>{at}") for at, text in enumerate(texts, 3)]
    return _with_statements(texts[0], parts), both(ledger)


def batch(seed: str) -> tuple[str, Expected]:
    """One entry is a batch of three payments, each with its own amount."""
    ledger = account(f"camt-batch/{seed}", 8, "de")
    row = next(row for row in ledger.rows if row.cents < -600)
    text = document(Camt(details="ustrd"), ledger)
    parts = (-row.cents // 3, -row.cents // 3, -row.cents - 2 * (-row.cents // 3))
    side = "<CdtDbtInd>DBIT</CdtDbtInd>"
    details = "".join(
        f'<TxDtls><Refs><EndToEndId>E{at}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">{cents / 100:.2f}</Amt></TxAmt></AmtDtls>'
        f"{side}<RmtInf><Ustrd>{row.words}</Ustrd></RmtInf></TxDtls>"
        for at, cents in enumerate(parts)
    )
    one = f"<NtryDtls><TxDtls><RmtInf><Ustrd>{row.words}</Ustrd></RmtInf></TxDtls></NtryDtls>"
    many = f"<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>{details}</NtryDtls>"
    start = text.index(f'<Amt Ccy="EUR">{-row.cents / 100:.2f}</Amt>{side}')
    return text[:start] + text[start:].replace(one, many, 1), both(ledger)


def reversal(seed: str) -> tuple[str, Expected]:
    """A credit that takes a debit back is marked as a reversal."""
    ledger = account(f"camt-reversal/{seed}", 8, "de")
    text = document(Camt(), ledger)
    return text.replace("CRDT</CdtDbtInd><Sts>", "CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts>", 1), both(ledger)


def parties(seed: str) -> tuple[str, Expected]:
    """The other party's name in version 8, the words in three pieces, an end-to-end id."""
    ledger = account(f"camt-parties/{seed}", 8, "de")
    text = document(Camt(version="053.001.08", state="<Sts><Cd>BOOK</Cd></Sts>"), ledger)
    party = "<RltdPties><Cdtr><Pty><Nm>Nordwind GmbH</Nm></Pty></Cdtr></RltdPties>"
    text = text.replace("<TxDtls><RmtInf>", f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{party}<RmtInf><Ustrd>EREF</Ustrd>")
    return text.replace("><", ">\n  <"), both(ledger)


def latin(seed: str) -> tuple[str, Expected]:
    """The declaration says ISO-8859-1, and the bytes are."""
    ledger = account(f"camt-latin/{seed}", 8, "de")
    return document(Camt(), ledger).replace('encoding="UTF-8"', 'encoding="ISO-8859-1"'), both(ledger)


# ── OFX and QIF ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def bank_and_card(seed: str) -> tuple[str, Expected]:
    """An account and a card in one file, in their two groups."""
    ledgers = two("ofx-bank-and-card", seed)
    bank, card = (
        ofx_document(Ofx(card=is_card, currency="AUD"), (ledger,)) for is_card, ledger in zip((False, True), ledgers, strict=True)
    )
    group = card[card.index("<CREDITCARDMSGSRSV1>") : card.index("</OFX>")]
    return bank.replace("</OFX>", group + "</OFX>"), both(*ledgers)


def unsigned(seed: str) -> tuple[str, Expected]:
    """All amounts are positive; DEBIT and CREDIT say which way."""
    ledger = account(f"ofx-unsigned/{seed}", 8)
    text = ofx_document(Ofx(), (ledger,)).replace("<TRNAMT>-", "<TRNAMT>")
    return text, Expected(Answer.EITHER, ledger.rows, reason_any=("sign", "TRNTYPE", "DEBIT", "balance"), with_balances=False)


def small_tags(seed: str) -> tuple[str, Expected]:
    """Tags in small letters behind a head without line breaks."""
    ledger = account(f"ofx-small/{seed}", 8)
    text = ofx_document(Ofx(xml=True), (ledger,))
    head, mark, rest = text.partition("<OFX>")
    low = "".join(part if at % 2 == 0 else f"<{part.lower()}>" for at, part in enumerate((mark + rest).replace(">", "<").split("<")))
    return head + low, Expected(Answer.EITHER, ledger.rows, reason_any=("OFX",), with_balances=False)


def reserved(seed: str) -> tuple[str, Expected]:
    """An ampersand stands as it is in a name."""
    ledger = account(f"ofx-reserved/{seed}", 8)
    rows = tuple(replace(row, words="FISH & CHIPS, JOE'S") if at == 2 else row for at, row in enumerate(ledger.rows))
    ledger = replace(ledger, rows=rows)
    return ofx_document(Ofx(), (ledger,)).replace("&amp;", "&"), both(ledger)


def headless(seed: str) -> tuple[str, Expected]:
    """No head at all: the file begins with the first tag."""
    ledger = account(f"ofx-headless/{seed}", 8)
    text = ofx_document(Ofx(closed=True), (ledger,))
    return text[text.index("<OFX>") :], both(ledger)


def empty_statement(seed: str) -> tuple[str, Expected]:
    """A statement without a transaction."""
    del seed
    text = SGML.format(encoding="USASCII", charset="1252") + (
        "<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>AUD<BANKACCTFROM><BANKID>1<ACCTID>12345678<ACCTTYPE>CHECKING"
        "</BANKACCTFROM><BANKTRANLIST><DTSTART>20250301<DTEND>20250331</BANKTRANLIST><LEDGERBAL><BALAMT>0.00<DTASOF>20250331"
        "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    return text, Expected(Answer.REFUSE, reason_any=("no transaction", "empty", "no rows"), reason_not=("accountNo",))


def several_qif(seed: str) -> tuple[str, Expected]:
    """Two accounts, each behind a record that names it."""
    ledgers = two("qif-accounts", seed)
    names = ("Everyday", "Savings")
    parts = [
        f"!Account\nN{name}\nTBank\n^\n" + body(ledger, "%d/%m/%Y", "us", "!Type:Bank", "", "P{words}")
        for name, ledger in zip(names, ledgers, strict=True)
    ]
    expected = Expected(Answer.EITHER, both(*ledgers).rows, 2, reason_any=("account",), with_balances=False)
    return "!Option:AutoSwitch\n" + "".join(parts), expected


def splits(seed: str) -> tuple[str, Expected]:
    """A record with two parts: the amount is the whole's."""
    ledger = account(f"qif-splits/{seed}", 8)
    text = body(ledger, "%d/%m/%Y", "us", "!Type:Bank", "", "P{words}")
    return text.replace("\n^\n", "\nSFood\n$1.00\nSFuel\n$2.00\n^\n", 1), both(ledger)


def old_breaks(seed: str) -> tuple[str, Expected]:
    """Lines end with a carriage return alone; U repeats the amount."""
    ledger = account(f"qif-breaks/{seed}", 8)
    lines = body(ledger, "%d/%m/%Y", "us", "!Type:Bank", "", "P{words}").split("\n")
    doubled = [each for line in lines for each in ([f"U{line[1:]}", line] if line.startswith("T") else [line])]
    return "\r".join(doubled), both(ledger)


def santander(seed: str) -> tuple[str, Expected]:
    """Records of four lines, as a bank's text file has them."""
    ledger = account(f"uk-santander-txt/{seed}", 8)
    lines = [f"From: {ledger.rows[0].day:%d/%m/%Y} to {ledger.rows[-1].day:%d/%m/%Y}", "", "Account: XXXX XXXX XXXX 1234", ""]
    for row in reversed(ledger.rows):
        money = f"Amount: {row.cents / 100:.2f}", f"Balance: {row.balance_cents / 100:.2f}"
        lines += [f"Date: {row.day:%d/%m/%Y}", f"Description: {row.words}", *money, ""]
    text = "\r\n".join(lines).replace(": ", ":\xa0")
    return text, Expected(
        Answer.EITHER, ledger.rows, reason_any=("table", "header", "date", "column", "txnPostDate"), reason_not=("accountNo",)
    )


MT = "wolph/mt940 mt940_tests"
OCA = "OCA/bank-statement-import"
OFX = "csingley/ofxtools and jseutter/ofxparse"

KINDS = (
    kind("mt940-two-accounts", f"{MT} multi-account files", "two accounts in one file", "sta", accounts_in_one),
    kind("mt940-split-words", f"{MT} German :86: with ?20 to ?29", "a purpose cut every 27 letters, lines of 65", "sta", split_words),
    swift(
        "mt940-line-feeds",
        f"{MT} files edited on Unix",
        "line feeds alone, no hyphen at the end, :64: and :65: behind",
        Swift(end=":64:C250401EUR1,00\n:65:C250402EUR1,00\n", words=":86:{words}\n"),
    ),
    swift(
        "mt940-structured",
        f"{MT}/ing new :86: with slashes",
        "words in a structure of slashes over two lines",
        Swift(
            words=":86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A\r\n/NAME/JANSEN/REMI/USTD//{words}/EREF/NOTPROVIDED\r\n"
        ),
    ),
    swift("mt940-own-reference", f"{MT} bank references", "two references and details", Swift(code="NMSC12345//BANKREF\r\nDETAILS")),
    kind("camt-two-accounts", f"{OCA} multi-statement files", "a statement of each of two accounts", "xml", statements_of_two),
    kind("camt-daily", f"{OCA} daily statements in one file", "two statements of one account that join", "xml", statement_a_day),
    kind("camt-batch", f"{OCA} batch bookings", "an entry of three payments", "xml", batch),
    kind("camt-reversal", "ISO 20022 RvslInd", "a reversal indicator beside the final direction", "xml", reversal),
    kind("camt-parties", "ISO 20022 version 8 parties", "names below Pty; words in pieces; indented", "xml", parties),
    kind("camt-latin-1", "CAMT files declared ISO-8859-1", "umlauts in Latin-1 as declared", "xml", latin, "latin-1"),
    kind("ofx-bank-and-card", f"{OFX} combined statements", "an account and a card", "ofx", bank_and_card),
    kind("ofx-unsigned", f"{OFX} reports of positive debits", "positive amounts with DEBIT", "ofx", unsigned),
    kind("ofx-small-tags", f"{OFX} reports of lower-case tags", "tags in small letters", "ofx", small_tags),
    kind("ofx-reserved", f"{OFX} reports of unescaped ampersands", "an ampersand as it is", "ofx", reserved),
    kind("ofx-headless", f"{OFX} files without a head", "the first line is <OFX>", "ofx", headless),
    kind("ofx-no-rows", f"{OFX} empty months", "no transaction in the list", "ofx", empty_statement),
    ofx("ofx-thousands", f"{OFX} reports of commas in TRNAMT", "commas between thousands", Ofx(style="us", currency="USD")),
    ofx("ofx-aest", f"{OFX} Australian zones", "a zone of +10:AEST behind midnight", Ofx(time="000000.000[+10:AEST]", currency="AUD")),
    kind("qif-two-accounts", "Quicken files of several accounts", "two accounts behind !Account", "qif", several_qif),
    kind("qif-splits", "Quicken splits", "S and $ lines within a record", "qif", splits),
    kind("qif-old-breaks", "QIF of old Macs", "carriage returns, U before T", "qif", old_breaks),
    qif("qif-short-us-years", "QIF of US banks", "month first, years of two digits", "%m/%d/%y"),
    qif("qif-cash", "QIF of Cash accounts", "a wallet's type", "%d/%m/%Y", head="!Type:Cash "),
    kind("uk-santander-txt", "Santander UK text files in importers", "records of four lines", "txt", santander, "cp1252"),
)
