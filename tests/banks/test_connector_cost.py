"""What connectors cost: the length of one for a bank that gives its customers tokens, and what ten of them add to a start."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.cli.connectors.scaffold import create_package
from tests.test_tidy import modules

TOKEN_LEAVES = ("up", "starling", "akahu", "basiq")
OWN = ("akahu", "basiq", "cdr", "enablebanking", "fints", "simplefin", "starling", "up")
MOST_LINES, MOST_MB, MOST_S = 150, 15, 0.2
_IMPORT = """
import importlib, json, sys, time
import bowerbird.wiring.server

def resident_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

sys.path[:0] = json.loads(sys.argv[2])
assert not set(json.loads(sys.argv[1])) & set(sys.modules)
before, began = resident_mb(), time.thread_time()
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps([resident_mb() - before, time.thread_time() - began, "fints.client" in sys.modules]))
"""


@pytest.mark.parametrize("leaf", TOKEN_LEAVES)
def test_a_token_leaf_is_short(leaf: str, tell: Callable[[object], None]) -> None:
    found = [module for module in modules() if module.path.startswith(f"src/bowerbird/connectors/{leaf}/") and "/tests/" not in module.path]
    lines = sum(sum(module.code_lines) for module in found)
    tell(f"{leaf}: {lines} lines of code, {sum(len(module.lines) for module in found)} with words about them and empty ones")
    assert 0 < lines <= MOST_LINES


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory of a process is read from /proc")
def test_ten_connectors_add_little_to_a_start(tmp_path: Path, tell: Callable[[object], None]) -> None:
    """The ones of this package that ask banks, and new ones up to ten; the library of FinTS is loaded when it is used."""
    made = [f"wattle_{nth}" for nth in range(10 - len(OWN))]
    paths = [str(create_package(name, tmp_path)[0] / "src") for name in made]
    names = [*(f"bowerbird.connectors.{name}" for name in OWN), *(f"bowerbird_{name}" for name in made)]
    results = [_cost(names, paths) for _ in range(3)]
    memory_mb, seconds = min(each[0] for each in results), min(each[1] for each in results)
    tell(f"{len(names)} connectors: {memory_mb:.1f} MB, {seconds:.3f} s of CPU")
    assert memory_mb <= MOST_MB
    assert seconds <= MOST_S
    assert not any(each[2] for each in results)


def _cost(names: list[str], paths: list[str]) -> tuple[float, float, bool]:  # not money: megabytes and seconds
    """What importing them adds to a process that has imported the server: megabytes, seconds of CPU, whether FinTS's library came along."""
    command = [sys.executable, "-c", _IMPORT, json.dumps(names), json.dumps(paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    memory_mb, seconds, is_loaded = json.loads(done.stdout)
    return memory_mb, seconds, is_loaded
