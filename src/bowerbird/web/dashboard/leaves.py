"""Connectors and layouts: what this server can read, and how far each is tried."""

from __future__ import annotations

from bowerbird.plugins.guard import upstream_of
from bowerbird.plugins.registry import LeafKind
from bowerbird.sdk.connector import limit_text
from bowerbird.sdk.leaf import TIER_MEANINGS
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PATH = "/dashboard/connectors"
_HEADINGS = {LeafKind.CONNECTOR: "Connectors", LeafKind.PDF: "Layouts of PDF statements", LeafKind.CSV: "Layouts of CSV files"}


def show_leaves(request: PageRequest) -> PageResponse:
    plugins = request.services.plugins
    kinds = [(heading, [leaf for leaf in plugins.leaves if leaf.kind is kind]) for kind, heading in _HEADINGS.items()]
    connectors = [leaf for leaf in plugins.leaves if leaf.kind is LeafKind.CONNECTOR]
    upstreams = {leaf.id: upstream_of(plugins.connectors[leaf.institutions[0]]) for leaf in connectors}
    limits = {id_: limit_text(upstream) for id_, upstream in upstreams.items() if upstream is not None}
    return request.show(
        "dashboard/leaves.html", kinds=kinds, broken=plugins.broken, limits=limits, tiers=TIER_MEANINGS,
        institutions=request.services.institutions,
    )  # fmt: skip
