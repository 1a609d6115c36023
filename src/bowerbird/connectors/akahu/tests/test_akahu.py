"""Two tokens show the accounts of a personal app; pending rows have no id, posted ones keep theirs."""

from __future__ import annotations

from bowerbird.connectors.akahu import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestAkahu(ConnectorChecks):
    connector = CONNECTOR
