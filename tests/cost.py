"""What a piece of work costs, measured so that nothing else in the process of the tests is counted.

`time.process_time()` counts every thread, so servers of earlier tests, and a collection of a heap that all tests filled: one
such test refused a release. Wall time counts the other programs of the machine as well.
"""

import gc
import time
from collections.abc import Callable


def cpu_s(work: Callable[[], object], runs: int = 1) -> float:  # not money: seconds
    """Seconds of CPU that `work` takes in this thread without garbage collection: the least of so many runs."""
    return min(_once(work) for _ in range(runs))


def _once(work: Callable[[], object]) -> float:  # not money: seconds
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        began = time.thread_time()
        work()
        return time.thread_time() - began
    finally:
        if collects:
            gc.enable()
