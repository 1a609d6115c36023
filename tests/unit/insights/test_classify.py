"""What descriptors mean: the labelled lines, names inside other names, and risky leaves."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bowerbird.insights.classify import CONFIDENCE, Kind, classify
from bowerbird.insights.evaluation import Score, score
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.wording import why
from bowerbird.plugins.packs import lexicon
from tests.unit.insights.labelled_lines import DEV, TRAPS, lines_of


def scored(file: Path) -> Score:
    lines = lines_of(file)
    return score(lines, [classify(lexicon(), line.description, line.amount_cents, line.account) for line in lines])


def leaf(text: str, amount: int = -50_00, account: str = "transaction") -> str:
    return classify(lexicon(), text, amount, account).leaf


def test_labelled_lines() -> None:
    found = scored(DEV)
    assert found.accuracy >= 0.97
    assert found.precision >= 0.98
    assert found.confident_wrong <= found.confident * 0.005


def test_names_inside_other_names() -> None:
    found = scored(TRAPS)
    assert found.accuracy >= 0.95
    assert found.confident_wrong == 0


@pytest.mark.parametrize(
    "text",
    [
        "NIMBLE FINGERS CRAFT SUPPLIES",
        "TAB THE CAT VETERINARY",
        "NEDS HARDWARE GEELONG",
        "ATHENA GREEK TAVERNA LAKEMBA",
        "ZIPPY MART CARLTON",
        "HUMMING BIRD FLORIST",
        "CROWN STREET DENTAL",
        "STAR CHEMIST WARRINGAH",
        "PROBE DIVING CENTRE CAIRNS",
        "LATITUDE 37 CAFE WARRANDYTE",
        "LADBROKE GROVE PIZZA",
        "PIONEER BUTCHERS DUBBO",
        "LIBERTY DENIM NEWTOWN",
    ],
)
def test_no_lender_or_bookmaker_is_invented(text: str) -> None:
    found = classify(lexicon(), text, -40_00)
    assert not LEAVES[found.leaf].needs_second_sign, why(found)


@pytest.mark.parametrize(
    ("text", "amount", "account", "expected"),
    [
        ("Woolworths 1234 Anywhere Au", -10_00, "transaction", "groceries"),
        ("WOOLWORTHS 1234 ANYWHERE", 10_00, "credit-card", "refund"),
        ("SPORTSBET", -10_00, "transaction", "gambling"),
        ("SPORTSBET WITHDRAWAL", 90_00, "transaction", "gambling_win"),
        ("ATM WITHDRAWAL ANYWHERE", -100_00, "credit-card", "cash_advance"),
        ("PAYMENT RECEIVED", 500_00, "mortgage", "mortgage_repayment"),
        ("PAYMENT RECEIVED", 500_00, "loan", "loan_repayment"),
        ("PAYMENT THANK YOU", 500_00, "credit-card", "card_repayment"),
        ("REDRAW TO 1234", -500_00, "mortgage", "redraw"),
        ("CTRLINK 1234567 AGE PENS", 500_00, "transaction", "pension"),
        ("hcf health", -500_00, "transaction", "insurance"),
        ("QXZ CHURCH ST BRIGHTON", -10_00, "transaction", "unknown"),
        ("PHARMACY ST KILDA", -10_00, "transaction", "pharmacy"),
        ("COLES ST KILDA", -10_00, "transaction", "groceries"),
        ("QXZ COFFEE AIRPORT", -10_00, "transaction", "dining"),
        ("CASH CONVERTERS BALLARAT", -40_00, "transaction", "unknown"),
        ("CASH CONVERTERS PERS FIN 123", -40_00, "transaction", "sacc"),
        ("BPAY QXZ CREDIT CARD 4412", -40_00, "transaction", "card_transfer"),
        ("HCF HEALTH CLAIM", 80_00, "transaction", "insurance_credit"),
        ("LOAN FUNDS", 800_00, "transaction", "loan_drawdown"),
        ("CHILD SUPPORT", 300_00, "transaction", "child_support"),
        ("SOMETHING WITHOUT MEANING QXZ", -1_00, "transaction", "unknown"),
        ("SOMETHING WITHOUT MEANING QXZ", 1_00, "transaction", "credit_other"),
        ("", -1_00, "transaction", "unknown"),
        ("* / 12345678 //", -1_00, "transaction", "unknown"),
    ],
)
def test_direction_and_account_decide(text: str, amount: int, account: str, expected: str) -> None:
    assert leaf(text, amount, account) == expected


def test_every_kind_of_evidence_has_a_confidence_and_a_sentence() -> None:
    assert CONFIDENCE.keys() == set(Kind)
    for line in lines_of(DEV):
        found = classify(lexicon(), line.description, line.amount_cents, line.account)
        assert why(found)
        assert set(found.evidence.words.split()) <= {*found.words, found.evidence.words, line.account}, line.description


def test_confidence_is_what_is_observed() -> None:
    """Per kind of evidence with at least 15 labelled lines: the stated share lies within what so few lines can tell apart."""
    lines = [*lines_of(DEV), *lines_of(TRAPS)]
    answers = [classify(lexicon(), line.description, line.amount_cents, line.account) for line in lines]
    for kind in Kind:
        right = [line.accepts(answer) for line, answer in zip(lines, answers, strict=True) if answer.evidence.kind is kind]
        if len(right) >= 15 and kind is not Kind.NOTHING:
            observed, doubt = sum(right) / len(right), 2 * (0.25 / len(right)) ** 0.5
            assert abs(observed - CONFIDENCE[kind]) <= max(0.05, doubt), kind


def test_a_row_is_cheap() -> None:
    lines = lines_of(DEV) * 3
    words = lexicon()
    spent = []
    for _ in range(5):
        began = time.process_time()
        for line in lines:
            classify(words, line.description, line.amount_cents, line.account)
        spent.append((time.process_time() - began) / len(lines) * 1e6)
    assert min(spent) < 60, f"{min(spent):.0f} µs"
