"""What a server loads: less to break into, and less memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

NEVER = (
    "pikepdf", "pypdfium2", "botocore", "psycopg", "sqlalchemy.dialects.postgresql", "limits", "segno", "jinja2", "rich",
)  # fmt: skip
"""Files are read in confined processes; the others are for those who name a bucket, a PostgreSQL or a counting server, for pages alone,
or for terminals."""


def test_a_server_of_an_embedded_database_loads_no_pdf_library_and_no_client_it_does_not_need() -> None:
    code = f"import sys, bowerbird.wiring.server, bowerbird.cli.serve; print(*(set({NEVER}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(("before", "counts"), [("", False), ("c = sqlite3.connect(':memory:')", True)])
def test_sqlite_counts_no_memory_of_a_server_unless_it_is_open_already(before: str, counts: bool) -> None:
    program = f"""
import _sqlite3, ctypes, sqlite3
from bowerbird.storage.database.sqlite import skip_memory_statistics
{before}
skip_memory_statistics()
opened = sqlite3.connect(":memory:")
opened.execute("CREATE TABLE a (b)")
print(ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used())"""
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert (int(printed) > 0) is counts
