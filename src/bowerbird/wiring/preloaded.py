"""What every process of a server needs, loaded once in the process that they are forked from."""

from __future__ import annotations

import gc
import importlib

from bowerbird.storage.database.sqlite import skip_memory_statistics

skip_memory_statistics()
for _name in ("bowerbird.wiring.server", "jinja2"):
    importlib.import_module(_name)
gc.freeze()  # so that no process writes to what it shares with the others
