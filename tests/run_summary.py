"""What a test run says at its end, over all of its processes: what was not run and why, and what was counted.

A pytest plugin (tests/conftest.py names it). With pytest-xdist the tests run in worker processes, which send each report, and at their
end `workeroutput`, to the process that prints.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

MEASURED = "measured"
"""Name of the user properties that are printed beside their test."""
COUNTS: defaultdict[str, Counter[str]] = defaultdict(Counter)
"""What tests count over the whole run: "tenancy" → what a check was of, "catalogue" → key of an entry that an answer carried."""

_SKIPPED_MODULES: dict[str, str] = {}
"""Node id → reason, of what was skipped while it was collected."""
_DESELECTED: set[str] = set()


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _SKIPPED_MODULES[report.nodeid] = _reason(report)


def pytest_deselected(items: list[pytest.Item]) -> None:
    _DESELECTED.update(item.nodeid for item in items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it counted."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["skipped_modules"] = _SKIPPED_MODULES
        output["deselected"] = sorted(_DESELECTED)
        output["counts"] = {name: dict(counts) for name, counts in COUNTS.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """The process that prints takes it; a worker that crashed has none."""
    output: dict[str, Any] = getattr(node, "workeroutput", {})
    _SKIPPED_MODULES.update(output.get("skipped_modules", {}))
    _DESELECTED.update(output.get("deselected", ()))
    for name, counts in output.get("counts", {}).items():
        COUNTS[name].update(counts)


class Printer:
    """What only the process with a terminal does."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What a test has counted or measured, beside its name."""
        if report.when == "teardown":
            for name, what in report.user_properties:
                if name == MEASURED:
                    self._terminal.write_line(f"\n{report.nodeid}: {what}")

    def pytest_terminal_summary(self, config: pytest.Config) -> None:
        """An unseen skip is an unseen hole: name each with its reason, and count what was not selected."""
        skips = self._skips_by_reason()
        self._terminal.section("not run")
        self._terminal.line("skipped: " + (str(sum(map(len, skips.values()))) if skips else "nothing"))
        for reason, names in sorted(skips.items()):
            self._terminal.line(f"  {reason}")
            for name in sorted(names):
                self._terminal.line(f"    {name}")
        if _DESELECTED:
            self._terminal.line(f"not selected by -m '{config.option.markexpr}': {len(_DESELECTED)}")
        for matrix in ("tenancy", "consents"):
            if COUNTS[matrix]:
                self._print_matrix(matrix, COUNTS[matrix])
        if COUNTS["catalogue"]:
            self._print_catalogue(COUNTS["catalogue"])

    def _print_matrix(self, matrix: str, checks: Counter[str]) -> None:
        self._terminal.section(matrix)
        for kind, number in sorted(checks.items()):
            self._terminal.line(f"  {kind}: {number}")
        self._terminal.line(f"checks made: {checks.total()}; each failed one is a leak")

    def _print_catalogue(self, answered: Counter[str]) -> None:
        """How much of the catalogue real answers carried in this run, and what brings the rest."""
        from bowerbird import codes

        missing: defaultdict[str, list[str]] = defaultdict(list)
        for key, entry in codes.CATALOGUE.items():
            if not answered[key]:
                missing[entry.arrives_with or "not provoked in this run"].append(key)
        self._terminal.section("catalogue")
        number = len(codes.CATALOGUE) - sum(map(len, missing.values()))
        self._terminal.line(f"entries provoked by real behaviour: {number} of {len(codes.CATALOGUE)}")
        for reason, keys in sorted(missing.items()):
            self._terminal.line(f"  {reason}: {', '.join(keys)}")

    def _skips_by_reason(self) -> dict[str, list[str]]:
        """Reason → what it kept from running: tests, or whole modules."""
        found: dict[str, list[str]] = defaultdict(list)
        for nodeid, reason in _SKIPPED_MODULES.items():
            found[reason].append(nodeid)
        for report in self._terminal.getreports("skipped"):
            if report.nodeid not in _SKIPPED_MODULES:
                found[_reason(report)].append(report.nodeid)
        return found


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        config.pluginmanager.register(Printer(terminal))


def _reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
