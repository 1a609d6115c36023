"""The parts of enrichments that many rows share, remembered in a process: a reference follows from its part, in every database alike."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bowerbird.domain.ledger.documents import WAITING, SharedPart

_MOST = 20_000
"""About 12 MB."""

_known: dict[int | None, SharedPart] = {}


def find(refs: Collection[int], load: Callable[[Collection[int]], dict[int | None, bytes]]) -> dict[int | None, SharedPart]:
    """The parts of references, with what stands for a row that waits under None; `load` reads those that are not remembered.

    A part that was lost is not among them.
    """
    found: dict[int | None, SharedPart] = {None: WAITING}
    missing: list[int] = []
    for ref in refs:
        part = _known.get(ref)
        if part is None:
            missing.append(ref)
        else:
            found[ref] = part
    if missing:
        loaded = load(missing)
        if len(_known) + len(loaded) > _MOST:
            _known.clear()
        _known.update(loaded)
        found.update(loaded)
    return found
