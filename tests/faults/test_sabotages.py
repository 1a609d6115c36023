"""`bowerbird verify` notices every promise that is broken on purpose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.sabotages import SABOTAGES, Sabotage

ROOT = Path(__file__).parents[2]
ROUNDS = sorted({each.round for each in SABOTAGES})

SITE = """
from tests.faults.sabotages import SABOTAGES

for each in SABOTAGES:
    if each.round == {round}:
        each.apply()
"""
"""Python runs a module of this name when it starts: in the command, and in every server that it starts."""


def noticed(broken: Sabotage, row: dict[str, Any]) -> bool:
    """Whether the check has failed in the words of what is broken."""
    return row["passed"] is False and broken.says in row["seen"]


@pytest.mark.slow
@pytest.mark.parametrize("number", ROUNDS)
def test_every_sabotage_is_noticed(tmp_path: Path, number: int, tell: Callable[[object], None]) -> None:
    """The check that it is for fails, in the words of what it is: a check that fails for another reason has not noticed."""
    broken = {each.check: each for each in SABOTAGES if each.round == number}
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE.format(round=number))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path / "site"), str(ROOT)))}
    only = [word for check in broken for word in ("--only", check)]
    command = [sys.executable, "-m", "bowerbird", "verify", "--data", str(tmp_path / "none"), "--kills", "1", "--json", *only]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 1, done.stdout + done.stderr[-3000:]
    found = {row["check"]: row for row in json.loads(done.stdout)["checks"]}
    missed = {each.what: found[check] for check, each in broken.items() if not noticed(each, found[check])}
    tell(f"round {number}: {len(broken) - len(missed)} of {len(broken)} sabotages noticed")
    assert not missed, json.dumps(missed, indent=1)
