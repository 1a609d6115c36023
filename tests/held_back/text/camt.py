"""CAMT files with the differences between banks."""

from dataclasses import dataclass

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import Ledger, Row, account


@dataclass(frozen=True)
class Camt:
    """How a bank writes CAMT."""

    version: str = "053.001.02"
    time: bool = False
    zeros: bool = False
    opening: str = "OPBD"
    details: str = "ustrd"
    state: str = "<Sts>BOOK</Sts>"
    prefix: str = ""
    charges: bool = False


def amount(how: Camt, cents: int) -> str:
    """An amount with its currency."""
    digits = f"{abs(cents) / 100:.2f}"
    return f'<Amt Ccy="EUR">{digits.zfill(18) if how.zeros else digits}</Amt>'


def side(how: Camt, cents: int) -> str:
    """Credit or debit."""
    return f"<CdtDbtInd>{'CRDT' if cents >= 0 else 'DBIT'}</CdtDbtInd>"


def day(how: Camt, row: Row, tag: str) -> str:
    """A day, or a day with a time."""
    inner = f"<DtTm>{row.day}T13:47:43.673741+01:00</DtTm>" if how.time else f"<Dt>{row.day}</Dt>"
    return f"<{tag}>{inner}</{tag}>"


def details(how: Camt, row: Row) -> str:
    """The details of an entry: charges make them smaller than the entry."""
    words = f"<RmtInf><Ustrd>{row.words}</Ustrd></RmtInf>"
    if how.charges:
        return (
            f"<NtryDtls><TxDtls>{amount(how, abs(row.cents) - 26)}<Chrgs><Rcrd>{amount(how, 26)}</Rcrd></Chrgs>{words}</TxDtls></NtryDtls>"
        )
    if how.details == "additional":
        return f"<AddtlNtryInf>{row.words}</AddtlNtryInf>"
    return f"<NtryDtls><TxDtls>{words}</TxDtls></NtryDtls>"


def entry(how: Camt, row: Row) -> str:
    """One entry."""
    return (
        f"<Ntry>{amount(how, row.cents)}{side(how, row.cents)}{how.state}{day(how, row, 'BookgDt')}"
        f"{day(how, row, 'ValDt')}<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>{details(how, row)}</Ntry>"
    )


def balance(how: Camt, code: str, cents: int, row: Row) -> str:
    """A balance."""
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(how, cents)}{side(how, cents)}<Dt><Dt>{row.day}</Dt></Dt></Bal>"


def document(how: Camt, ledger: Ledger) -> str:
    """The whole file."""
    root, inner = {"052": ("BkToCstmrAcctRpt", "Rpt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}.get(
        how.version[:3], ("BkToCstmrStmt", "Stmt")
    )
    rows = ledger.rows
    balances = (
        ""
        if how.version.startswith("054")
        else balance(how, how.opening, ledger.opening_cents, rows[0]) + balance(how, "CLBD", ledger.closing_cents, rows[-1])
    )
    text = (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{how.version}"><{root}><GrpHdr><MsgId>1</MsgId>'
        f"<CreDtTm>2025-04-01T01:46:19</CreDtTm></GrpHdr><{inner}><Id>1</Id><ElctrncSeqNb>3</ElctrncSeqNb>"
        f"<CreDtTm>2025-04-01T01:46:19</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy>"
        f"</Acct>{balances}{''.join(entry(how, row) for row in rows)}</{inner}></{root}></Document>"
    )
    if how.prefix:
        text = text.replace("</", "</ns2:").replace("<", "<ns2:").replace("<ns2:/ns2:", "</ns2:").replace("xmlns=", "xmlns:ns2=")
    return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text


def camt(name: str, source: str, fact: str, how: Camt, answer: Answer = Answer.READ, reason_any: tuple[str, ...] = ()) -> Kind:
    """A kind of CAMT file."""

    def make(seed: str) -> Sample:
        ledger = account(f"{name}/{seed}", 8, "de")
        expected = Expected(answer, ledger.rows, reason_any=reason_any, with_balances=False)
        return Sample(f"{name}.xml", document(how, ledger).encode(), expected)

    return Kind(name, source, fact, make)


def pending(seed: str) -> Sample:
    """The last entry is pending and not in the closing balance."""
    ledger = account(f"camt-pending/{seed}", 8, "de")
    text = document(Camt(version="053.001.08", state="<Sts><Cd>BOOK</Cd></Sts>"), ledger)
    extra = entry(Camt(state="<Sts><Cd>PDNG</Cd></Sts>"), Row(ledger.rows[-1].day, -1234, "Vorgemerkt", 0))
    text = text.replace("</Stmt>", extra + "</Stmt>")
    expected = Expected(Answer.READ, ledger.rows, with_balances=False)
    return Sample("camt-pending.xml", text.encode(), expected)


OCA = "OCA/bank-statement-import"
KINDS = (
    camt(
        "camt-plain",
        "firefly-iii/firefly-iii#8408",
        "version 8, status in a code",
        Camt(version="053.001.08", state="<Sts><Cd>BOOK</Cd></Sts>"),
    ),
    camt("camt-day-with-time", f"{OCA}#885", "days as times with fractions and an offset", Camt(time=True)),
    camt("camt-zeros-and-prcd", f"{OCA}#157", "amounts filled with zeros; the opening named PRCD", Camt(zeros=True, opening="PRCD")),
    camt("camt-charges", f"{OCA}#976", "details smaller than the entry by a charge", Camt(charges=True)),
    camt("camt-additional-words", f"{OCA}#178", "words only in AddtlNtryInf", Camt(details="additional")),
    camt("camt-prefix", "ISO 20022 files with a prefix for the name space", "every element has a prefix", Camt(prefix="ns2")),
    camt(
        "camt-052",
        "securo-finance/securo#416",
        "an account report is all that some banks give",
        Camt(version="052.001.08"),
        answer=Answer.EITHER,
        reason_any=("052", "account report", "report"),
    ),
    camt(
        "camt-054",
        f"{OCA}#106",
        "a notification without balances",
        Camt(version="054.001.04"),
        answer=Answer.EITHER,
        reason_any=("054", "notification", "balance"),
    ),
    Kind("camt-pending", "ISO 20022 version 8 status PDNG", "a pending entry outside the closing balance", pending),
)
