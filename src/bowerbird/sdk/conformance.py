"""The conformance kit: the checks of every leaf, which a test beside the leaf inherits. Only tests import it; it needs pytest.

    class TestLayout(CsvLayoutChecks):
        layout = LAYOUT

Samples lie beside the test: `samples/synthetic/` what was made up after the facts, `samples/scrambled/` real files without the person
in them. The JSON beside a sample is what it must be read as; {"refused": …} is what it must be refused with.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from bowerbird.model.json_value import JsonObject, JsonValue
from bowerbird.sdk.connector import Connector
from bowerbird.sdk.connector_checks import declared_problems, fault_problems, read_sample_login, redirect_problems, sample_problems
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.leaf import HasTier, LeafTier, folder_name
from bowerbird.sdk.native_layout import NativeCsvLayout
from bowerbird.sdk.statement_layout import StatementLayout, read_layout

Layout = CsvLayout | NativeCsvLayout | StatementLayout
_ANY_INSTITUTION, _ANOTHER_INSTITUTION = "AU00101", "AU13601"
_SPELLINGS = ("bom", "crlf", "cr", "blank-lines", "no-last-break", "trailing-commas")


class SampleReader(Protocol):
    """The fixture `read_sample`: reads a file as the server does, with the leaf's layout beside all others.

    `data` are the bytes of a statement file, or text runs as JSON, of which `mended` replaces texts (see the kit's PDF checks).
    Answers the accounts as readable JSON, or {"refused": {code, title, detail, reason}}.
    """

    def __call__(self, data: bytes, institution: str, layout: Layout, mended: Sequence[JsonObject] = ()) -> JsonValue: ...


def shown_tier(folder: Path) -> LeafTier:
    """The tier that a leaf's folder gives proof of. Real samples count where a README says whose they are and who scrambled them."""
    samples = folder / "tests" / "samples"
    if _says_something(folder / "IN_USE.md"):
        return LeafTier.IN_USE
    if any((samples / "scrambled").glob("*.json")) and _says_something(samples / "scrambled" / "README.md"):
        return LeafTier.SCRAMBLED
    return LeafTier.SYNTHETIC if any((samples / "synthetic").glob("*.json")) else LeafTier.DECLARED


def _says_something(file: Path) -> bool:
    return file.is_file() and bool(file.read_text("utf-8").strip())


def samples_in(folder: Path) -> list[Path]:
    """The files of a leaf that are to be read: each beside the JSON that says what as."""
    listed = sorted((folder / "tests" / "samples").glob("*/*.json"))
    return [next(file for file in each.parent.glob(f"{each.stem}.*") if file != each) for each in listed if len(each.suffixes) == 1]


class LeafChecks:
    """What holds for every leaf. The test stands in the folder `tests` of the leaf's own.

    A leaf without samples has no checks of samples; its tier says that it is not tried.
    """

    @classmethod
    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__ and not samples_in(cls.folder()):
            for name, check in inspect.getmembers(cls, inspect.isfunction):
                if "sample" in inspect.signature(check).parameters:
                    setattr(cls, name, None)

    @classmethod
    def folder(cls) -> Path:
        return Path(inspect.getfile(cls)).parents[1]

    @classmethod
    def tier(cls) -> LeafTier:
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "sample" in metafunc.fixturenames:
            metafunc.parametrize("sample", samples_in(self.folder()), ids=lambda sample: f"{sample.parent.name}-{sample.name}")

    def test_the_tier_is_what_the_folder_shows(self) -> None:
        assert self.tier() is shown_tier(self.folder())


class LayoutChecks(LeafChecks):
    """What holds for every layout."""

    layout: ClassVar[Layout]

    @classmethod
    def tier(cls) -> LeafTier:
        return cls.layout.tier

    @classmethod
    def institutions(cls) -> tuple[str, ...]:
        if isinstance(cls.layout, StatementLayout):
            return (cls.layout.institution,)
        return cls.layout.institutions if isinstance(cls.layout, NativeCsvLayout) else (_ANY_INSTITUTION,)

    def test_the_folder_has_the_name_of_its_layout(self) -> None:
        assert self.folder().name == folder_name(self.layout.id)

    def test_it_says_where_its_facts_come_from(self) -> None:
        assert self.layout.source.strip()

    def test_a_sample_is_read_as_expected(self, sample: Path, read_sample: SampleReader) -> None:
        wanted = expected(sample)
        for institution in self.institutions():
            found = read_sample(sample.read_bytes(), institution, self.layout, mended(wanted))
            assert found == (wanted if not (isinstance(wanted, Mapping) and "accounts" in wanted) else wanted["accounts"])


class CsvLayoutChecks(LayoutChecks):
    """What holds for every layout of a CSV file, the published one and those of banks' own exports."""

    def test_a_file_for_another_bank_is_read_the_same_or_refused(self, sample: Path, read_sample: SampleReader) -> None:
        if isinstance(self.layout, NativeCsvLayout):
            here, there = (read_sample(sample.read_bytes(), each, self.layout) for each in (self.institutions()[0], _ANOTHER_INSTITUTION))
            assert isinstance(there, Mapping) or _days_and_sums(there) == _days_and_sums(here)

    @pytest.mark.parametrize("spelling", _SPELLINGS)
    def test_a_sample_spelt_otherwise_is_read_the_same(self, sample: Path, spelling: str, read_sample: SampleReader) -> None:
        data = sample.read_bytes().replace(b"\r\n", b"\n")
        spelt = {
            "bom": b"\xef\xbb\xbf" + data,
            "crlf": data.replace(b"\n", b"\r\n"),
            "cr": data.replace(b"\n", b"\r"),
            "blank-lines": data.replace(b"\n", b"\n\n"),
            "no-last-break": data.rstrip(),
            "trailing-commas": data.replace(b"\n", b",,\n") if isinstance(self.layout, NativeCsvLayout) else data,
        }[spelling]
        found, as_it_is = (read_sample(each, self.institutions()[0], self.layout) for each in (spelt, data))
        if isinstance(as_it_is, Mapping):  # refused, with the number of a row
            assert refusal(found)["code"] == refusal(as_it_is)["code"]
        else:
            assert found == as_it_is


def _days_and_sums(accounts: JsonValue) -> list[tuple[str, str]]:
    """The rows of readable accounts, without what only a bank's own layout knows."""
    found = [account for account in accounts if isinstance(account, Mapping)] if isinstance(accounts, list) else []
    rows = [row for account in found for row in account.get("transactions", ())]
    return sorted((str(row.get("posted")), str(row.get("amount"))) for row in rows)


class PdfLayoutChecks(LayoutChecks):
    """What holds for every layout of a PDF statement.

    A sample is a PDF, or text runs with their boxes (`*.runs.json`). Scrambling leaves contradictions: the expectation lists each under
    `mended` with the text as `printed`, what it must be (`mended`), its `pages` and, where the text stands twice, its `baseline` or
    `left_of`; and the reason for which a reading with all others mended is `refused`.
    """

    @classmethod
    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not hasattr(cls, "layout"):
            file = cls.folder() / "layout.toml"
            cls.layout = read_layout(file.read_text("utf-8"), f"{file.parent.name}/{file.name}")

    def test_each_contradiction_of_a_scrambled_sample_is_found(self, sample: Path, read_sample: SampleReader) -> None:
        contradictions = mended(expected(sample))
        for contradiction in contradictions:
            others = [other for other in contradictions if other is not contradiction]
            found = read_sample(sample.read_bytes(), self.institutions()[0], self.layout, others)
            assert refusal(found)["reason"] == contradiction["refused"]


class ConnectorChecks(LeafChecks):
    """What holds for every connector.

    A sample is a login (`*.login.json`, see SampleLogin) with the bank's answers, where the connector asks a bank on the network; the
    expectation lists the accounts it shows, each with the number and the sum of its transactions.
    """

    connector: ClassVar[Connector]

    @classmethod
    def tier(cls) -> LeafTier:
        return cls.connector.tier if isinstance(cls.connector, HasTier) else LeafTier.DECLARED

    def test_it_says_what_the_server_must_know(self) -> None:
        assert list(declared_problems(self.connector, self.folder().name)) == []

    def test_a_login_shows_what_is_expected(self, sample: Path) -> None:
        assert list(sample_problems(self.connector, read_sample_login(sample), expected(sample))) == []

    def test_the_secret_of_a_login_at_the_banks_pages_is_enough_later(self, sample: Path) -> None:
        assert list(redirect_problems(self.connector, read_sample_login(sample))) == []

    def test_every_fault_of_the_bank_ends_in_a_failure(self, sample: Path) -> None:
        """Each request of the sample in turn meets each fault: what comes out is a Failure, and after it nothing more is asked."""
        assert list(fault_problems(self.connector, read_sample_login(sample))) == []


def expected(sample: Path) -> JsonValue:
    """What a sample must be read as: the JSON beside it, which has the name of the file up to its first dot."""
    found: JsonValue = json.loads((sample.parent / f"{sample.name.partition('.')[0]}.json").read_text("utf-8"))
    return found


def mended(wanted: JsonValue) -> list[JsonObject]:
    """The contradictions of a scrambled sample that its expectation lists."""
    listed = wanted.get("mended", []) if isinstance(wanted, Mapping) else []
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


def refusal(found: JsonValue) -> JsonObject:
    """What a file was refused with; fails where it was read."""
    refused = found.get("refused") if isinstance(found, Mapping) else None
    assert isinstance(refused, Mapping), "the file was read"
    return refused
