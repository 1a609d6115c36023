"""An arrangement that is in force: a token, accounts with balances and details, pages of transactions, and every fault on the way."""

from __future__ import annotations

from bowerbird.connectors.cdr import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestCdr(ConnectorChecks):
    connector = CONNECTOR
