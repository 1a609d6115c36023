"""The layout is read from its folder, and its samples by it."""

from __future__ import annotations

from bowerbird.sdk.conformance import PdfLayoutChecks


class TestBoqDeposit2024(PdfLayoutChecks): ...
