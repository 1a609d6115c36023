"""The filter language: what it reads, what it refuses, and that no text makes it slow or wrong."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird import codes
from bowerbird.domain.filters import EQUALITY, MEMBERSHIP, ORDER, Condition, FilterOperator, accept, day, matches, one_of, parse
from bowerbird.model.problem import Problem
from tests.cost import cpu_s

ACCOUNT = Condition("account.id", FilterOperator.EQ, ("s55bf3",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("account.id.eq('s55bf3')", [ACCOUNT]),
        ("  account.id.eq ( 's55bf3' )  ", [ACCOUNT]),
        ("account.id.eq%28%27s55bf3%27%29", [ACCOUNT]),
        ("account.id.eq(%27s55bf3%27)", [ACCOUNT]),
        (
            "transaction.postDate.bt('2018-01-28','2018-02-27'),account.id.eq('s55bf3')",
            [Condition("transaction.postDate", FilterOperator.BT, ("2018-01-28", "2018-02-27")), ACCOUNT],
        ),
        (
            "institution.authorization.in('user', 'user-mfa')",
            [Condition("institution.authorization", FilterOperator.IN, ("user", "user-mfa"))],
        ),
        ("status.ne('a,b) (''c''')", [Condition("status", FilterOperator.NE, ("a,b) ('c'",))]),
        ("id.eq('')", [Condition("id", FilterOperator.EQ, ("",))]),
        ("id.eq('''')", [Condition("id", FilterOperator.EQ, ("'",))]),
        ("name.eq('100%')", [Condition("name", FilterOperator.EQ, ("100%",))]),
        ("name.eq('back\\slash')", [Condition("name", FilterOperator.EQ, ("back\\slash",))]),
    ],
)
def test_reads(text: str, expected: list[Condition]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "account.id",
        "account.id.eq",
        "account.id.eq()",
        "account.id.eq('a'",
        "account.id.eq('a",
        "account.id.eq('a')x",
        "account.id.eq('a'),",
        ",account.id.eq('a')",
        "account.id.eq('a') account.id.eq('b')",
        'account.id.eq("a")',
        "account.id.eq(a)",
        "account.id.eq('a','b')",
        "account.id.bt('a')",
        "account.id.bt('a','b','c')",
        "account.id.like('a')",
        "account.id.EQ('a')",
        "eq('a')",
        ".eq('a')",
        "account..id.eq('a')",
        ".account.id.eq('a')",
        "account.id.in('a',)",
        "account.id.eq('a'')",
        "account.id.eq('\x00'); drop table users",
        "id.eq('" + "a" * 4096 + "')",
        ",".join(["id.eq('a')"] * 21),
        "id.in(" + ",".join(["'a'"] * 101) + ")",
        "id.in(" + ",".join(["'a'"] * 60) + "),id.in(" + ",".join(["'a'"] * 60) + ")",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(Problem) as caught:
        parse(text)
    assert caught.value.entry is codes.FILTER_NOT_VALID
    assert caught.value.parameter == "filter"


def test_bounds_are_inclusive() -> None:
    assert len(parse(",".join(["id.eq('a')"] * 20))) == 20
    assert len(parse("id.in(" + ",".join(["'a'"] * 100) + ")")[0].values) == 100


@given(
    st.lists(
        st.tuples(st.sampled_from(["account.id", "id", "a.b.c", "x_1"]), st.lists(st.text(max_size=20), min_size=1, max_size=4)),
        min_size=1,
        max_size=5,
    )
)
def test_any_filter_that_is_written_is_read_back(statements: list[tuple[str, list[str]]]) -> None:
    texts = [f"{name}.in({', '.join(_quoted(value) for value in values)})" for name, values in statements]
    expected = [Condition(name, FilterOperator.IN, tuple(values)) for name, values in statements]
    encoded = quote(",".join(texts))
    if len(encoded) <= 4096:
        assert parse(encoded) == expected


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@given(st.text(alphabet="abc.'(),% 0289", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Problem):
        assert parse(text) == parse(f" {text} ")


def test_long_texts_take_no_time() -> None:
    def parse_all() -> None:
        for text in ("(" * 4096, "a." * 2048, "'" * 4096, "a.eq('" + "'" * 4000, " " * 4096, "a.in(" + "'a'," * 1000):
            with suppress(Problem):
                parse(text)

    assert cpu_s(parse_all, 3) < 0.5


def test_a_route_says_what_it_allows() -> None:
    allowed = {"account.id": EQUALITY, "transaction.postDate": ORDER, "stage": MEMBERSHIP}
    assert accept(None, allowed) == []
    assert accept("account.id.eq('s55bf3')", allowed) == [ACCOUNT]
    for text in ("account.id.gt('a')", "account.name.eq('a')", "transaction.postDate.in('2018-01-28')", "stage.bt('a','b')"):
        with pytest.raises(Problem) as caught:
            accept(text, allowed)
        assert caught.value.entry is codes.FILTER_NOT_VALID


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2018-11-02", "2018-11-02"),
        ("2018-11-02T00:00:00Z", "2018-11-02"),
        ("2018-11-02T23:59:59.123Z", "2018-11-02"),
        ("2018-11-02T00:00:00+11:00", "2018-11-02"),
        ("2020-02-29", "2020-02-29"),
    ],
)
def test_days(value: str, expected: str) -> None:
    filtered = accept(f"transaction.postDate.gteq('{value}')", {"transaction.postDate": ORDER}, {"transaction.postDate": day})
    assert filtered == [Condition("transaction.postDate", FilterOperator.GTEQ, (expected,))]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2018-13-01",
        "2019-02-29",
        "02/11/2018",
        "20181102",
        "2018-11-0",
        "2018-W44-5",
        "2018-W44-5T00:00:00Z",
        "2018-11-02T00:00:00",
        "2018-11-02x00:00:00Z",
        "2018-11-02T25:00:00Z",
        "٢٠١٨-11-02",
        "0000-01-01",
    ],
)
def test_days_that_are_none(value: str) -> None:
    with pytest.raises(Problem) as caught:
        day(FilterOperator.EQ, value)
    assert caught.value.entry is codes.POST_DATE_NOT_VALID


def test_enumerations() -> None:
    read = one_of(("web", "openbanking"), {"open-banking": "openbanking"})
    assert read(FilterOperator.EQ, "open-banking") == "openbanking"
    assert read(FilterOperator.IN, "fax") == "fax"
    with pytest.raises(Problem):
        read(FilterOperator.NE, "fax")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("scopes.eq('a')", True),
        ("scopes.eq('c')", False),
        ("scopes.ne('a')", False),
        ("scopes.ne('c')", True),
        ("scopes.in('c','b')", True),
        ("scopes.in('c','d')", False),
        ("scopes.eq('a'),tier.eq('1')", True),
        ("scopes.eq('a'),tier.eq('2')", False),
        ("", True),
    ],
)
def test_matching(text: str, met: bool) -> None:
    assert matches(parse(text), {"scopes": ("a", "b"), "tier": ("1",)}) is met
