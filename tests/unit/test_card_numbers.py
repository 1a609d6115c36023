"""Card numbers are found wherever they stand, and nothing else is taken for one."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from bowerbird.domain.ledger.card_masking import mask_account, mask_transaction
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.card_numbers import is_card_number, mask_card_numbers, masked_card
from bowerbird.model.transaction import BankTransaction
from tests.cost import cpu_s

ISSUED = [
    *(
        "4111111111111111",
        "4222222222222",
        "4000056655665556",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
    ),
    *(
        "6011111111111117",
        "6011000990139424",
        "3056930009020004",
        "36227206271667",
        "3566002020360505",
        "6200000000000005",
        "6759649826438453",
    ),
]


@pytest.mark.parametrize("number", ISSUED)
def test_published_numbers_of_every_issuer_are_known(number: str) -> None:
    assert is_card_number(number)
    assert masked_card(number) == "x" * (len(number) - 4) + number[-4:]


@pytest.mark.parametrize(
    "text",
    [
        "TRANSFER DE95 4111 1111 1111 1111 00",
        "DE95411111111111111100",
        "AC 38-9000-0123456-18",
        "PL32 4222 2222 2222 2220 0000 0000",
        "GB29NWBK60161331926819 RENT",
    ],
)
def test_numbers_of_accounts_in_words_are_left(text: str) -> None:
    assert mask_card_numbers(text) == text


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    prefix, length = draw(st.sampled_from([("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("6011", 16), ("3528", 16), ("62", 17)]))
    digits = prefix + "".join(
        draw(st.lists(st.sampled_from("0123456789"), min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    )
    return digits + luhn.calc_check_digit(digits)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """(a card number, a way of writing it)."""
    number = draw(card_numbers())
    between = draw(st.sampled_from(["", " ", "-", "\u00a0"]))
    groups = draw(st.sampled_from([(4, 4, 4, 19), (4, 6, 19), (19,)]))
    parts, left = [], number
    for size in groups:
        parts.append(left[:size])
        left = left[size:]
    return number, between.join(part for part in parts if part)


before = st.sampled_from(["", "CARD ", "VISA*", "26 ", "0000 ", "Purchase 17/03 ", "ref 12 ", "x"])
after = st.sampled_from(["", " AUD 12.50", ".", " 42", "x", " 12/29"])


@given(written(), before, after)
def test_no_card_number_survives_in_a_text(card: tuple[str, str], text: str, rest: str) -> None:
    number, form = card
    cut = mask_card_numbers(text + form + rest)
    digits = "".join(char for char in cut if char.isdigit())
    assert number not in digits
    assert number[:-4] not in digits
    assert "xxxxxxxxx" in cut
    if not any(char.isdigit() for char in text + rest):  # beside another number, both together may be a card's by chance
        assert number[-4:] in cut


@given(card_numbers(), st.integers(1, 6))
def test_a_card_number_filled_with_zeros_is_found(number: str, zeros: int) -> None:
    assert number[:-4] not in mask_card_numbers("0" * zeros + number)


@pytest.mark.parametrize(
    "text",
    [
        "EFTPOS WOOLWORTHS 1234 SYDNEY",
        "TRANSFER TO 062-000 12345678",
        "4111111111111112",  # the check digit does not fit
        "9111111111111110",  # no bank issues these
        "411111111111",
        "2026-03-18 12:00:00 receipt 000123456789",
        "484-799 4111111111",
        "4847994 12",
        "+61 410 888 666",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_card_numbers(text) == text


def bsb_numbers(seed: int) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    return [
        (f"{chance.randrange(10, 999_999):06d}", "".join(chance.choices("0123456789", k=chance.randrange(5, 11)))) for _ in range(20_000)
    ]


def account(**fields: object) -> BankAccount:
    given: dict[str, object] = {
        "number": "1",
        "name": "Everyday",
        "holder": None,
        "currency": "AUD",
        "account_class": AccountClass.TRANSACTION,
    }
    return BankAccount(**{**given, "product": "Everyday", "balance": None, "available": None, **fields})  # type: ignore[arg-type]


def test_an_account_behind_a_bsb_is_never_mangled() -> None:
    for bsb, number in bsb_numbers(1):
        whole = account(number=bsb + number, bsb=bsb, unmasked_number=number)
        assert mask_account(whole) is whole
        text = f"PAYMENT TO {bsb[:3]}-{bsb[3:]} {number} THANKS"
        assert mask_card_numbers(text) == text


def test_numbers_without_a_bsb_are_rarely_taken_for_a_card() -> None:
    chance = random.Random(2)
    numbers = ["".join(chance.choices("0123456789", k=chance.randrange(6, 17))) for _ in range(50_000)]
    assert sum(is_card_number(number) for number in numbers) < 0.01 * len(numbers)


def test_an_account_is_cut_everywhere() -> None:
    pan = "4111 1111 1111 1111"
    cut = mask_account(
        account(
            number="4111111111111111",
            name=f"Visa {pan}",
            holder=f"Gavin {pan}",
            product=f"Card {pan}",
            unmasked_number="4111111111111111",
            masked_number=None,
            account_class=AccountClass.CREDIT_CARD,
            meta={"card": {"number": pan, "others": [pan]}},
        )
    )
    assert (cut.number, cut.masked_number, cut.unmasked_number) == ("xxxxxxxxxxxx1111", "xxxxxxxxxxxx1111", None)
    assert "111111" not in json.dumps(asdict(cut)).replace(" ", "")
    assert mask_account(cut) is cut


def test_a_transaction_is_cut_everywhere() -> None:
    pan = "4111-1111-1111-1111"
    transaction = BankTransaction(
        amount=-100,
        description=f"PAYMENT {pan}",
        posted=date(2026, 3, 18),
        reference=pan,
        bpay=("1008", f"Card {pan}", "4111111111111111"),
        subclass=("451", pan),
    )
    cut = mask_transaction(transaction)
    assert "11111" not in msgspec.json.encode(cut).decode().replace("-", "")
    assert mask_transaction(cut) == cut
    plain = BankTransaction(amount=1, description="EFTPOS 1234", posted=None)
    assert mask_transaction(plain) is plain


def test_a_long_text_of_digits_costs_little() -> None:
    assert cpu_s(lambda: mask_card_numbers("4 1 " * 2_500)) < 5
    assert cpu_s(lambda: mask_card_numbers("4" * 10_000)) < 5
