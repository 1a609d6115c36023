"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.commbank_accounts import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestCommbankAccounts(CsvLayoutChecks):
    layout = LAYOUT
