"""The layout is read from its folder, and its samples by it."""

from __future__ import annotations

from bowerbird.sdk.conformance import PdfLayoutChecks


class TestAnzCard2025(PdfLayoutChecks): ...
