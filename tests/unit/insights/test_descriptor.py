"""A bank's text read into words."""

from __future__ import annotations

import pytest

from bowerbird.insights.descriptor import read_descriptor


@pytest.mark.parametrize(
    ("text", "words", "processor", "card"),
    [
        ("COLES 0852  Sydney AU AUS Tap and Pay xx5678 Value Date: 25/06/2020", "coles sydney au aus tap and pay xxmask", "", ""),
        ("ALDI - Marion Card xx1234", "aldi marion", "", "1234"),
        ("VISA DEBIT PURCHASE CARD 8112 BP MANLY", "visa debit purchase bp manly", "", "8112"),
        ("V1234 22/05 DRAKES KLEMZIG 74564720143", "drakes klemzig", "", ""),
        ("SQ *THE LITTLE SHOP", "the little shop", "sq", ""),
        ("PAYPAL *SPOTIFY", "spotify", "paypal", ""),
        ("eftpos debit 0747113 ls the shop", "eftpos debit the shop", "ls", ""),
        ("GOOGLE*YOUTUBE", "google youtube", "google", ""),
        ("Dan Murphy's & Sons", "dan murphys and sons", "", ""),
        ("SHOP EFFECTIVE DATE 05 MAR 2026", "shop", "", ""),
        ("BET365", "", "", ""),
    ],
)
def test_parts(text: str, words: str, processor: str, card: str) -> None:
    found = read_descriptor(text)
    assert (" ".join(found.words), found.processor, found.card) == (words, processor, card)
    assert found.text == text


def test_a_known_word_is_no_reference() -> None:
    assert read_descriptor("BET365", {"bet365"}).words == ("bet365",)
