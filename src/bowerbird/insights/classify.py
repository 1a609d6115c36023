"""One movement → its leaf: the first evidence that decides, in order of strength, with the confidence of its kind.

Phrases decide with the direction and the account; then a merchant's name, if nothing beside it contradicts; then what the nouns of
the text say. A name alone is not enough where it is an ordinary word too, or where a wrong answer harms a person (lenders, betting,
collectors).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bowerbird.insights.descriptor import Descriptor, read_descriptor
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.lexicon import MIN_PREFIX, Hit, Lexicon
from bowerbird.sdk.pack import Name, Rule


class Kind(StrEnum):
    """Of what kind the evidence is that decided."""

    PHRASE = "phrase"
    NAME = "name"
    NAME_AND_REST = "name-and-rest"
    COMMON_NAME = "common-name"
    NAME_INSIDE = "name-inside"
    CUT_NAME = "cut-name"
    REST_AFTER_NAME = "noun-after-name"
    NOUN = "noun"
    NOUNS_DISAGREE = "nouns-disagree"
    CUT_NOUN = "cut-noun"
    HINT = "hint"
    NAME_CREDIT = "credit-of-a-name"
    PROCESSOR = "processor"
    MCC = "mcc"
    OWN_PAIR = "other-side"
    REVERSED = "reversed"
    PATTERN = "pattern"
    OVERRIDE = "override"
    OWN_RULE = "own-rule"
    NOTHING = "nothing"


CONFIDENCE = {
    Kind.PHRASE: 0.96,
    Kind.NAME: 0.98,
    Kind.NAME_AND_REST: 0.96,
    Kind.COMMON_NAME: 0.93,
    Kind.NAME_INSIDE: 0.8,
    Kind.CUT_NAME: 0.85,
    Kind.REST_AFTER_NAME: 0.95,
    Kind.NOUN: 0.93,
    Kind.NOUNS_DISAGREE: 0.7,
    Kind.CUT_NOUN: 0.85,
    Kind.HINT: 0.7,
    Kind.NAME_CREDIT: 0.75,
    Kind.PROCESSOR: 0.85,
    Kind.MCC: 0.85,
    Kind.OWN_PAIR: 0.97,
    Kind.REVERSED: 0.9,
    Kind.PATTERN: 0.85,
    Kind.OVERRIDE: 1.0,
    Kind.OWN_RULE: 1.0,
    Kind.NOTHING: 0.0,
}
"""The share of right answers that is stated by kind of evidence; `insights evaluate` and a test hold it against labelled lines."""

DECLARED = frozenset({Kind.OVERRIDE, Kind.OWN_RULE})
"""What an application says itself, of one row or by a rule: stronger than all that is seen of a row."""

PROCESSORS = {"stripe": "Stripe", "paypal": "PayPal", "pp": "PayPal", "sq": "Square", "sumup": "SumUp"}
"""Who took a payment for a shop that the text does not name."""

_STREETS = frozenset(
    "st street rd road ave avenue lane drive hwy highway pde parade tce terrace blvd boulevard crescent cres esplanade".split()
)

_RISKY_SIGN = {"gambling": "gambling", "rent": "rent"}


@dataclass(frozen=True, slots=True)
class MatchEvidence:
    """Why: the kind, the words of the text that decided, and what they stand for."""

    kind: Kind
    words: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What one descriptor says. `score` is the share of answers of this kind that are right; `words` are those that were judged,
    `tag` and `card` the processor's tag and the last four digits of the card, `channel` how the movement came about; "" for none."""

    leaf: str
    score: float
    evidence: MatchEvidence
    merchant: str = ""
    words: tuple[str, ...] = ()
    tag: str = ""
    card: str = ""
    channel: str = ""

    @property
    def group(self) -> str:
        return LEAVES[self.leaf].group


class _Reading:
    """A text with its hits: what its words are covered by."""

    def __init__(self, lexicon: Lexicon, descriptor: Descriptor) -> None:
        self.lexicon = lexicon
        self.words = descriptor.words
        self.hits = list(lexicon.hits(self.words))
        self.present = set(self.words)
        self.channel = ""
        self.begin = 0
        self._read_channels()

    def _read_channels(self) -> None:
        """Words of a channel at the front lead to the name; those elsewhere are filler."""
        advanced = True
        while advanced:
            advanced = False
            for hit in self.hits:
                if hit.start == self.begin and hit.entry.channel and hit.entry.name is None:
                    if not self.channel or hit.entry.channel == "transfer" or self.channel in ("credit", "direct-debit"):
                        self.channel = hit.entry.channel
                    self.begin, advanced = hit.end, True
                    break
        if not self.channel and any(hit.entry.channel == "transfer" for hit in self.hits) and not self._begins_with_a_name():
            self.channel = "transfer"

    def _begins_with_a_name(self) -> bool:
        return any(hit.start == self.begin and hit.entry.name is not None and not hit.entry.name.common for hit in self.hits)

    def text(self, hit: Hit) -> str:
        return " ".join(self.words[hit.start : hit.end])

    def names(self) -> list[tuple[Hit, Name]]:
        """Merchants named, the longest where they overlap, from the left."""
        found: list[tuple[Hit, Name]] = []
        end = 0
        for hit in self.hits:
            if hit.entry.name is not None and hit.start >= end and not self._on_a_street(hit):
                found.append((hit, hit.entry.name))
                end = hit.end
        return found

    def _in_a_channel(self, noun: Hit) -> bool:
        """Whether a noun is a word of how the money moved: "INTERNET BPAY" is no telephone bill."""
        return any(hit.entry.channel and hit.start <= noun.start and noun.end <= hit.end for hit in self.hits if hit is not noun)

    def _on_a_street(self, hit: Hit) -> bool:
        """Whether the words name a street ("CHURCH ST"), and not a shop in a suburb ("COLES ST KILDA")."""
        if hit.end >= len(self.words) or self.words[hit.end] not in _STREETS:
            return False
        return not self.lexicon.begins_place(" ".join(self.words[hit.end : hit.end + 2]))

    def left_over(self, name: Hit) -> list[str]:
        """The words beside a name that nothing explains: no filler, no place, no channel, no word of a trade."""
        count = len(self.words)
        explained = [name.start <= place < name.end for place in range(count)]
        for hit in self.hits:
            entry = hit.entry
            if entry.filler or entry.channel or entry.signs or (entry.place and hit.start >= name.end):
                explained[hit.start : hit.end] = [True] * (hit.end - hit.start)
        for first in range(max(name.end, count - 3), count):
            tail = " ".join(self.words[first:])
            if not all(explained[first:]) and len(tail) >= 4 and self.lexicon.begins_place(tail):
                explained[first:] = [True] * (count - first)
        return [word for word, done in zip(self.words, explained, strict=True) if not done and not word.isdigit() and len(word) > 1]

    def nouns(self, apart_from: Hit | None = None) -> list[tuple[Hit, str]]:
        """What the nouns say, from the left, the longest where they overlap; words of a name aside."""
        found: list[tuple[Hit, str]] = []
        end = 0
        for hit in self.hits:
            inside = apart_from is not None and hit.start < apart_from.end and hit.end > apart_from.start
            if hit.entry.noun and hit.start >= end and not (inside or self._in_a_channel(hit) or self._on_a_street(hit)):
                found.append((hit, hit.entry.noun))
                end = hit.end
        return found


def classify(lexicon: Lexicon, text: str, amount_cents: int | None, account: str = "transaction", mcc: str = "") -> Enrichment:
    """What a movement is. `amount_cents` is negative for money that leaves the account, None for unknown: then it is a payment.
    `mcc` is the merchant's category code, "" for unknown: what the bank knows of a payment comes before what its text says."""
    descriptor = read_descriptor(text, lexicon.words)
    reading = _Reading(lexicon, descriptor)
    credit = amount_cents is not None and amount_cents > 0
    decide = _credit if credit else _debit
    rule = _rule(reading, "credit" if credit else "debit", account)
    leaf, merchant, evidence = decide(reading, rule, account, descriptor)
    coded = lexicon.mcc.get(int(mcc)) if mcc and not credit and evidence.kind is not Kind.PHRASE else None
    if coded is not None and LEAVES[coded].group != LEAVES[leaf].group:
        leaf, evidence = coded, MatchEvidence(Kind.MCC, mcc, coded)
    return Enrichment(
        leaf, CONFIDENCE[evidence.kind], evidence, merchant, descriptor.words, descriptor.tag, descriptor.card, reading.channel
    )


def overridden(found: Enrichment, leaf: str, merchant: str = "", rule: str = "") -> Enrichment:
    """The same movement as the leaf that an application says it is: stronger than any other evidence. `rule` are the words of its rule that
    the text meets, "" where it says so of one row; `merchant` is whom it names then, "" for whom the text names."""
    kind = Kind.OWN_RULE if rule else Kind.OVERRIDE
    return replace(found, leaf=leaf, score=CONFIDENCE[kind], evidence=MatchEvidence(kind, rule, leaf), merchant=merchant or found.merchant)


def anzsic_of(lexicon: Lexicon, found: Enrichment) -> str:
    """The ANZSIC class of what a movement buys, "" for nothing: a merchant's own where a pack knows it, else its leaf's."""
    of_leaf = LEAVES[found.leaf].anzsic
    return lexicon.classes.get(found.merchant, of_leaf) if of_leaf and found.evidence.kind not in DECLARED else of_leaf


_Decision = tuple[str, str, MatchEvidence]


def _rule(reading: _Reading, direction: str, account: str) -> tuple[Rule, str] | None:
    """The first rule that fits, with the words that it found."""
    candidates: dict[int, str] = dict.fromkeys(reading.lexicon.always, "")
    for hit in reading.hits:
        for number in hit.entry.rules:
            candidates.setdefault(number, reading.text(hit))
    for number in sorted(candidates):
        rule = reading.lexicon.rules[number]
        if rule.direction and rule.direction != direction:
            continue
        if (rule.accounts and account not in rule.accounts) or (rule.channel and rule.channel != reading.channel):
            continue
        if rule.unless and not rule.unless.isdisjoint(reading.present):
            continue
        return rule, candidates[number]
    return None


def _phrase(reading: _Reading, rule: Rule, words: str) -> _Decision:
    merchant = rule.merchant or next((name.merchant for _, name in reading.names() if name.leaf == rule.leaf), "")
    if not merchant and rule.leaf not in _WITHOUT_MERCHANT:
        merchant = next((name.merchant for hit, name in reading.names() if not name.common), "")
    return rule.leaf, merchant, MatchEvidence(Kind.PHRASE, words, rule.leaf)


_WITHOUT_MERCHANT = frozenset({"transfer_out", "transfer_in", "own_transfer", "salary", "atm", "bank_fee", "credit_other"})


def _debit(reading: _Reading, rule: tuple[Rule, str] | None, account: str, descriptor: Descriptor) -> _Decision:
    if rule is not None and not rule[0].after_names:
        return _phrase(reading, *rule)
    decision = _named(reading) or (rule and _phrase(reading, *rule)) or _by_nouns(reading)
    if decision:
        return decision
    if descriptor.processor in PROCESSORS and all(not word.isalpha() for word in reading.words[reading.begin :]):
        return "processor", PROCESSORS[descriptor.processor], MatchEvidence(Kind.PROCESSOR, descriptor.processor)
    return "unknown", "", MatchEvidence(Kind.NOTHING)


def _credit(reading: _Reading, rule: tuple[Rule, str] | None, account: str, descriptor: Descriptor) -> _Decision:
    if rule is not None:
        return _phrase(reading, *rule)
    if account in _REPAID:
        return _REPAID[account], "", MatchEvidence(Kind.PHRASE, account, "a credit of a borrower's account")
    named = _named(reading)
    if named is None:
        return "credit_other", "", MatchEvidence(Kind.NOTHING)
    _, merchant, evidence = named
    name = next((found for _, found in reading.names() if found.merchant == merchant), None)
    credit_leaf = name.credit_leaf if name is not None else ""
    if credit_leaf and credit_leaf != "own_transfer":
        return credit_leaf, merchant, evidence
    if account == "credit-card" or reading.channel == "card":
        return "refund", merchant, evidence
    return "refund", merchant, MatchEvidence(Kind.NAME_CREDIT, evidence.words, evidence.what)


_REPAID = {"mortgage": "mortgage_repayment", "loan": "loan_repayment"}


def _named(reading: _Reading) -> _Decision | None:
    """What the first name that stands says, unless a noun beside it says what the business really is."""
    for hit, name in reading.names():
        rest = reading.left_over(hit)
        noun = _contradiction(reading, hit, name)
        if noun is not None:
            return noun
        kind = _name_kind(reading, hit, name, rest)
        if kind is not None:
            return name.leaf, name.merchant, MatchEvidence(kind, reading.text(hit), name.merchant)
    tail = " ".join(reading.words[reading.begin :])
    if len(tail) >= 9 and (cut := reading.lexicon.cut_name(tail)) and not LEAVES[cut.leaf].needs_second_sign:
        return cut.leaf, cut.merchant, MatchEvidence(Kind.CUT_NAME, tail, cut.merchant)
    return None


def _contradiction(reading: _Reading, hit: Hit, name: Name) -> _Decision | None:
    """A noun of another group after the name: "TARGET RANGE CAFE" is a cafe."""
    others = [(found, leaf) for found, leaf in reading.nouns(hit) if found.start >= hit.end]
    if not others:
        return None
    found, leaf = others[-1]
    if LEAVES[leaf].group == LEAVES[name.leaf].group or found.entry.filler or found.entry.place:
        return None
    if LEAVES[leaf].risky and not LEAVES[name.leaf].risky:
        return None
    return leaf, "", MatchEvidence(Kind.REST_AFTER_NAME, reading.text(found), leaf)


def _name_kind(reading: _Reading, hit: Hit, name: Name, rest: Sequence[str]) -> Kind | None:
    """How well a name stands: None where it is not enough."""
    risky = LEAVES[name.leaf].needs_second_sign
    at_start = not any(not word.isdigit() for word in reading.words[reading.begin : hit.start]) or _led_by_filler(reading, hit)
    if risky or name.needs_sign:
        signed = _has_sign(reading, hit, name)
        if (name.needs_sign and not signed) or (name.common and (rest or not signed)):
            return None
        if rest and not signed:
            return None
        return (Kind.NAME if not rest else Kind.NAME_INSIDE) if at_start or not rest else None
    if name.common:
        return Kind.COMMON_NAME if at_start and not rest else None
    if not rest:
        return Kind.NAME
    if at_start:
        return Kind.NAME_AND_REST if len(rest) <= 3 else Kind.NAME_INSIDE
    return Kind.NAME_INSIDE if hit.end - hit.start > 1 or len(reading.text(hit)) > 5 else None


def _led_by_filler(reading: _Reading, hit: Hit) -> bool:
    ahead = range(reading.begin, hit.start)
    covered = {place for other in reading.hits if other.entry.filler or other.entry.channel for place in range(other.start, other.end)}
    return all(place in covered for place in ahead)


def _has_sign(reading: _Reading, hit: Hit, name: Name) -> bool:
    trade = _RISKY_SIGN.get(name.leaf, "finance")
    entries = reading.lexicon.entries
    inside = reading.words[hit.start : hit.end] if hit.end - hit.start > 1 and not name.needs_sign else ()
    if any(word in entries and trade in entries[word].signs for word in inside):
        return True
    return any(trade in other.entry.signs for other in reading.hits if other.end <= hit.start or other.start >= hit.end)


def _by_nouns(reading: _Reading) -> _Decision | None:
    nouns = [(hit, leaf) for hit, leaf in reading.nouns() if hit.start >= reading.begin]
    nouns = [(hit, leaf) for hit, leaf in nouns if not (hit.entry.filler or hit.entry.place)] or nouns
    if nouns:
        hit, leaf = nouns[-1]
        agree = len({LEAVES[other].group for _, other in nouns}) == 1
        return leaf, "", MatchEvidence(Kind.NOUN if agree else Kind.NOUNS_DISAGREE, reading.text(hit), leaf)
    return _by_start(reading) or _by_cut_noun(reading) or _by_hint(reading)


def _by_start(reading: _Reading) -> _Decision | None:
    for hit in reading.hits:
        if hit.start == reading.begin and hit.entry.start and hit.end < len(reading.words):
            return hit.entry.start, "", MatchEvidence(Kind.NOUN, reading.text(hit), hit.entry.start)
    return None


def _by_cut_noun(reading: _Reading) -> _Decision | None:
    known = {
        place
        for hit in reading.hits
        if hit.entry.place or hit.entry.filler or hit.entry.hint or hit.entry.noun
        for place in range(hit.start, hit.end)
    }
    for place in range(len(reading.words) - 1, reading.begin - 1, -1):
        word = reading.words[place]
        if len(word) >= MIN_PREFIX and place not in known and (leaf := reading.lexicon.noun_of(word)):
            return leaf, "", MatchEvidence(Kind.CUT_NOUN, word, leaf)
    return None


def _by_hint(reading: _Reading) -> _Decision | None:
    hints = [hit for hit in reading.hits if hit.entry.hint and hit.start >= reading.begin]
    if not hints:
        return None
    hit = hints[-1]
    return hit.entry.hint, "", MatchEvidence(Kind.HINT, reading.text(hit), hit.entry.hint)
