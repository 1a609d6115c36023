"""A token shows the accounts of its owner; a feed item has one id while it is pending and once it is settled."""

from __future__ import annotations

from bowerbird.connectors.starling import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestStarling(ConnectorChecks):
    connector = CONNECTOR
