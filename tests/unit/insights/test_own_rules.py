"""An application's own rules: which rows meet one, what is no rule, and the file they are written in, which is a pack."""

from __future__ import annotations

from datetime import date

import pytest

from bowerbird.insights.own_rules import (
    MAX_RULES,
    Declared,
    OwnRule,
    OwnRuleError,
    OwnRules,
    check,
    decode,
    encode,
    read_rules,
    write_rules,
)
from bowerbird.model.days import day_number
from bowerbird.sdk.pack import PackError, read_pack

DAY = day_number(date(2026, 3, 18))


def find(*rules: OwnRule, text: str = "CORNER SHOP 12 NEWTOWN", cents: int = -12_50, of: str = "transaction", **more: str) -> str:
    """The leaf of the first rule that a row meets, "" for none."""
    merchant, biller = more.get("merchant", ""), more.get("biller", "")
    found = OwnRules(1, rules).find(text, cents, of, DAY, merchant, lambda: biller)
    return found.leaf if found else ""


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        (OwnRule("groceries", any="corner shop"), True),
        (OwnRule("groceries", any="CORNER-SHOP"), True),
        (OwnRule("groceries", any="bakery, corner shop"), True),
        (OwnRule("groceries", any="corner sho"), False),
        (OwnRule("groceries", any="shop corner"), False),
        (OwnRule("groceries", any="corner", direction="credit"), False),
        (OwnRule("salary", any="corner"), False),
        (OwnRule("own_transfer", any="corner"), True),
        (OwnRule("groceries", any="corner", accounts="savings, credit-card"), False),
        (OwnRule("groceries", accounts="transaction"), True),
        (OwnRule("groceries", least="12.50", most="12.50"), True),
        (OwnRule("groceries", least="12.51"), False),
        (OwnRule("groceries", any="corner", most="12.49"), False),
        (OwnRule("groceries", any="corner", first_day="2026-03-18"), True),
        (OwnRule("groceries", any="corner", first_day="2026-03-19"), False),
        (OwnRule("groceries", named="Corner shop"), True),
        (OwnRule("groceries", named="Another"), False),
        (OwnRule("groceries", biller="45435"), True),
        (OwnRule("groceries", biller="45436"), False),
    ],
)
def test_a_row_meets_every_condition_or_none_counts(rule: OwnRule, met: bool) -> None:
    assert find(rule, merchant="Corner Shop", biller="45435") == (rule.leaf if met else "")


def test_the_first_rule_counts() -> None:
    assert find(OwnRule("dining", any="shop"), OwnRule("groceries", any="corner")) == "dining"


def test_a_rule_says_by_which_words_and_whom() -> None:
    rules = OwnRules(1, (OwnRule("groceries", any="Corner Shop", merchant="The Corner"), OwnRule("rent", least="900.00")))
    assert rules.find("CORNER SHOP", -1, "transaction", DAY, "", str) == Declared("groceries", "The Corner", "corner shop")
    assert rules.find("X", -900_00, "transaction", DAY, "", str) == Declared("rent", "", "its amount and account")


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (OwnRule("nonsense", any="x"), "leaf"),
        (OwnRule("groceries"), "any"),
        (OwnRule("groceries", first_day="2026-01-01"), "any"),
        (OwnRule("groceries", any="--"), "any"),
        (OwnRule("groceries", any="x" * 401), "any"),
        (OwnRule("groceries", named="a\nb"), "named"),
        (OwnRule("groceries", accounts="purse"), "accounts"),
        (OwnRule("groceries", least="a lot"), "least"),
        (OwnRule("groceries", most="-5.00"), "most"),
        (OwnRule("groceries", any="x", first_day="yesterday"), "from"),
    ],
)
def test_what_is_no_rule(rule: OwnRule, field: str) -> None:
    with pytest.raises(OwnRuleError) as refused:
        check([OwnRule("dining", any="cafe"), rule])
    assert (refused.value.place, refused.value.field) == (2, field)


def test_there_are_so_many_at_most() -> None:
    with pytest.raises(OwnRuleError):
        check([OwnRule("dining", any="cafe")] * (MAX_RULES + 1))


RULES = (
    OwnRule("groceries", any='the "corner", shop\\2', direction="debit", accounts="transaction", merchant="Café “K”"),
    OwnRule("salary", named="Acme", least="900.00", first_day="2026-01-01"),
)


def test_rules_are_read_as_they_were_written() -> None:
    assert read_rules(write_rules(OwnRules(7, RULES))) == RULES
    assert decode(7, encode(RULES)).rules == RULES


def test_rules_of_phrases_are_a_pack_and_others_are_none() -> None:
    pack = read_pack(write_rules(OwnRules(7, RULES[:1])), "own")
    assert [(rule.leaf, rule.direction, rule.merchant) for rule in pack.rules] == [("groceries", "debit", "Café “K”")]
    with pytest.raises(PackError, match="packs do not know"):
        read_pack(write_rules(OwnRules(7, RULES)), "own")


@pytest.mark.parametrize("text", ["[[rule]]\nleaf = 1", "[[rule]]\nleaf = 'dining'\nwords = 'x'", "x", "[[rule]]\nany = 'x'"])
def test_a_file_that_has_no_rules(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_rules(text)
