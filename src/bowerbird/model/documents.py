"""JSON as Python values."""

from __future__ import annotations

from typing import Any

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]  # not money: JSON has numbers
"""Any JSON."""

JsonObject = dict[str, Any]
"""A JSON object of a known structure."""
