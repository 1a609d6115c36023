"""Colours of the consent pages and their contrast, as WCAG 2.2 (1.4.3) defines it."""

from __future__ import annotations

import re

MIN_CONTRAST = 4.5  # not money: a ratio of luminances
"""Of text on its ground (level AA)."""
LIGHT_GROUND, DARK_GROUND = "#f1efea", "#181c23"
"""What a colour is read on in the light and in the dark theme: of each theme's grounds the one it stands out from least."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 64


def is_colour(text: str) -> bool:
    """Whether a text is a colour as it is stored: `#rrggbb` in lower case."""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:  # not money: a ratio of luminances
    """The contrast of two colours: 1 for the same, 21 for black and white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)  # not money: the glare that the standard adds


def darker_until_readable(colour: str) -> str:
    """The colour, mixed with as little black as makes it readable on the light ground."""
    return _mixed_until(colour, 0, LIGHT_GROUND)


def lighter_until_readable(colour: str) -> str:
    """The colour, mixed with as little white as makes it readable on the dark ground."""
    return _mixed_until(colour, 255, DARK_GROUND)


def _mixed_until(colour: str, end: int, ground: str) -> str:
    channels = _channels(colour)
    for step in range(_STEPS + 1):
        mixed = "#" + "".join(f"{round(value + (end - value) * step / _STEPS):02x}" for value in channels)
        if contrast(mixed, ground) >= MIN_CONTRAST:
            return mixed
    raise ValueError(f"no mix of {colour} is readable on {ground}")


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _luminance(colour: str) -> float:  # not money: a share of light
    """The relative luminance, 0 for black and 1 for white."""
    shares = [value / 255 for value in _channels(colour)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]  # not money: sRGB to light
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))  # not money: how bright each is
