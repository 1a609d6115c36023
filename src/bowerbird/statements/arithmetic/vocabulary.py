"""Words that banks of several languages print beside sums. They tell what arithmetic cannot: which of two directions is a debit, and
which figures outside the table must agree with it. Texts are compared without whitespace, case and accents.
"""

from __future__ import annotations

import re
import unicodedata


def folded(text: str) -> str:
    """A text as the patterns below compare it."""
    squeezed = "".join(text.split()).casefold()
    if squeezed.isascii():
        return squeezed
    plain = unicodedata.normalize("NFKD", squeezed)
    return "".join([letter for letter in plain if not unicodedata.combining(letter)])


def with_blanks(text: str) -> str:
    """A text without case and accents, each run of blanks as one."""
    spaced = " ".join(text.split()).casefold()
    if spaced.isascii():
        return spaced
    plain = unicodedata.normalize("NFKD", spaced)
    return "".join([letter for letter in plain if not unicodedata.combining(letter)])


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words))


OPENING = _any(
    "opening(?:account)?balance", "previous(?:statement)?balance", "starting(?:account)?balance", "beginning(?:account)?balance",
    "balancefrom(?:your|the)?(?:previous|last)statement",
    "balance(?:brought)?forward", "broughtforward", "balanceb/f", r"\bb/f", "balancelaststatement", "openingbal", "startbalance",
    "anfangssaldo", "altersaldo", "alterkontostand", "kontostandalt", "saldovortrag", "eroffnungssaldo", "saldozubeginn",
    "anfangsbestand", "(?:ancien|precedent|initial)solde", "solde(?:precedent|initial|anterieur|audebut|ancien)", "anciensolde",
    "reportsolde", "saldoalt(?!e)",
    "saldo(?:inicial|anterior|iniziale|precedente|inicio)", "beginsaldo", "vorigsaldo", "oudsaldo", "ingaandesaldo", "前月残高", "繰越残高",
    "前回残高", "繰越", "期首残高", "saldopoczatkowe",
    "(?:kontostand|saldo|solde)(?:am|zum|zu|en|au|al|a)?(?:anfang|beginn|debut|inicio|inizio)",
)  # fmt: skip
CLOSING = _any(
    "closing(?:account)?balance", "ending(?:account)?balance", "new(?:account|statement)?balance", "closingbal", "endbalance",
    "balancecarriedforward", "carriedforward", "balancec/f", r"\bc/f", "finalbalance", "currentbalance", "balanceat(?:end|close)",
    "endsaldo", "neuersaldo", "neuerkontostand", "kontostandneu", "schlusssaldo", "abschlusssaldo", "endbestand", "nouveausolde",
    "solde(?:final|nouveau|actuel|enfin|cloture|definperiode|alafin)", "saldo(?:final|actual|finale|attuale)", "eindsaldo", "nieuwsaldo",
    "utgaendesaldo", "saldoneu", "次月繰越", "今回残高", "期末残高", "最終残高", "saldokoncowe",
    "(?:kontostand|saldo|solde)(?:am|zum|zu|en|au|al|a)?(?:ende|schluss|fin)",
)  # fmt: skip
TOTAL = r"(?:total(?:s|es|e|i|en|amountof|amount|of|number)?|sumof|summe(?:der)?|gesamt(?:e|summe)?|totaux|totaal|suma|som|合計)"
DEBIT = _any(
    "debit", "withdraw", "moneyout", "paidout", "paymentsout", "payments?(?:made)?$", "charges", "spent", "outgoing", "purchases",
    r"\bdr\b", "^out$", "soll", "lastschrift", "ausgang", "ausgaben", "auszahlung", "belastung", "zulasten", "abgang", "retrait",
    "depense", "cargo", "adeudo", "pagos", "salidas", "debe", "addebit", "uscite", "dare$", "debito", "saidas", "afschrijving", "bijaf",
    "^af$", "uit$", "uttag", "お支払", "支払", "出金", "引出", "引落", "借方", "obciazenia",
)  # fmt: skip
CREDIT = _any(
    "credit(?!card)", "deposit", "moneyin", "paidin", "paymentsin", "receipts", "received", "incoming", r"\bcr\b", "^in$", "haben",
    "gutschrift", "eingang", "einnahmen", "einzahlung", "zugang", "zugunsten", "versement", "recette", "abono", "ingreso", "haber",
    "entradas", "accredit", "entrate", "avere", "credito", "creditos", "bijschrijving", "^bij$", "insattning", "お預", "預入", "預り",
    "入金", "貸方", "uznania",
)  # fmt: skip
CHARGED = _any(
    "new(?:transactions|purchases|activity)?(?:and|&)?(?:new)?charges",
    "purchases(?:and|&)(?:charges|debits|adjustments)",
    "newpurchases",
    "^purchases",
)
PAID = _any("payments?(?:/|,|and|&)?(?:other)?(?:refunds?|credits?)", "paymentsreceived", "^payments$")
"""What statements of cards call their totals."""
BALANCE = _any("balance", "saldo", "kontostand", "solde", "残高", "差引", "^bal\\.?$", "stand")
OVERDRAWN = _any("debit(?:eur|or)?(?!card)", r"\bdr\b", "overdrawn", "imsoll")
"""What the label of a balance that is owed says of it."""
OWED = _any(
    "creditlimit", "minimumpayment", "creditcard", "amountowing", "balanceowing", "outstanding", "homeloan", "loanaccount", "mortgage",
    "totalowed", "youowe", "paymentdue", "amountdue", "kreditkarte", "darlehen", "cartedecredit", "emprunt", "pret", "prestamo",
    "tarjetadecredito", "mutuo", "cartadicredito", "ご請求", "カード",
)  # fmt: skip
LOAN = re.compile(
    r"(?<!savings and )(?<!savings & )\b(?:loans?|mortgage|balance owed|amount owed|principal balance|\w*kredit"
    r"|kreditkonto|\w*darlehen|darlehenskonto"
    r"|restschuld|\w*hypothek|hypothekenkonto|hypotheque|pret|emprunt|credit immobilier|capital restant du|prestamo|hipoteca|hipotecario"
    r"|capital pendiente|mutuo|finanziamento|debito residuo|emprestimo|financiamento|saldo devedor|hypotheek|lening"
    r"|krediet|restschuld|bolan|billan"
    r"|kredyt|pozyczka)\b|ローン"
)
"""What is printed above the rows of a loan. Compared with blanks: loan is part of other words."""
PRINCIPAL = _any("principal", "capital", "kapital", "tilgung", "capitale", "amortis", "amortiz", "aflossing", "amortering")
REPAID = _any(
    "payments?", "repay(?:ment)?s?", "instal?lments?", "zahlung", "tilgung", "echeance", "remboursement", "mensualite", "cuota",
    "amorti[sz]", "pago",
    "rata", "rimborso", "aflossing", "betaling", "amortering", "splata", "parcela", "prestacao", "返済",
)  # fmt: skip
CARD = _any("creditcard", "chargecard", "kreditkarte", "cartedecredit", "tarjetadecredito", "cartadicredito")
RECEIVED = _any(
    "payments?received", "payments?[-,.]*thankyou", "thankyou[-,.]*(?:foryour)?payment", "zahlung(?:erhalten|dankend)", "paiementrecu",
    "pagorecibido", "pagamentoricevuto",
)  # fmt: skip
"""What is printed above the rows of a card, and what its bank calls money that came in."""
LENT = _any(
    "interest", "fee", "charge", "advance", "drawdown", "redraw", "disburse", "insurance", "zins", "gebuhr", "auszahlung",
    "interet", "frais",
    "deblocage", "interes", "comision", "disposicion", "interess", "spese", "erogazione", "rente", "kosten", "opname", "ranta",
    "avgift", "odsetki",
    "juros", "利息",
)  # fmt: skip
"""What takes from the balance of a loan, and what adds to it."""
ACCRUED = _any("accrued", "notyetcharged", "tobecharged", "aufgelaufen", "courus")
"""What the label of a sum says that is in no balance yet."""
CARRIED = _any("carried", r"\bc/f", "ubertrag", "areporter", "riporto", "sumaysigue", "transporter")
"""What the line of a balance says that ends a page, or the print."""
BROUGHT = _any(
    "(?:brought|balance)(?:forward|down|over)", "^forward$", r"\bb/[fd]", "ubertrag", "vortrag", "^report", "reporte",
    "solde(?:precedent|anterieur)", "sumaanterior", "saldoanterior", "saldoprecedente", "riporto", "transport", "(?<!前月)繰越",
)  # fmt: skip
"""What the line of a balance says that begins a page, or the print."""
FROM_PAGE_TO_PAGE = _any(
    "(?:brought|carried)(?:forward|down|over)", "balance(?:forward|[bc]/[fd])", r"\b[bc]/[fd]", "繰越", "vortrag", "report"
)
"""What a balance is called that only goes from a page to the next, as accounts of one print do not."""
CONTINUED = _any(
    "continue", "overleaf", "nextpage", "fortsetzung", "folgeseite", "suite", "suivante", "sigue", "segue", "vervolg", "volgendepagina",
    "次頁", "次ページ", "続く",
)  # fmt: skip
"""What a line says below which a table goes on."""
OF_PAGE = _any("page", "seite", "pagina", "subtotal", "sub-total", "zwischensumme", "sous-?total", "ページ")
"""What a total says that is not of all rows."""
ANY_TOTAL = re.compile(TOTAL)
ANY_BALANCE = re.compile(
    f"(?:{OPENING.pattern}|{CLOSING.pattern}|{BALANCE.pattern}|forward|ubertrag|areporter|report|riporto|sumaysigue)"
    "(?:credit(?:eur|or)?|debit(?:eur|or)?)?(?:asat|at|on|per|am|au|al|del|da|le|vom|zum)?(?:a(?:vostro|suo)(?:credito|debito))?(?:[a-z]{0,9}|(?:to|from)(?:the)?(?:next|previous|last|following)(?:page|sheet))"
)
POSTED = _any("post", "buchung", "booking", "entry", "comptab", "contab", "operac", "operaz", "boek", "processed", "取引")
VALUE = _any("value", "valut", "wert", "valeur", "valor", "effective", "起算", "rente")
ACTED = _any("trans", "purchase", "used", "kauf", "achat")
ACCOUNT = _any(
    r"(?:account|acct|a/c|acc)(?:id)?\.?(?:number|no|num|nr)?\.?", "kontonummer", "konto-?nr", r"konto\b", "(?:numerode|n°de|node)?compte",
    "numerodecuenta", "cuenta", "numerodiconto", "conto", "numerodaconta", "conta", "rekening(?:nummer)?", "口座番号",
    "(?:numer|nr)?rachunku", "cardnumber", "cardno", "loannumber",
)  # fmt: skip
_NAMES_CURRENCY = (
    "currency|monnaie(?: du compte| de tenue)?|devise(?: du compte)?|wahrung|währung|divisa|moneda|valuta|moeda|moneta|waluta|expressed|"
    "(?:amounts?|figures?|sums?|balances?|montants?|sommes?|betrage|beträge|importes?|valores?|bedragen|belopp|transactions)"
    "(?: (?:are|sont|exprimes|exprimés|shown|stated|alle|all))*"
)
CURRENCY_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(rf"(?:{_NAMES_CURRENCY})[^a-z0-9]{{0,4}}(?:(?:in|en|est|is|the|des?|les?)[ ])*(?:{names})(?![a-z])"))
    for code, names in (
        ("EUR", "euros?"),
        ("GBP", "pounds? sterling|sterling|livres? sterling|british pounds?"),
        ("USD", "(?:us|u\\.s\\.|american|united states) dollars?|dollars? (?:us|americains?|américains?|des etats-unis)"),
        ("CAD", "(?:canadian) dollars?|dollars? canadiens?"),
        ("AUD", "australian dollars?"),
        ("NZD", "new zealand dollars?"),
        ("CHF", "swiss francs?|francs? suisses?|schweizer franken"),
        ("JPY", "(?:japanese )?yen"),
        ("INR", "indian rupees?|rupees?"),
        ("ZAR", "(?:south african )?rands?"),
        ("PLN", "zloty|złoty|zlotych|złotych"),
        ("SEK", "svenska kronor|swedish kron(?:a|or)"),
        ("BRL", "reais|real brasileiro"),
    )
)
"""Names of currencies behind a word that says that they are the account's: a name alone may be a price or a bank's capital."""
COUNTRIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("NZD", re.compile(r"newzealand|\bnz\b|\.co\.nz|kiwi|aotearoa")),
    ("CAD", re.compile(r"canada|\.ca\b")),
    ("SGD", re.compile(r"singapore|\.com\.sg")),
    ("HKD", re.compile(r"hongkong|\.com\.hk")),
    ("USD", re.compile(r"memberfdic|fdic|ncua|federalcreditunion|routing|unitedstates|\bu\.?s\.?a\b|checking|n\.a\.")),
    ("AUD", re.compile(r"australia|bsb|\ba[bc]n\b|afsl|\.com\.au|abn\d")),
)
"""Whose dollar a sign alone can mean, by what else the document says."""
LONE_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("NZD", re.compile(r"(?:account|acct|a/c)(?: number| no\.?)?[: \t]{1,3}(?:0[1-9]|[123]\d)-\d{4}-\d{7}-\d{2,3}(?![\d-])")),
    ("CAD", re.compile(r"\bgst/hst\b")),
    ("EUR", re.compile(r"capitale sociale (?:i\.v\. )?(?:di )?(?:euro|eur|€)")),
)
"""What only the banks of one country print: the form of New Zealand's account numbers, the name of Canada's tax, the capital of an Italian
bank in euros."""
NETWORKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("AUD", re.compile(r"\b(?:bpay|osko payment)\b")),
    ("USD", re.compile(r"\bzelle (?:payment|transfer|from|to)\b")),
)
"""Networks that move money between accounts of one country alone, in its currency."""
OTHER_CURRENCIES = re.compile(
    r"dollars?\b|[€£¥]|euros?\b|pounds?\b|sterling|foreign currenc|currency account|\byen\b|francs?\b|kron[ae]r?\b"
)
"""Beside them: the account may be in another currency."""
