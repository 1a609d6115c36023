"""Telling PDF from CSV from neither by content."""

from __future__ import annotations

import tracemalloc

import pytest

from bowerbird.model.statement import WORKBOOKS
from bowerbird.statements.files import kind_of, workbook_kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n\xe2\xe3", "pdf"),
        (b"\x00" * 1019 + b"%PDF-", "pdf"),
        (b"\x00" * 1020 + b"%PDF-", None),
        (b"a,b\r\n1,2\t", "csv"),
        (b"\xef\xbb\xbfa,b", "csv"),
        ("Café,–".encode(), "csv"),
        ("Café,–".encode("cp1252"), "csv"),
        (b" \n", "csv"),
        (b"", None),
        (b"a,b\n\x81\x8d", None),
        (b"a,b\x00", None),
        (b"a\x1bb", None),
        (b"a\x7fb", None),
        ("a,b".encode("utf-16"), "csv"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", None),
        (b"PK\x03\x04", None),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", None),
        (b"MZ\x90\x00", None),
    ],
)
def test_kind_of(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind
    assert workbook_kind(data) == (kind if kind in WORKBOOKS else None)


def test_a_long_text_of_single_byte_letters_costs_a_few_copies_of_itself() -> None:
    data = ("、" + "\uff76" * 1_000_000).encode("cp932")
    tracemalloc.start()
    try:
        assert kind_of(data) == "csv"
        assert tracemalloc.get_traced_memory()[1] < 10 * len(data)
    finally:
        tracemalloc.stop()
