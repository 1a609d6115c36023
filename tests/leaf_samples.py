"""The samples of shipped layouts, which lie in the layouts' folders, for tests of what is not one layout's affair."""

from __future__ import annotations

from pathlib import Path

import bowerbird.layouts

LAYOUTS = Path(bowerbird.layouts.__file__).parent


def layout_sample(layout: str, name: str) -> Path:
    """A synthetic sample of a layout, by the layout's folder and the file's name."""
    return LAYOUTS / layout / "tests" / "samples" / "synthetic" / name
