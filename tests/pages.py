"""Every page of a server with its sandbox."""

from __future__ import annotations

from bowerbird.sandbox.pages.hooks import SandboxPageHooks
from bowerbird.web.routes import PAGES

ALL_PAGES = (*PAGES, *SandboxPageHooks("").pages)
