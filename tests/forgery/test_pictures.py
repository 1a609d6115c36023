"""Pictures over words, read by a confined process: none ends it, and each is a sign of alteration exactly where it hides a figure."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bowerbird.settings import Settings
from bowerbird.statements.alteration.signs import SignKind
from bowerbird.statements.confined.outcomes import Crashed, RefusedInside
from bowerbird.statements.confined.pool import Readers
from bowerbird.statements.tasks import EXAMINE
from bowerbird.wiring.services import open_statement_reader
from tests.forgery.pictures import Outcome, every_case

CASES = {name: (outcome, make) for name, outcome, make in every_case()}
SHARE = 60


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    readers = Readers([EXAMINE], 1)
    yield readers
    readers.close()


def outcome(readers: Readers, data: bytes) -> Outcome | None:
    """What an examiner sees; None where the process died."""
    try:
        examination = readers.read(EXAMINE, data)
    except Crashed:
        return None
    except RefusedInside:
        return "answered"
    return "hidden" if SignKind.COVERED_TEXT in {sign.kind for sign in examination.signs} else "visible"


def wrong(readers: Readers, names: list[str]) -> dict[str, Outcome | None]:
    """The files that end otherwise than they must, with how they end."""
    found: dict[str, Outcome | None] = {}
    for name in names:
        wanted, make = CASES[name]
        came = outcome(readers, make())
        if came is None or came != wanted != "answered":
            found[name] = came
    return found


def test_a_share_of_pictures_is_seen_for_what_it_hides(readers: Readers) -> None:
    assert wrong(readers, random.Random(1).sample(sorted(CASES), SHARE)) == {}


@pytest.mark.soak
def test_every_picture_is_seen_for_what_it_hides(readers: Readers) -> None:
    assert len(CASES) > 500
    assert wrong(readers, list(CASES)) == {}


def test_a_logo_with_transparency_over_a_title_is_read_with_its_rows(pytestconfig: pytest.Config) -> None:
    sample = pytestconfig.rootpath / "tests" / "samples" / "pdf" / "picture-with-alpha-over-title.pdf"
    expected = json.loads(sample.with_suffix(".json").read_text("utf-8"))
    reader = open_statement_reader(Settings())
    try:
        read = reader.read(sample.read_bytes(), expected["institution"])
    finally:
        reader.close()
    assert read.refusal is None
    assert [[row["postDate"], row["amount"]] for row in read.accounts[0]["transactions"]] == expected["rows"]
    assert read.accounts[0]["signs"] == []


@pytest.mark.slow
def test_no_memory_is_freed_twice_under_a_checking_allocator(pytestconfig: pytest.Config) -> None:
    checking = {"LD_PRELOAD": "libc_malloc_debug.so.0", "MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165", "PYTHONMALLOC": "malloc"}
    if subprocess.run(["/bin/true"], env=checking, capture_output=True, check=False).stderr:
        pytest.skip("this C library has no checking allocator (libc_malloc_debug.so.0)")
    done = subprocess.run(
        [sys.executable, "-m", "tests.forgery.read_in_every_way", "20"],
        cwd=pytestconfig.rootpath, env={**os.environ, **checking}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
