"""Writes the first migration from the tables: `python -m bowerbird.storage.migrations.first` (`make docs` runs it).

It is written anew until the first release. From then on it stays as it is, this module goes, and a change of a table is a migration of
its own. A test compares the files with what this writes, another one the replayed schema with the built one.
"""

from __future__ import annotations

from itertools import chain, groupby
from pathlib import Path

from sqlalchemy import create_mock_engine, make_url

from bowerbird.storage.database.tables import metadata

_FOLDER = Path(__file__).parent / "versions"
_URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


def files() -> dict[Path, str]:
    """The SQL of every table and index, for each engine in a file of its own."""
    return {_FOLDER / f"0001_{engine}.sql": _script(url) for engine, url in _URLS.items()}


def _script(url: str) -> str:
    statements: list[str] = []
    dialect = make_url(url).get_dialect()()
    engine = create_mock_engine(url, lambda ddl, *_: statements.append(str(ddl.compile(dialect=dialect)).strip()))
    metadata.create_all(engine, tables=metadata.sorted_tables, checkfirst=False)  # whichever module of tables came first
    ordered = chain.from_iterable(sorted(some) if is_index else some for is_index, some in groupby(statements, _is_index))
    lines = (line.rstrip().replace("\t", "  ") for statement in ordered for line in f"{statement};".splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _is_index(statement: str) -> bool:
    """A table's indexes are a set: they come in another order every time."""
    return statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, "utf-8")
