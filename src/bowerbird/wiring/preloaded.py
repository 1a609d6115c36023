"""What every process of a server needs, loaded once in the process that they are forked from."""

from __future__ import annotations

import gc
import importlib

importlib.import_module("bowerbird.wiring.server")
gc.freeze()  # so that no process writes to what it shares with the others
