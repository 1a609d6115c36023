"""The catalogue holds together: its words for places are those of the operations, and a misspelt one is refused at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from bowerbird import codes
from bowerbird.api import routes
from bowerbird.api.description.refusals import where
from bowerbird.api.routes import OTHER_PROTOCOLS
from bowerbird.model.job import StepTitle
from bowerbird.sandbox.api.operations import CONTROL_OPERATIONS

PLACES: tuple[str, ...] = get_args(codes.Where)
TABLES = [Path(codes.__file__), Path(routes.__file__)]
NO_OPERATION = {"method"}
"""Answered where there is no operation."""


def misspelt(table: Path, word: str) -> str:
    """The text of a table, with the last use of a place misspelt."""
    before, found, after = table.read_text().rpartition(f'"{word}"')
    assert found
    return f'{before}"{word.replace("links", "lnks")}"{after}'


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_misspelt_place_fails_at_import(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = type(sys)("bowerbird_misspelt")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(ValueError, match="auth-lnks"):
        exec(compile(misspelt(table, "auth-links"), table.name, "exec"), module.__dict__)


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_misspelt_place_fails_in_the_check_of_types(table: Path, tmp_path: Path) -> None:
    copy = tmp_path / "misspelt.py"
    copy.write_text(misspelt(table, "auth-links"))
    command = [sys.executable, "-m", "mypy", "--config-file", str(Path(__file__).parents[2] / "pyproject.toml"), str(copy)]
    run = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stdout + run.stderr
    assert re.search(r"misspelt\.py:\d+: error: Argument .*'auth-lnks'", run.stdout), run.stdout


def test_every_place_joins_entries_with_operations() -> None:
    """A word that only one side uses joins nothing: an entry with it is documented nowhere."""
    entries = {place for entry in codes.CATALOGUE.values() for place in entry.where}
    operations = {place for operation in (*routes.OPERATIONS, *OTHER_PROTOCOLS, *CONTROL_OPERATIONS) for place in where(operation)}
    assert entries == set(PLACES)
    assert {place for place in PLACES if not place.startswith("job:")} - operations == NO_OPERATION


def test_the_steps_of_the_catalogue_are_those_of_jobs() -> None:
    assert [place.removeprefix("job:") for place in PLACES if place.startswith("job:")] == [str(title) for title in StepTitle]


def test_every_meaning_is_that_of_an_entry() -> None:
    meant = {(entry.code, entry.meaning.heading, entry.description) for entry in codes.CATALOGUE.values()}
    assert len(meant) == sum(map(len, codes.MEANINGS.values()))
    for code, meanings in codes.MEANINGS.items():
        assert {variant for each in meanings for variant in each.variants} <= {
            entry.variant for entry in codes.CATALOGUE.values() if entry.code == code
        }


@pytest.mark.parametrize(
    ("code", "variant", "place", "error"),
    [
        ("invalid-credentails", "", "*", KeyError),
        ("access-denied", "toknen-expired", "*", ValueError),
        ("access-denied", "token-expired", "*", ValueError),
        ("access-denied", "product", "auth-lnks", ValueError),
    ],
    ids=["unknown code", "variant without a meaning", "entry declared twice", "unknown place"],
)
def test_an_entry_that_cannot_be_is_refused(code: str, variant: str, place: codes.Where, error: type[Exception]) -> None:
    before = list(codes.CATALOGUE)
    with pytest.raises(error):
        codes._entry(code, variant, 400, (place,), "Title", "Detail")
    assert list(codes.CATALOGUE) == before
