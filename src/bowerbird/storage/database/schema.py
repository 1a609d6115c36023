"""What the modules of tables share: the one schema they all belong to, the column of an id, and columns that hold more than text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import UUID as NATIVE_UUID
from sqlalchemy import Column, ColumnElement, Dialect, Integer, LargeBinary, MetaData, SmallInteger, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from bowerbird.model.ids import are_ids, is_id

metadata = MetaData()

E = TypeVar("E", bound=StrEnum)


def id_column(name: str = "id", **options: Any) -> Column[str]:
    return Column(name, String(36), nullable=False, **options)


def unindexed(column: Column[str]) -> ColumnElement[str]:
    """A column of text in a condition that no index is chosen by.

    For an application's id beside a user's: without statistics SQLite takes either index, and one leads to all rows of the application.
    """
    return column.concat("")


def ref_column(name: str, **options: Any) -> Column[int]:
    """A reference inside the database to the application, user or account with this number; it never leaves the database."""
    return Column(name, Integer, nullable=False, **options)


_NO_ID: Final = UUID(int=(1 << 128) - 1)
"""Stored nowhere: what is looked for in place of a text that is no id."""


class Id(TypeDecorator[str]):
    """A column that holds an id: 16 bytes, on PostgreSQL as its own type. A text that is no id equals none."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(16)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(NATIVE_UUID(as_uuid=False) if dialect.name == "postgresql" else LargeBinary(16))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        if dialect.name != "postgresql":
            return id_as_bytes(value)
        return value if value is None or is_id(value) else str(_NO_ID)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], Any] | None:
        """One call for each id of a statement that is stored."""
        return super().bind_processor(dialect) if dialect.name == "postgresql" else id_as_bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if not isinstance(value, bytes):
            return None if value is None else str(value)
        text = value.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def id_as_bytes(value: str | None) -> bytes | None:
    """An id as SQLite stores it."""
    if value is None:
        return None
    return bytes.fromhex(value.replace("-", "")) if is_id(value) else _NO_ID.bytes


def ids_as_bytes(values: Sequence[str | None]) -> Iterable[bytes | None]:
    """`id_as_bytes` of many, together where all are ids: at a sixth of the cost."""
    texts = [value for value in values if value is not None]
    if len(texts) < len(values) or not are_ids(texts):
        return map(id_as_bytes, values)
    whole = bytes.fromhex("".join(texts).replace("-", ""))
    return [whole[start : start + 16] for start in range(0, len(whole), 16)]


class _Members(dict[Any, E], Generic[E]):
    """Members of an enum by their words. Raises ValueError for an unknown word, as the enum does."""

    def __init__(self, enum: type[E]) -> None:
        super().__init__((member.value, member) for member in enum)
        self._enum = enum

    def __missing__(self, word: str | None) -> E | None:
        return None if word is None else self._enum(word)


class EnumWord(TypeDecorator[E], Generic[E]):
    """A column that holds one word of an enum, as text."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[E], length: int) -> None:
        super().__init__(length)
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], E | None]:
        """A dictionary's own look-up: pages read two words of every row."""
        return _Members(self.enum).__getitem__


class EnumCode(TypeDecorator[E], Generic[E]):
    """A column that holds one word of an enum as a small number, for tables of many rows. A code is never given to another word."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, codes: tuple[E, ...]) -> None:
        """`codes` in the order of their numbers, from 0."""
        super().__init__()
        self.codes = codes
        self._numbers: dict[E | None, int | None] = {None: None, **{word: number for number, word in enumerate(codes)}}

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], int | None]:
        """A dictionary's own look-up, for each row of a statement that is stored."""
        return self._numbers.__getitem__

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        return None if value is None else self.codes[value]


class Json(TypeDecorator[Any]):
    """A column that holds a value of one type as JSON text. Raises msgspec.ValidationError for a stored text of another shape."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:
        decode = msgspec.json.Decoder(self.kind).decode
        return lambda text: None if text is None else decode(text)


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
