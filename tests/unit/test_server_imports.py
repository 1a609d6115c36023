"""What a server loads: less to break into, and less memory."""

from __future__ import annotations

import subprocess
import sys

NEVER = (
    "pikepdf", "pypdfium2", "botocore", "psycopg", "sqlalchemy.dialects.postgresql", "limits", "segno", "jinja2", "rich",
)  # fmt: skip
"""Files are read in confined processes; the others are for those who name a bucket, a PostgreSQL or a counting server, for pages alone,
or for terminals."""


def test_a_server_of_an_embedded_database_loads_no_pdf_library_and_no_client_it_does_not_need() -> None:
    code = f"import sys, bowerbird.wiring.server, bowerbird.cli.serve; print(*(set({NEVER}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
