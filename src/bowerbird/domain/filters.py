"""The filter language of collections: `property.condition('value'[, 'value'])`, several joined by commas mean AND.

A value stands in single quotes; two single quotes inside it mean one. Blanks may stand around names, commas and parentheses.
A text that still carries %27 or %28 was encoded twice and is decoded once more. Length, conditions and values are bounded, and
the scanner reads every character once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from urllib.parse import unquote

from bowerbird import codes
from bowerbird.model.problem import Problem

MAX_LENGTH = 4096
MAX_CONDITIONS = 20
MAX_VALUES = 100

_BLANK = " \t"
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


class FilterOperator(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    BT = "bt"
    GT = "gt"
    GTEQ = "gteq"
    LT = "lt"
    LTEQ = "lteq"


_OPERATORS = frozenset(operator.value for operator in FilterOperator)

EQUALITY = frozenset({FilterOperator.EQ, FilterOperator.NE})
MEMBERSHIP = EQUALITY | {FilterOperator.IN}
ORDER = frozenset({FilterOperator.EQ, FilterOperator.BT, FilterOperator.GT, FilterOperator.GTEQ, FilterOperator.LT, FilterOperator.LTEQ})

Reader = Callable[[FilterOperator, str], str]
"""How a property's value is read: returns it in the form the server compares, or raises Problem."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One statement of a filter. `bt` has two values, inclusive; `in` has any number; every other operator has one."""

    property: str
    operator: FilterOperator
    values: tuple[str, ...]


def not_valid() -> Problem:
    return Problem(codes.FILTER_NOT_VALID, parameter="filter")


def parse(text: str) -> list[Condition]:
    """The conditions of a filter text, none of an empty one. Raises Problem for anything that is not the language above."""
    if len(text) > MAX_LENGTH:
        raise not_valid()
    if "%27" in text or "%28" in text:
        text = unquote(text)
    scanner = _Scanner(text)
    conditions: list[Condition] = []
    values = 0
    while conditions or not scanner.at_end():
        conditions.append(scanner.condition())
        values += len(conditions[-1].values)
        if len(conditions) > MAX_CONDITIONS or values > MAX_VALUES:
            raise not_valid()
        if scanner.at_end():
            break
        scanner.expect(",")
    return conditions


def accept(
    text: str | None, allowed: Mapping[str, frozenset[FilterOperator]], types: Mapping[str, Reader] | None = None
) -> list[Condition]:
    """The conditions of a filter whose properties and operators a route allows, their values read as `types` says.

    Raises Problem for a property or an operator the route does not know, and what a reader raises.
    """
    readers = types or {}
    conditions = parse(text or "")
    for condition in conditions:
        if condition.operator not in allowed.get(condition.property, frozenset()):
            raise not_valid()
    return [_read(condition, readers.get(condition.property)) for condition in conditions]


def _read(condition: Condition, reader: Reader | None) -> Condition:
    if reader is None:
        return condition
    return replace(condition, values=tuple(reader(condition.operator, value) for value in condition.values))


def day(operator: FilterOperator, value: str) -> str:
    """Reader of a day: `yyyy-mm-dd`, or an RFC 3339 moment, of which the day as written counts, at any offset."""
    written, rest = value[:10], value[10:]
    try:
        if not (written[4:5] == written[7:8] == "-" and written.replace("-", "").isdecimal()):
            raise ValueError("not a calendar day")
        if rest and (rest[0] not in "Tt " or datetime.fromisoformat(value).tzinfo is None):
            raise ValueError("not an RFC 3339 moment")
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise Problem(codes.POST_DATE_NOT_VALID, parameter="filter") from None


def one_of(values: Iterable[str], also: Mapping[str, str] | None = None) -> Reader:
    """Reader of an enumeration. `also` maps other spellings to ours. A word of `in` that is unknown just matches nothing."""
    known = {value: value for value in values} | dict(also or {})

    def read(operator: FilterOperator, value: str) -> str:
        if value not in known and operator is not FilterOperator.IN:
            raise not_valid()
        return known.get(value, value)

    return read


def matches(conditions: Sequence[Condition], facts: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether something in memory passes a filter of equalities. `facts` gives the values of each property, of which any counts."""
    for condition in conditions:
        met = not set(condition.values).isdisjoint(facts[condition.property])
        if met is (condition.operator is FilterOperator.NE):
            return False
    return True


_ORDER: Mapping[FilterOperator, Callable[[str, str], bool]] = {
    FilterOperator.EQ: eq,
    FilterOperator.NE: ne,
    FilterOperator.GT: gt,
    FilterOperator.GTEQ: ge,
    FilterOperator.LT: lt,
    FilterOperator.LTEQ: le,
}
"""Days are compared as they are written: year, month, day."""


def meets(condition: Condition, value: str) -> bool:
    """Whether a value of a property in memory passes a condition on that property; `in` is not asked."""
    if condition.operator is FilterOperator.BT:
        return condition.values[0] <= value <= condition.values[1]
    return _ORDER[condition.operator](value, condition.values[0])


class _Scanner:
    """Reads a filter text from left to right, one character at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def at_end(self) -> bool:
        self._skip_blanks()
        return self._at == len(self._text)

    def expect(self, character: str) -> None:
        if not self._take(character):
            raise not_valid()

    def condition(self) -> Condition:
        name, dot, operator = self._name().rpartition(".")
        if not dot or not all(name.split(".")) or operator not in _OPERATORS:
            raise not_valid()
        self.expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self.expect(")")
        known = FilterOperator(operator)
        if known is not FilterOperator.IN and len(values) != (2 if known is FilterOperator.BT else 1):
            raise not_valid()
        return Condition(name, known, tuple(values))

    def _name(self) -> str:
        self._skip_blanks()
        start = self._at
        while self._at < len(self._text) and self._text[self._at] in _NAME:
            self._at += 1
        return self._text[start : self._at]

    def _value(self) -> str:
        self.expect("'")
        pieces = []
        while True:
            end = self._text.find("'", self._at)
            if end < 0:
                raise not_valid()
            pieces.append(self._text[self._at : end])
            self._at = end + 1
            if self._text[self._at : self._at + 1] != "'":
                return "'".join(pieces)
            self._at += 1

    def _take(self, character: str) -> bool:
        self._skip_blanks()
        found = self._text[self._at : self._at + 1] == character
        self._at += found
        return found

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in _BLANK:
            self._at += 1
