"""What the modules of tables share: the one schema they all belong to, and the column of an id."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, String

metadata = MetaData()


def id_column(name: str = "id", **options: Any) -> Column[str]:
    return Column(name, String(36), nullable=False, **options)
