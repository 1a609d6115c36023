"""The table that `make foreign` ends with."""

from __future__ import annotations

import pytest

from tests.faults.conftest import tell as tell  # noqa: PLC0414  (a fixture)
from tests.foreign.clients import CLIENTS

OUTCOMES = ("passed", "xfailed", "failed", "skipped")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line a client, in calls; those that failed as expected are named with their reasons by pytest itself."""
    counts = {(client.name, outcome): 0 for client in CLIENTS for outcome in OUTCOMES}
    for outcome in OUTCOMES:
        for report in terminalreporter.getreports(outcome):
            if "test_clients.py::test_call[" in report.nodeid:
                counts[report.nodeid.partition("[")[2].partition(": ")[0], outcome] += 1
    if not any(counts.values()):
        return
    terminalreporter.section("published clients, in calls")
    terminalreporter.line(f"{'client':34}{'version':10}{'passed':>8}{'known':>8}{'failed':>8}{'not run':>9}")
    for client in CLIENTS:
        passed, known, failed, skipped = (counts[client.name, outcome] for outcome in OUTCOMES)
        terminalreporter.line(f"{client.name:34}{client.version[:7]:10}{passed:8}{known:8}{failed:8}{skipped:9}")
