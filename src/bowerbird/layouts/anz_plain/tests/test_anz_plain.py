"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.anz_plain import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestAnzPlain(CsvLayoutChecks):
    layout = LAYOUT
