"""What the heading of a column means: words that banks and bookkeeping programs print, in the larger European languages.

They are priors: where a column says something else than its heading, the form is given up, and balances decide before words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.csv.values import CURRENCIES

_WORDS: dict[Kind, str] = {
    Kind.POSTED: """
        date|post(ed|ing)? ?date|date posted|posting|process(ed|ing)? ?date|date processed|processed( on)?|booking ?date|booked( at)?|
        settle(d|ment) ?date|completed ?date|date completed|entry ?date|effective ?date|value ?date|transaction posted|txn post ?date|day|
        buchungstag|buchungsdatum|buchung|valuta(datum)?|wertstellung|datum|date ?(d ?)?(operation|comptable)|date de (l )?operation|
        date valeur|
        fecha( ?(de ?)?(operacion|valor|contable))?|data( ?(operazione|contabile|valuta))?|boekdatum|rentedatum|bokforingsdag|
        bogforingsdato|
        data (operacji|ksiegowania|lancamento)""",
    Kind.MADE: """
        transaction ?date|trans(action)?\\.? ?date|date of transaction|txn ?date|tran ?date|purchase ?date|started ?date|time|created( at)?|
        transaction time|date ?/ ?time|date and time|kaufdatum|transaktionsdatum""",
    Kind.DESCRIPTION: """
        descriptions?|details?|transaction ?(details?|descriptions?|text|narration)?|narrat(ive|ion)s?|particulars|memo|payee|
        merchant( ?name)?|
        text|name|original ?description|statement ?description|transaction ?particulars|information|counter ?party( name)?|beneficiary|
        remarks?|verwendungszweck|buchungstext|beschreibung|empfanger|auftraggeber( ?/ ?beguenstigter)?|libelle|description|concepto|
        descripcion|
        descrizione|causale|omschrijving|mededelingen|naam( ?/ ?omschrijving)?|naam tegenpartij|opis( operacji)?|tytul|descricao|historico|
        paid (to|from)|other party|appears on your statement as""",
    Kind.AMOUNT: """
        amounts?|amt|transaction ?am(oun)?t|net( ?amount)?|total|value|sum|debit ?/ ?credit ?amount|debit ?(and|or|&) ?credit|
        amount ?/ ?value|
        local ?amount|billing ?amount|betrag|umsatz|montant|importe|importo|bedrag|belopp|belob|kwota( operacji)?|valor""",
    Kind.DEBIT: """
        debits?|debit ?am(oun)?t|amount ?debit|withdrawals?|withdrawals? ?am(oun)?t|withdrawn|money ?out|paid ?out|payments? ?out|out|
        charges?|
        spent|
        outflow|dr|soll|lastschrift|ausgaben?|belastung|retraits?|cargos?|uscite|addebiti|af|uit|wydatki|debito""",
    Kind.CREDIT: """
        credits?|credit ?am(oun)?t|amount ?credit|deposits?|deposits? ?am(oun)?t|deposited|money ?in|paid ?in|payments? ?in|in|received|
        inflow|cr|haben|gutschrift|einnahmen?|depots?|abonos?|entrate|accrediti|bij|przychody|credito""",
    Kind.BALANCE: """
        (running|account|closing|ledger|current|available)? ?balances?|balance ?after|saldo|kontostand|solde|saldo ?(contable|na|
        po operacji)?|
        bal|running ?bal|balance ?\\(?(aud|nzd)\\)?""",
    Kind.NUMBER: """
        account( ?(number|no|num|nr))?|acc(t|ount)?\\.? ?(number|no|num)|bank ?account( number)?|iban|kontonummer|konto|rekening|compte|
        cuenta|
        bsb ?/ ?account( number)?|account ?id|card( ?(number|no))?|own account""",
    Kind.BSB: """bsb( ?(number|no))?|branch|bsb ?code|sort ?code""",
    Kind.CURRENCY: """currency|ccy|account ?currency|currency ?code|wahrung|waehrung|devise|divisa|valuta ?code|munt|moneda""",
    Kind.DIRECTION: """
        dr ?/ ?cr|cr ?/ ?dr|debit ?/ ?credit|credit ?/ ?debit|(transaction ?)?type|direction|txn ?type|indicator|c ?/ ?d|d ?/ ?c|sign|
        soll ?/ ?haben|af ?/? ?bij|debit ?credit ?indicator|credit ?debit ?indicator""",
}
_PATTERNS = {kind: re.compile("(?:" + re.sub(r"\s*\n\s*", "", words) + r")\Z") for kind, words in _WORDS.items()}
_UNIT = re.compile(r"\s*(?:\((?:in )?[^)]{0,12}\)|(?<= )(?:in )?(?P<code>[a-z]{3})|(?<= )(?:in )?(?:a?\$|€|£))\s*\Z")
_CODE = re.compile(r"\b([A-Z]{3})\b")


def meaning_of(heading: str) -> Kind | None:
    """What a column with this heading says, None for one that says nothing this reader knows."""
    text = bare_heading(heading)
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.match(text)), None)


def bare_heading(heading: str) -> str:
    """A heading without its unit, in small letters, with a space between words: of one that has a meaning only words of this module."""
    folded = unicodedata.normalize("NFKD", heading.replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
    words = "".join(char for char in folded if not unicodedata.combining(char)).casefold()
    words = words.strip().replace("_", " ")
    unit = _UNIT.search(words)
    bare = words if unit is None or (unit["code"] and unit["code"].upper() not in CURRENCIES) else words[: unit.start()]
    return re.sub(r"[\s\-.*:#]+", " ", bare).strip()


def currency_of(header: Sequence[str]) -> str:
    """The currency that the headings of sums name; empty where they name none, or several."""
    codes = {code for heading in header if meaning_of(heading) for code in _CODE.findall(heading) if code in CURRENCIES}
    return codes.pop() if len(codes) == 1 else ""


def is_of_a_card(header: Sequence[str]) -> bool:
    """Whether headings tell that the file is of a card: then a sum without a word for its direction may be owed or paid."""
    return any(
        re.search(r"card ?(?:member|holder)|cardholder|card ?(?:number|no)\b|minimum payment", cell, re.IGNORECASE) for cell in header
    )


def meanings_of(cells: Sequence[str]) -> list[Kind | None]:
    """What each heading of a row means."""
    return [meaning_of(cell) for cell in cells]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names at least a day and a sum, and holds nothing that is a figure."""
    found = set(meanings_of(cells))
    days, sums = {Kind.POSTED, Kind.MADE}, {Kind.AMOUNT, Kind.DEBIT, Kind.CREDIT}
    return bool(found & days and found & sums) and not any(re.fullmatch(r"[\d.,/: +$-]*\d[\d.,/: +$-]*", cell.strip()) for cell in cells)
