"""The suite as a whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bowerbird.settings import Settings
from bowerbird.verify.crash_recovery import check_crash_recovery
from bowerbird.verify.limits import check_limits
from bowerbird.verify.records import check_restore, check_sealed_values
from bowerbird.verify.report import Check, check
from bowerbird.verify.setup import copy_set_up
from bowerbird.verify.shared import shared_set_up
from bowerbird.verify.tenant_isolation import check_tenant_isolation

_KILL = "the server is killed at random moments: nothing promised is lost or doubled"
_OTHERS = (
    ("isolation", "another application's ids are answered like unknown ids, and nothing changes", check_tenant_isolation),
    ("limits", "too large, too often, too slow: refused in the protocol's words, others are served", check_limits),
    ("restore", "a backup taken amid writes comes back equal, row by row; an altered one does not", check_restore),
    ("vault", "a sealed value opens in its own place only; no secret is on the disk or in the log", check_sealed_values),
)

STEPS_BESIDE_KILLS = 1 + len(_OTHERS)
"""How often `hear` is called, beside once a kill: for the copy, and for each of the four other checks."""


def run_suite(live: Settings, kills: int, hear: Callable[[str], None]) -> list[Check]:
    """Make every check on a throw-away copy of `live`, which is only read. Calls `hear` with the name of each step that is done.

    Beside a shared database that is an empty one. Raises what a copy of a database can fail with.
    """
    with TemporaryDirectory(prefix="bowerbird-verify-") as folder, ExitStack() as stack:
        copy = stack.enter_context(shared_set_up(live, Path(folder))) if live.database_url else copy_set_up(live, Path(folder))
        hear("copied")
        found = [check("kill", _KILL, partial(check_crash_recovery, copy, kills, partial(hear, "killed")))]
        for name, promise, look in _OTHERS:
            found.append(check(name, promise, partial(look, copy)))
            hear(name)
        return found
