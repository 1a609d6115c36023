"""The simulation of a fleet on more cores agrees with what can be worked out by hand."""

from __future__ import annotations

import pytest

from bench.simulate import Machine, Service, Simulation

QUICK_LOG = Service(30, 20, 0.1)


@pytest.mark.parametrize(("cores", "workers", "most"), [(1, 1, 20), (2, 1, 33.4), (2, 2, 40), (16, 16, 320)])
def test_cores_and_workers_bound_the_pace(cores: int, workers: int, most: float) -> None:
    """One worker runs 30 ms of each job one after the other, and a core does 20 jobs of 50 ms a second."""
    result = Simulation(Machine(cores, workers), QUICK_LOG, jobs=1500).run()
    assert 0.9 * most < result.pace < 1.05 * most
    assert result.used <= 1


def test_a_slow_log_bounds_it_on_any_number_of_cores() -> None:
    """Six flushes of 100 ms a job, shared by all that commit in between: sixteen threads of a worker end together."""
    slow = Simulation(Machine(16, 1), Service(1, 1, 100), jobs=500).run()
    assert slow.p50_ms > 600
    assert slow.used < 0.1


def test_the_same_seed_says_the_same() -> None:
    machine = Machine(4, 4)
    assert Simulation(machine, QUICK_LOG, 200).run() == Simulation(machine, QUICK_LOG, 200).run()
