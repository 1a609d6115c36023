"""How pages spell sizes and stretches of time."""

from __future__ import annotations

import pytest

from bowerbird.web.kernel import words


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (61, "1 minute 1 second"),
        (-3600, "1 hour"),
        (90_061, "1 day 1 hour"),
        (86_400 + 61, "1 day 1 minute"),
        (800 * 86_400, "2 years 70 days"),
    ],
)
def test_a_stretch_of_time(seconds: int, expected: str) -> None:
    assert words.stretch(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 50, "3,072.0 TiB")],
)
def test_a_size(count: int, expected: str) -> None:
    assert words.size(count) == expected


def test_a_label_of_an_event() -> None:
    assert words.label("consent.expired") == "Consent expired"
    assert words.label("bnpl") == "Buy now, pay later"
