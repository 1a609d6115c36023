"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.bankwest_named import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestBankwestNamed(CsvLayoutChecks):
    layout = LAYOUT
