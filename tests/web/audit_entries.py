"""The audit of a server, as tests read it."""

from __future__ import annotations

from bowerbird.domain.operators.audit import AuditRow, AuditSelection, export_entries
from tests.serving import Serving


def entries_of(serving: Serving, **selection: str) -> list[AuditRow]:
    """Newest first."""
    return list(export_entries(serving.services, AuditSelection(**selection)))
