"""What descriptors mean: the labelled lines, names inside other names, and risky leaves."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from statistics import mean

import pytest

from bowerbird.insights.classify import CONFIDENCE, Enrichment, Kind, classify
from bowerbird.insights.evaluation import Calibrated, LabelledLine, Score, calibration, read_labelled, score
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.wording import why
from bowerbird.plugins.packs import lexicon
from tests.cost import cpu_s
from tests.unit.insights.labelled_lines import DEV, HELD, TRAPS, lines_of

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "insights.md"


def scored(file: Path) -> Score:
    lines = lines_of(file)
    return score(lines, [classify(lexicon(), line.description, line.amount_cents, line.account) for line in lines])


def leaf(text: str, amount: int = -50_00, account: str = "transaction") -> str:
    return classify(lexicon(), text, amount, account).leaf


def printed(lines: str) -> str:
    """The figures that the guide prints of labelled lines: the only place that states them."""
    row = re.search(rf"^\| {re.escape(lines)} \| (.+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert row, lines
    return row[1]


@pytest.mark.parametrize(
    ("lines", "file"),
    [("development lines", DEV), ("names inside other names", TRAPS), ("lines held back, after repair", HELD)],
)
def test_labelled_lines_score_what_the_guide_prints(lines: str, file: Path) -> None:
    found = scored(file)
    shares = [f"{100 * share:.1f} %".replace("100.0", "100") for share in (found.accuracy, found.precision)]
    assert " | ".join((str(found.rows), *shares, str(found.confident), str(found.confident_wrong))) == printed(lines)
    assert found.confident_wrong == 0


def test_a_line_breaks_only_where_the_file_says() -> None:
    """A text may hold the separators of Unicode, and in quotation marks a line break."""
    separated, broken = read_labelled('description,amount,group\nA\u2028B\x85C,-1.00,EXP-016\n"D\r\nE",-2.00,EXP-016\n')
    assert (separated.description, separated.amount_cents) == ("A\u2028B\x85C", -100)
    assert (broken.description, broken.also) == ("D\r\nE", frozenset())


def test_software_is_in_the_group_that_the_published_title_names() -> None:
    """EXP-035 is "Subscription Media & Software"; EXP-034, which only an example shows, is for subscriptions of neither."""
    for text in ("GITHUB.COM CLN2E 4154486673", "OPENAI *CHATGPT SUBSCR", "Canva* 04146-22217199", "MICROSOFT#G170348199 MSBILL.INFO"):
        assert classify(lexicon(), text, -20_00).group == "EXP-035", text


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
        ("Transfer from QXZ VBN CommBank app dinner", 20_00, "transaction", "transfer_in"),
        ("Transfer To QXZ VBN CommBank App", -20_00, "transaction", "transfer_out"),
        ("Transfer to xx3038 CommBank app", -20_00, "transaction", "own_transfer"),
        ("QXZ Internet Bpay", -20_00, "transaction", "unknown"),
        ("BPAY DEBIT VIA INTERNET TELSTRA", -20_00, "transaction", "telco"),
        ("QXZ INTERNET", -20_00, "transaction", "telco"),
        ("BANK QXZ - Receipt 9127ATM owner fee of $2.50 charged by QXZ", -102_50, "transaction", "atm"),
        ("QXZ CAR LOANS", -20_00, "transaction", "motor_finance"),
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
    """Of every kind of evidence that decides in 20 labelled lines or more: the stated share is not contradicted."""
    kinds = [each for each in calibration(*answered()) if each.rows >= 20]
    assert {each.kind for each in kinds} >= {Kind.NAME, Kind.PHRASE, Kind.NOUN, Kind.NAME_AND_REST}
    assert [each for each in kinds if not each.holds] == []


def test_stated_scores_hold_by_decile() -> None:
    """The wire's `matchScore` by any evidence: within 0.05 of what is observed in 100 lines or more, inside the interval of 20 to 99."""
    deciles: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for line, answer in zip(*answered(), strict=True):
        if answer.score > 0:
            deciles[min(9, int(answer.score * 10))].append((answer.score, line.accepts(answer)))
    judged = [
        Calibrated(str(decile), len(found), sum(right for _, right in found), mean(score for score, _ in found))
        for decile, found in deciles.items()
        if len(found) >= 20
    ]
    assert judged
    assert [each for each in judged if not each.holds] == []


def answered() -> tuple[list[LabelledLine], list[Enrichment]]:
    lines = [line for file in (DEV, TRAPS, HELD) for line in lines_of(file)]
    return lines, [classify(lexicon(), line.description, line.amount_cents, line.account) for line in lines]


def test_a_row_is_cheap() -> None:
    lines = lines_of(DEV) * 3
    words = lexicon()

    def classify_all() -> None:
        for line in lines:
            classify(words, line.description, line.amount_cents, line.account)

    spent_us = cpu_s(classify_all, 5) / len(lines) * 1e6
    assert spent_us < 60, f"{spent_us:.0f} µs"
