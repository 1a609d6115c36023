"""A person's data as files: JSON, and an archive of CSV files that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence

from bowerbird.domain.feeds.tables import harmless_cell
from bowerbird.domain.users.own_data import Tables
from bowerbird.model.json_value import JsonObject, JsonValue
from bowerbird.web.kernel.response import NOT_STORED, PageResponse


def as_json(value: JsonObject, name: str) -> PageResponse:
    return _attachment(json.dumps(value, ensure_ascii=False, indent=1).encode(), "application/json", name)


def as_archive(tables: Tables, originals: Mapping[str, bytes], name: str) -> PageResponse:
    """A CSV file for each table that is not empty, and the `originals` by their names in a folder of their own."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, records in tables.items():
            if records:
                archive.writestr(f"{table}.csv", as_csv(records))
        for original, content in originals.items():
            archive.writestr(f"uploaded/{original}", content)
    return _attachment(packed.getvalue(), "application/zip", name)


def as_csv(records: Sequence[JsonObject]) -> str:
    """With a heading row; a value that is a list or a record is written as JSON."""
    columns = list(dict.fromkeys(column for record in records for column in record))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(record.get(column)) for column in columns] for record in records)
    return text.getvalue()


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if _is_amount(value) else harmless_cell(value)
    return json.dumps(value, ensure_ascii=False)


def _is_amount(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").replace(".", "", 1).isdecimal()


def _attachment(content: bytes, media_type: str, name: str) -> PageResponse:
    return PageResponse(200, content, media_type, (NOT_STORED, ("content-disposition", f'attachment; filename="{name}"')))
