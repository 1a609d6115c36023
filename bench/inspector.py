"""What the request inspector costs a small read: two servers, with it and without it, asked in turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bowerbird.logs import configure_logs
from tests.serving import Application, Serving

_ROUNDS = 40
_READS = 50


def _milliseconds(app: Application, path: str) -> float:  # not money: a time
    began = time.perf_counter()
    for _ in range(_READS):
        app.get(path)
    return (time.perf_counter() - began) * 1000 / _READS


def main() -> None:
    """Prints the median of one read in each server, and of the ratio of neighbouring rounds."""
    configure_logs("warning", "text")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        off, on = (stack.enter_context(Serving(folder / word, inspector=word)) for word in ("no", "yes"))
        apps = [each.application() for each in (off, on)]
        paths = [f"/users/{app.new_user()}" for app in apps]
        rounds = [[_milliseconds(app, path) for app, path in zip(apps, paths, strict=True)] for _ in range(_ROUNDS)]
    without, with_it = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(pair[1] / pair[0] for pair in rounds)
    print(f"without {without:.3f} ms, with {with_it:.3f} ms, ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
