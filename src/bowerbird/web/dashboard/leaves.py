"""Connectors and layouts: what this server can read, and how far each is tried."""

from __future__ import annotations

from bowerbird.plugins.registry import LeafKind
from bowerbird.sdk.leaf import TIER_MEANINGS
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PATH = "/dashboard/connectors"
_HEADINGS = {LeafKind.CONNECTOR: "Connectors", LeafKind.PDF: "Layouts of PDF statements", LeafKind.CSV: "Layouts of CSV files"}


def show_leaves(request: PageRequest) -> PageResponse:
    plugins = request.services.plugins
    kinds = [(heading, [leaf for leaf in plugins.leaves if leaf.kind is kind]) for kind, heading in _HEADINGS.items()]
    return request.show(
        "dashboard/leaves.html", kinds=kinds, broken=plugins.broken, tiers=TIER_MEANINGS, institutions=request.services.institutions
    )
