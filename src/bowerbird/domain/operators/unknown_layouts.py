"""Unknown products and layouts of every application, for the operators of the server."""

from __future__ import annotations

from bowerbird.domain.services import Services
from bowerbird.domain.statements import unknown_layouts
from bowerbird.domain.statements.unknown_layouts import UnknownLayouts
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.statements import UnknownLayoutRow

_MOST = 500


def list_unknown_layouts(services: Services) -> UnknownLayouts:
    """The latest first, at most 500. On a worker thread."""
    return services.read_now(unknown_layouts.list_unknown_layouts, _MOST, tenant=EVERY_TENANT)


def find_unknown_layout(services: Services, unknown_layout_id: str) -> UnknownLayoutRow | None:
    return services.read_now(unknown_layouts.find_unknown_layout, unknown_layout_id, tenant=EVERY_TENANT)
