"""IBANs in text: found where stdnum knows one, and nowhere else."""

from __future__ import annotations

import random

import pytest
from stdnum import iban

from bowerbird.model.account_numbers import find_ibans, is_iban

NUMBERS = (
    "DE89370400440532013000", "GB29NWBK60161331926819", "NL91ABNA0417164300", "FR1420041010050500013M02606", "NO9386011117947",
    "CH9300762011623852957", "MT84MALT011000012345MTLCAST001S", "PL61109010140000071219812874", "BE71096123456769",
)  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_published_iban_is_found_in_a_text(number: str) -> None:
    assert iban.is_valid(number, check_country=False)
    for written in (number, iban.format(number)):
        text = f"Transfer to {written} of May"
        assert [text[start:end] for start, end in find_ibans(text)] == [written]
        assert is_iban(written)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_changed_digit_is_no_iban(number: str) -> None:
    dice = random.Random(number)
    for _ in range(50):
        place = dice.choice([place for place, letter in enumerate(number) if letter.isdigit()])
        changed = number[:place] + dice.choice("0123456789".replace(number[place], "")) + number[place + 1 :]
        assert not is_iban(changed)
        assert list(find_ibans(changed)) == []


def test_what_goes_on_behind_its_length_is_no_iban() -> None:
    assert list(find_ibans("DE893704004405320130001")) == []
    assert not is_iban("XDE89370400440532013000")
