"""What holds for the whole collection: PostgreSQL, which tests are fast, and a last word on the tests that did not run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.postgres import Database, Postgres

TESTS = Path(__file__).parent
FAST = (TESTS / "unit", TESTS / "test_tidy.py")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this session, started by the first test that asks for it."""
    from tests.postgres import Postgres

    with Postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """A fresh database on the schema of this program."""
    made = postgres.database()
    yield made
    made.drop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked `both_engines` meets its server on either."""
    if "serving" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_engines"):
        scope = "module" if "api" in metafunc.definition.path.parts else "function"
        metafunc.parametrize("serving", ["sqlite", "postgresql"], indirect=True, scope=scope)  # type: ignore[arg-type]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Unit tests and the house rules are fast unless they say otherwise."""
    stands_in_fast = any(item.path.is_relative_to(place) for place in FAST)
    if stands_in_fast and not (item.get_closest_marker("slow") or item.get_closest_marker("soak")):
        item.add_marker(pytest.mark.fast)


def skips_by_reason(terminal: pytest.TerminalReporter) -> dict[str, list[str]]:
    """Reason → what it kept from running: tests, or whole modules that were skipped while they were collected."""
    found: dict[str, list[str]] = defaultdict(list)
    for report in terminal.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found[reason.removeprefix("Skipped: ")].append(report.nodeid)
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A skip nobody sees is a hole nobody sees: name each with its reason, and count what was not selected."""
    skips = skips_by_reason(terminalreporter)
    terminalreporter.section("not run")
    terminalreporter.line("skipped: " + (str(sum(map(len, skips.values()))) if skips else "nothing"))
    for reason, names in sorted(skips.items()):
        terminalreporter.line(f"  {reason}")
        for name in sorted(names):
            terminalreporter.line(f"    {name}")
    if deselected := len(terminalreporter.stats.get("deselected", ())):
        terminalreporter.line(f"not selected by -m '{config.option.markexpr}': {deselected}")
