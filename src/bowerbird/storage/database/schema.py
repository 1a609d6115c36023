"""What the modules of tables share: the one schema they all belong to, the column of an id, and columns that hold more than text."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Column, Dialect, MetaData, String, Text, TypeDecorator

metadata = MetaData()

E = TypeVar("E", bound=StrEnum)


def id_column(name: str = "id", **options: Any) -> Column[str]:
    return Column(name, String(36), nullable=False, **options)


class EnumWord(TypeDecorator[E], Generic[E]):
    """A column that holds one word of an enum, as text."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[E], length: int) -> None:
        super().__init__(length)
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        return None if value is None else self.enum(value)


class Json(TypeDecorator[Any]):
    """A column that holds a value of one type as JSON text. Raises msgspec.ValidationError for a stored text of another shape."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value, type=self.kind)


class WordSet(TypeDecorator[frozenset[str]]):
    """A column that holds a set of words, parted by commas, in the order of the alphabet."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else ",".join(sorted(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else self.read(value)

    @staticmethod
    def read(text: str) -> frozenset[str]:
        """The words of a stored text: what statements that go straight to the driver return."""
        return frozenset(word for word in text.split(",") if word)


class WordList(TypeDecorator[tuple[str, ...]]):
    """A column that holds words in an order, parted by commas."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else ",".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(filter(None, value.split(",")))
