"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.published_2020 import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestPublished2020(CsvLayoutChecks):
    layout = LAYOUT
