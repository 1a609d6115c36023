"""Values as JSON has them, for what is stored, sent or shown without a shape of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"  # not money: any JSON
JsonObject: TypeAlias = Mapping[str, JsonValue]
