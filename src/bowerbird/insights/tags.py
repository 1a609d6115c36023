"""Tags of the wire: closed vocabularies of the published documentation (docs/Data/enrichment.md of basiqio-oss/Basiq-docs)."""

from __future__ import annotations

from bowerbird.insights.classify import Enrichment
from bowerbird.insights.leaves import LEAVES, Nature

_LIABILITIES = frozenset(
    "afterpay|arl collect pty ltd|australian recoveries|axess|azora|baycorp|beforepay|brighte|bundll|cash converters|cash direct|cashngo|"
    "cash stop|cash train|ccc|cfmg pty ltd|charter mercantile|cigno|collectau|collection house|complete credit solutions|"
    "credit collection services|credit corp|creditline|deferit|dun and bradstreet|earnd|edstart|finance one|fundo|fupay|gem visa|humm|"
    "indebted|klarna|latitude|laybuy|limepay|lion finance|money3|moneyloop|mypaynow|nimble|nine25|openpay|panthera|payitlater|payright|"
    "pioneer credit|plenti|probe|q card|quickapay|spotmenow|sunshine loans|tapmypay|wagetap|wallet wizard|zip pay".split("|")
)
_MORTGAGES = frozenset(
    "afg home loans|aims|amo group|athena|aussie|bluestone|clickloans|emoney|express reverse mortgage|firstmac|fox symes|freedom lend|"
    "freedom loans|funding|heartland reverse mortgages|homeloans|homestar|homestart|household capital|illawarra home loans|keystart|"
    "la trobe financial|liberty financial|loans|mortgage house|mortgage offset|mortgageport|mortgage repayment|onetwo|online home loans|"
    "pacific mortgage group|pepper money|qantas money|reduce home loans|resi|resimac|sucasa|switzer home loans|ticToc|unloan|vmg|"
    "well money".split("|")
)
_CONDUCT = (
    ("overdrawn", ("overdrawn", "overdraw", "overdraft", "overlimit")),
    ("late", ("late",)),
    ("cheque", ("cheque", "chq")),
    ("atm", ("atm",)),
    ("currency", ("currency", "international", "intl", "foreign", "overseas")),
    ("card", ("card",)),
)


def tags_of(enrichment: Enrichment) -> list[str]:
    """The tags of a movement, without duplicates: what it is, who is owed, who took the payment, with which card."""
    leaf = LEAVES[enrichment.leaf]
    found = [f"card:{enrichment.card}"] if enrichment.card else []
    if enrichment.leaf == "bank_fee":
        found.append(_conduct(set(enrichment.words)))
    elif leaf.tag and not leaf.tag.startswith("mortgage:"):
        found.append(leaf.tag)
    if leaf.nature is Nature.LIABILITY:
        found.extend(_owed(enrichment.merchant, leaf.tag))
    if enrichment.tag:
        found.append(enrichment.tag)
    return list(dict.fromkeys(found))


def _conduct(words: set[str]) -> str:
    return f"conduct:{next((tag for tag, signs in _CONDUCT if not words.isdisjoint(signs)), 'admin')}"


def _owed(merchant: str, tag: str) -> list[str]:
    """The lender by the name that a vocabulary has for it: the longest that its name begins with."""
    name, found = merchant.lower(), []
    for kind, vocabulary in (("liability", _LIABILITIES), ("mortgage", _MORTGAGES)):
        if known := max((word for word in vocabulary if name and name.startswith(word.lower())), key=len, default=""):
            found.append(f"{kind}:{known}")
    if tag.startswith("mortgage:") and not any(each.startswith("mortgage:") for each in found):
        found.append(tag)
    return found
