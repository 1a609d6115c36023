"""Why an answer is what it is, in one sentence, and what the wire calls the kind of its evidence."""

from __future__ import annotations

from bowerbird.insights.classify import DECLARED, Enrichment, Kind
from bowerbird.insights.descriptor import MASK

MATCH_TYPES = {
    Kind.NAME: "merchantFull",
    Kind.NAME_AND_REST: "merchantFull",
    Kind.COMMON_NAME: "merchantFull",
    Kind.NAME_CREDIT: "merchantPartial",
    Kind.NAME_INSIDE: "merchantPartial",
    Kind.CUT_NAME: "merchantPartial",
    Kind.REST_AFTER_NAME: "merchantPartial",
    Kind.NOUN: "merchantPartial",
    Kind.NOUNS_DISAGREE: "merchantPartial",
    Kind.CUT_NOUN: "merchantPartial",
    Kind.HINT: "merchantPartial",
    Kind.MCC: "mcc",
    Kind.OVERRIDE: "merchantFull",
    Kind.OWN_RULE: "merchantFull",
}
"""The wire's `matchType`; what is not here has none: a phrase says what a movement is, not who was paid."""

_SENTENCES = {
    Kind.PHRASE: 'The words "{words}" say what the movement is.',
    Kind.NAME: '"{words}" is {what}.',
    Kind.NAME_AND_REST: '"{words}" is {what}; the words beside it name no other trade.',
    Kind.COMMON_NAME: '"{words}" is {what}; it is an ordinary word too, but nothing else stands beside it.',
    Kind.NAME_INSIDE: '"{words}" is {what}, but other words stand before or beside it.',
    Kind.CUT_NAME: 'The text is cut; "{words}" begins the name {what} only.',
    Kind.REST_AFTER_NAME: 'A merchant\'s name comes first, but "{words}" says what the business is.',
    Kind.NOUN: 'No merchant is known; "{words}" says what the business is.',
    Kind.NOUNS_DISAGREE: 'No merchant is known; "{words}" says what the business is, and another word disagrees.',
    Kind.CUT_NOUN: 'No merchant is known; "{words}" is the beginning of a word that says what the business is.',
    Kind.HINT: 'No merchant is known; "{words}" leans this way.',
    Kind.NAME_CREDIT: '"{words}" is {what}, and the money comes back from it.',
    Kind.PROCESSOR: '"{words}" took the payment for a shop that the text does not name.',
    Kind.MCC: "The merchant category code {words} says what the business is.",
    Kind.OWN_PAIR: 'The other side is "{what}" of another account of the same person.',
    Kind.REVERSED: 'It is taken back by "{what}".',
    Kind.PATTERN: 'No word says that it is a wage, but "{what}" pays as regularly as one.',
    Kind.OVERRIDE: "The application says that it is {what}.",
    Kind.OWN_RULE: 'A rule of the application says of "{words}" that it is {what}.',
    Kind.NOTHING: "Nothing in the text says what it is.",
}


def match_type(enrichment: Enrichment) -> str:
    """The wire's word for the kind of evidence, "" for none."""
    return MATCH_TYPES.get(enrichment.evidence.kind, "")


def why(enrichment: Enrichment) -> str:
    evidence = enrichment.evidence
    if evidence.kind is Kind.PHRASE and not evidence.words:
        return "It is a transfer; its text does not say what for."
    what = evidence.what.replace("_", " ") if evidence.kind in DECLARED else evidence.what
    return _SENTENCES[evidence.kind].format(words=evidence.words, what=what)


def clean_text(enrichment: Enrichment, text: str) -> str:
    """The words of a text in capitals, without dates, cards and references; the text itself where nothing else is left."""
    return " ".join(word for word in enrichment.words if word != MASK).upper() or " ".join(text.split())
