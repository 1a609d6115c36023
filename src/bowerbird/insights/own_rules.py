"""Rules of an application's own: what it says of every row that meets their conditions, stronger than what the text says.

They are written as rules of packs are (`bowerbird.sdk.pack`): those that name phrases, a direction and classes of account only are a pack.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import msgspec

from bowerbird.insights.groups import RECEIVED
from bowerbird.insights.leaves import LEAVES, Nature
from bowerbird.model.account import AccountClass
from bowerbird.model.days import day_number
from bowerbird.model.money import parse_cents
from bowerbird.sdk.pack import words_of

MAX_RULES = 500
_LONGEST = 400
_CREDITS = frozenset({Nature.INCOME, Nature.NOT_INCOME})
_DEBITS = frozenset({Nature.ESSENTIAL, Nature.DISCRETIONARY, Nature.LIABILITY})


class OwnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"first_day": "from"}):
    """`leaf` is what a row is that meets every condition that is not empty; `merchant` renames whom it names.

    `any` are phrases, one of which the text has; `named` is the merchant that the text names; `direction` is credit or debit, empty for
    the usual one of the leaf; `accounts` are classes of account; `least` and `most` bound the amount without its sign; `biller` is the
    code of a BPAY biller; `from` is the first day (YYYY-MM-DD). Lists are parted by commas.
    """

    leaf: str
    any: str = ""
    named: str = ""
    direction: Literal["", "credit", "debit"] = ""
    accounts: str = ""
    least: str = ""
    most: str = ""
    biller: str = ""
    first_day: str = ""
    merchant: str = ""


class OwnRuleError(ValueError):
    """A rule that cannot be used: its place from 1, the field, and what is wrong with it."""

    def __init__(self, place: int, field: str, reason: str) -> None:
        super().__init__(f"rule {place}: {field}: {reason}")
        self.place, self.field, self.reason = place, field, reason


class Declared(NamedTuple):
    """What an application says of a row: a leaf, and a merchant where it renames one. `rule` are the words of its rule that the row
    meets, "" where it says so of this one row."""

    leaf: str
    merchant: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Conditions:
    """A rule as it is compared: days as numbers, money in cents."""

    declared: Declared
    phrases: tuple[str, ...]
    named: str
    is_credit: bool | None
    accounts: frozenset[str]
    least_cents: int
    most_cents: int | None
    biller: str
    first_day: int

    def met_by(self, cents: int, account_class: str, day: int, merchant: str) -> bool:
        """All but phrases and biller, which take longest."""
        return (
            (self.is_credit is None or self.is_credit == (cents > 0))
            and self.least_cents <= abs(cents)
            and (self.most_cents is None or abs(cents) <= self.most_cents)
            and (not self.accounts or account_class in self.accounts)
            and day >= self.first_day
            and (not self.named or self.named == merchant.casefold())
        )


@dataclass(frozen=True, eq=False)
class OwnRules:
    """The rules of an application in their order, the first that a row meets counts. `version` counts the changes, 0 for none yet."""

    version: int
    rules: tuple[OwnRule, ...]

    @cached_property
    def _conditions(self) -> tuple[_Conditions, ...]:
        return tuple(_read(rule, place) for place, rule in enumerate(self.rules, 1))

    def find(self, text: str, cents: int, account_class: str, day: int, merchant: str, biller: Callable[[], str]) -> Declared | None:
        """What the first rule that a row meets says; None where it meets none. `day` is the number of its day; `merchant` is whom its text
        names; `biller` is asked where a rule wants to know the code of its biller, "" for none."""
        words = ""
        for rule in self._conditions:
            if not rule.met_by(cents, account_class, day, merchant):
                continue
            words = words or f" {' '.join(words_of(text))} "
            phrase = next((phrase for phrase in rule.phrases if phrase in words), "")
            if (rule.phrases and not phrase) or (rule.biller and rule.biller != biller()):
                continue
            return rule.declared._replace(rule=phrase.strip() or rule.declared.rule)
        return None


NO_RULES = OwnRules(0, ())


def check(rules: Sequence[OwnRule]) -> None:
    """Raises OwnRuleError for the first rule that cannot be used."""
    if len(rules) > MAX_RULES:
        raise OwnRuleError(MAX_RULES + 1, "rules", f"there are more than {MAX_RULES}")
    for place, rule in enumerate(rules, 1):
        _read(rule, place)


def _read(rule: OwnRule, place: int) -> _Conditions:
    """Raises OwnRuleError."""
    _check_words(rule, place)
    phrases = tuple(f" {' '.join(words_of(part))} " for part in _listed(rule.any))
    accounts, conditions = frozenset(_listed(rule.accounts)), (rule.any, rule.named, rule.accounts, rule.least, rule.most, rule.biller)
    if not any(conditions):
        raise OwnRuleError(place, "any", "the rule has no condition and would be met by every row")
    return _Conditions(
        declared=Declared(rule.leaf, rule.merchant, rule.named or rule.biller or "its amount and account"),
        phrases=phrases,
        named=rule.named.casefold(),
        is_credit=_direction(rule),
        accounts=accounts,
        least_cents=_cents(rule.least, place, "least") or 0,
        most_cents=_cents(rule.most, place, "most"),
        biller=rule.biller,
        first_day=_first_day(rule.first_day, place),
    )


def _check_words(rule: OwnRule, place: int) -> None:
    if rule.leaf not in LEAVES:
        raise OwnRuleError(place, "leaf", "it is none of the leaves")
    for field in ("any", "named", "accounts", "merchant", "biller"):
        text: str = getattr(rule, field)
        if len(text) > _LONGEST or not text.isprintable():
            raise OwnRuleError(place, field, f"it is longer than {_LONGEST} characters, or has characters that do not print")
    if not all(map(words_of, _listed(rule.any))):
        raise OwnRuleError(place, "any", "a phrase has no letter and no digit")
    if unknown := frozenset(_listed(rule.accounts)) - set(AccountClass):
        raise OwnRuleError(place, "accounts", f"{min(unknown)} is no class of account")


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _direction(rule: OwnRule) -> bool | None:
    """Whether only credits count, or only debits; None for both. Without a word for it a wage is a credit and a purchase a debit."""
    if rule.direction:
        return rule.direction == "credit"
    leaf = LEAVES[rule.leaf]
    if leaf.nature in _CREDITS:
        return True
    return False if leaf.nature in _DEBITS and leaf.group not in RECEIVED else None


def _cents(text: str, place: int, field: str) -> int | None:
    try:
        cents = parse_cents(text) if text else None
    except ValueError as error:
        raise OwnRuleError(place, field, "write it as 12.95") from error
    if cents is not None and cents < 0:
        raise OwnRuleError(place, field, "it is compared with the amount without its sign")
    return cents


def _first_day(text: str, place: int) -> int:
    try:
        return day_number(date.fromisoformat(text)) if text else -(10**6)
    except ValueError as error:
        raise OwnRuleError(place, "from", "write the day as 2026-03-18") from error


# ── As a file ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _RuleFile(msgspec.Struct, frozen=True):
    """A pack that has rules only; where they come from and how they may be used is for those who install it."""

    rule: tuple[OwnRule, ...] = ()
    source: str = ""
    licence: str = ""


def read_rules(text: str) -> tuple[OwnRule, ...]:
    """The rules of a TOML text. Raises ValueError with what is wrong."""
    try:
        rules = msgspec.convert(tomllib.loads(text), _RuleFile).rule
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(str(error)) from error
    check(rules)
    return rules


def write_rules(rules: OwnRules) -> str:
    """The same rules as a TOML text, which is a pack where no rule has a condition that packs do not know."""
    lines = [f'source = "own rules, version {rules.version}"', 'licence = "own"']
    for rule in rules.rules:
        found: dict[str, str] = msgspec.to_builtins(rule)
        lines += ["", "[[rule]]", *(f"{name} = {_quoted(value)}" for name, value in found.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


@lru_cache(maxsize=64)
def decode(version: int, stored: bytes) -> OwnRules:
    """Rules as they are stored; equal ones are one object, so that reading them again costs nothing."""
    return OwnRules(version, msgspec.json.decode(stored, type=tuple[OwnRule, ...]))


def encode(rules: Sequence[OwnRule]) -> bytes:
    return msgspec.json.encode(rules)
