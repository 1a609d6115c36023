"""OFX and QFX files with the mistakes of real banks."""

from dataclasses import dataclass, replace

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import Ledger, account
from tests.held_back.writing import number

SGML = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:{encoding}\r\nCHARSET:{charset}\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)


@dataclass(frozen=True)
class Ofx:
    """How a bank writes OFX: `closed` closes every field, `gap` stands before each value, `day` follows the day."""

    closed: bool = False
    xml: bool = False
    gap: str = ""
    before: str = ""
    time: str = "120000"
    words: str = "<NAME>{words}"
    style: str = "plain"
    language: str = "en"
    encoding: str = "cp1252"
    header_encoding: str = "USASCII"
    account_type: str = "CHECKING"
    currency: str = "USD"
    sonrs: str = "<LANGUAGE>ENG"
    same_id: bool = False
    card: bool = False
    balance_day: str = ""
    plus: bool = False
    xml_head: bool = False


def field(how: Ofx, tag: str, value: str) -> str:
    """One field with its value."""
    return f"<{tag}>{how.gap}{value}" + (f"</{tag}>" if how.closed or how.xml else "") + "\r\n"


def rows(how: Ofx, ledger: Ledger) -> str:
    """The list of transactions."""
    out = []
    for at, row in enumerate(ledger.rows):
        amount = number(row.cents, how.style, "plus" if how.plus else "-")
        words = how.words.format(words=row.words.replace("&", "&amp;"))
        if how.closed or how.xml:
            tag = words[1 : words.index(">")]
            words += f"</{tag}>"
        out.append(
            "<STMTTRN>\r\n"
            + field(how, "TRNTYPE", "CREDIT" if row.cents > 0 else "DEBIT")
            + field(how, "DTPOSTED", f"{row.day:%Y%m%d}{how.time}")
            + field(how, "TRNAMT", amount)
            + field(how, "FITID", "0" if how.same_id else f"{row.day:%Y%m%d}{at:04}")
            + words
            + "\r\n</STMTTRN>\r\n"
        )
    return "".join(out)


def statement(how: Ofx, ledger: Ledger) -> str:
    """One account's statement."""
    day = ledger.rows[-1].day
    owner = "CCACCTFROM" if how.card else "BANKACCTFROM"
    stmt = "CCSTMT" if how.card else "STMT"
    kind = "" if how.card or not how.account_type else field(how, "ACCTTYPE", how.account_type)
    bank = "" if how.card else field(how, "BANKID", "123456789")
    return (
        f"<{stmt}TRNRS>\r\n{field(how, 'TRNUID', '1')}<STATUS>\r\n{field(how, 'CODE', '0')}"
        f"{field(how, 'SEVERITY', 'INFO')}</STATUS>\r\n<{stmt}RS>\r\n{field(how, 'CURDEF', how.currency)}"
        f"<{owner}>\r\n{bank}{field(how, 'ACCTID', ledger.number)}{kind}</{owner}>\r\n<BANKTRANLIST>\r\n"
        f"{field(how, 'DTSTART', f'{ledger.rows[0].day:%Y%m%d}')}{field(how, 'DTEND', f'{day:%Y%m%d}')}"
        f"{rows(how, ledger)}</BANKTRANLIST>\r\n<LEDGERBAL>\r\n"
        f"{field(how, 'BALAMT', number(ledger.closing_cents, how.style))}"
        f"{field(how, 'DTASOF', how.balance_day or f'{day:%Y%m%d}{how.time}')}</LEDGERBAL>\r\n"
        f"</{stmt}RS>\r\n</{stmt}TRNRS>\r\n"
    )


def document(how: Ofx, ledgers: tuple[Ledger, ...]) -> str:
    """The whole file."""
    head = XML if how.xml or how.xml_head else SGML.format(encoding=how.header_encoding, charset="1252")
    sonrs = how.sonrs + ("</LANGUAGE>" if (how.closed or how.xml) and how.sonrs.startswith("<LANG") else "")
    group = "CREDITCARDMSGSRSV1" if how.card else "BANKMSGSRSV1"
    return (
        f"{how.before}{head}<OFX>\r\n<SIGNONMSGSRSV1>\r\n<SONRS>\r\n<STATUS>\r\n{field(how, 'CODE', '0')}"
        f"{field(how, 'SEVERITY', 'INFO')}</STATUS>\r\n{field(how, 'DTSERVER', '20250401120000')}{sonrs}\r\n"
        f"</SONRS>\r\n</SIGNONMSGSRSV1>\r\n<{group}>\r\n{''.join(statement(how, one) for one in ledgers)}"
        f"</{group}>\r\n</OFX>\r\n"
    )


def ofx(name: str, source: str, fact: str, how: Ofx, answer: Answer = Answer.READ, accounts: int = 1) -> Kind:
    """A kind of OFX file."""

    def make(seed: str) -> Sample:
        ledgers = tuple(
            replace(account(f"{name}/{seed}/{at}", 8, how.language, step=100 if how.style == "int" else 1), number=f"1234567{at}")
            for at in range(accounts)
        )
        expected = Expected(answer, tuple(row for one in ledgers for row in one.rows), accounts, with_balances=False)
        return Sample(f"{name}.ofx", document(how, ledgers).encode(how.encoding), expected)

    return Kind(name, source, fact, make)


def refused(name: str, source: str, fact: str, content: str, reason_any: tuple[str, ...]) -> Kind:
    """A file that names itself OFX and holds no statement."""
    expected = Expected(Answer.REFUSE, reason_any=reason_any, reason_not=("accountNo",))
    return Kind(name, source, fact, lambda _seed: Sample(f"{name}.ofx", content.encode(), expected))


SIGNED_ON = "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20250401<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>"
NAMES_ONLY = (
    "<SIGNUPMSGSRSV1><ACCTINFOTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><ACCTINFORS>"
    "<DTACCTUP>20250401<ACCTINFO><DESC>SAVINGS<BANKACCTINFO><BANKACCTFROM><BANKID>1<ACCTID>1"
    "<ACCTTYPE>SAVINGS</BANKACCTFROM><SUPTXDL>Y<XFERSRC>N<XFERDEST>N<SVCSTATUS>ACTIVE</BANKACCTINFO>"
    "</ACCTINFO></ACCTINFORS></ACCTINFOTRNRS></SIGNUPMSGSRSV1></OFX>"
)
SERVER_ERROR = (
    "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
    "<DTSERVER>20250401</DTSERVER><LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>"
    "<STMTTRNRS><TRNUID>1</TRNUID><STATUS><CODE>2000</CODE><SEVERITY>ERROR</SEVERITY>"
    "<MESSAGE>General Server Error</MESSAGE></STATUS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)
INVESTMENT = (
    "<INVSTMTMSGSRSV1><INVSTMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><INVSTMTRS>"
    "<DTASOF>20250401<CURDEF>USD<INVACCTFROM><BROKERID>x.com<ACCTID>1</INVACCTFROM><INVTRANLIST>"
    "<DTSTART>20250101<DTEND>20250401<BUYSTOCK><INVBUY><INVTRAN><FITID>1<DTTRADE>20250303</INVTRAN>"
    "<SECID><UNIQUEID>1<UNIQUEIDTYPE>CUSIP</SECID><UNITS>1<UNITPRICE>2<TOTAL>-2<SUBACCTSEC>CASH"
    "<SUBACCTFUND>CASH</INVBUY><BUYTYPE>BUY</BUYSTOCK></INVTRANLIST></INVSTMTRS></INVSTMTTRNRS>"
    "</INVSTMTMSGSRSV1></OFX>"
)
FIXTURES = "jseutter/ofxparse tests/fixtures"

KINDS = (
    ofx(
        "ofx-cdata",
        f"{FIXTURES}/suncorp.ofx",
        "names in CDATA; days only",
        Ofx(xml=True, time="", words="<NAME><![CDATA[{words}  ]]>", currency="AUD"),
    ),
    ofx(
        "ofx-xml-head-open-fields",
        f"{FIXTURES}/anzcc.ofx",
        "an XML head over fields that are not closed; a card",
        Ofx(xml_head=True, time="000000", words="<MEMO>{words}", card=True, currency="AUD"),
    ),
    ofx("ofx-zone-est", "libofx/libofx#39", "the zone -03:EST behind the day", Ofx(time="000000[-03:EST]", words="<MEMO>{words}")),
    ofx(
        "ofx-value-on-next-line",
        "actualbudget/actual#4883",
        "values on a line of their own, with tabs",
        Ofx(closed=True, gap="\r\n\t\t\t\t", words="<MEMO>\r\n\t\t{words}"),
    ),
    ofx("ofx-no-account-type", "actualbudget/actual#5153", "no ACCTTYPE", Ofx(account_type="", currency="CAD")),
    ofx(
        "ofx-zone-pdt",
        f"{FIXTURES}/multiple_accounts2.ofx",
        "two accounts; days with a zone in brackets",
        Ofx(xml=True, time="133220.000[-7:PDT]"),
        accounts=2,
    ),
    ofx("ofx-qfx-midnight-gmt", "actualbudget/actual#1053", "midnight with [0:GMT] is the day itself", Ofx(time="000000.000[0:GMT]")),
    ofx(
        "ofx-blank-lines-first",
        f"{FIXTURES}/ofx-v102-empty-tags.ofx",
        "empty lines above the head, an empty LANGUAGE",
        Ofx(closed=True, before="\r\n" * 12, sonrs="<LANGUAGE>"),
    ),
    ofx(
        "ofx-comma-decimals",
        "moneymanagerex/moneymanagerex#8324",
        "a decimal comma in TRNAMT",
        Ofx(style="comma", currency="BRL", time="100000[-03:EST]", words="<MEMO>{words}"),
    ),
    ofx(
        "ofx-utf8-said-ascii",
        "GnuCash and KMyMoney reports of USASCII heads over UTF-8",
        "the head says USASCII, the text is UTF-8",
        Ofx(encoding="utf-8", language="de", currency="EUR"),
    ),
    ofx(
        "ofx-latin-said-1252",
        "OFX 1.02 of French banks",
        "code page 1252 as the head says",
        Ofx(language="fr", currency="EUR", style="plain", words="<NAME>{words}"),
    ),
    ofx(
        "ofx-one-line",
        f"{FIXTURES}/bank_medium.ofx",
        "name and memo; fractions of seconds and a zone",
        Ofx(time="122017.000[-5:EST]", currency="CAD", words="<NAME>{words}<MEMO>POS MERCHANDISE"),
    ),
    ofx("ofx-plus-sign", "aasmith/ofx-parser#4", "days only; a plus on what comes in", Ofx(time="", plus=True)),
    ofx("ofx-balance-day-zeros", "reports of DTASOF 00000000", "the balance's day is zeros", Ofx(balance_day="00000000", currency="AUD")),
    ofx(
        "ofx-japan",
        "aasmith/ofx-parser#13",
        "Japanese words in UTF-8, whole yen, JST",
        Ofx(
            style="int",
            encoding="utf-8",
            header_encoding="UTF-8",
            language="ja",
            currency="JPY",
            time="000000[+9:JST]",
            sonrs="<LANGUAGE>JPN",
        ),
    ),
    ofx(
        "ofx-ampersand-and-utf8-mark",
        "reports of a byte order mark before OFXHEADER",
        "a byte order mark first",
        Ofx(before="\ufeff", encoding="utf-8"),
    ),
    refused(
        "ofx-list-of-accounts",
        f"{FIXTURES}/account_listing_aggregation.ofx",
        "names accounts and holds no statement",
        SGML.format(encoding="USASCII", charset="1252") + SIGNED_ON + NAMES_ONLY,
        ("no statement", "no transactions", "list of accounts", "no account"),
    ),
    refused(
        "ofx-server-error",
        f"{FIXTURES}/error_message.ofx",
        "the bank answered with an error",
        XML + SERVER_ERROR,
        ("error", "2000", "no statement", "no account"),
    ),
    refused(
        "ofx-investment",
        f"{FIXTURES}/investment_medium.ofx",
        "an investment statement",
        SGML.format(encoding="USASCII", charset="1252") + SIGNED_ON + INVESTMENT,
        ("investment",),
    ),
    refused(
        "ofx-web-page",
        "reports of a login page saved as OFX",
        "a web page named .ofx",
        "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Password</form></body></html>",
        ("web page", "html"),
    ),
)
