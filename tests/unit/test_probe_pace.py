"""Probes of one network are answered a millisecond apart at least; those of others do not wait for them."""

from __future__ import annotations

import pytest

from bowerbird.api.http.request_queue import ProbePace


def test_probes_without_pause_are_spread_out() -> None:
    pace = ProbePace()
    assert [pace.delay_s("192.0.2.1", 5.0) for _ in range(4)] == pytest.approx([0, 0.001, 0.002, 0.003])
    assert pace.delay_s("198.51.100.1", 5.0) == 0
    assert pace.delay_s("192.0.2.1", 5.004) == pytest.approx(0)


def test_many_at_once_wait_a_quarter_of_a_second_at_most() -> None:
    pace = ProbePace()
    assert max(pace.delay_s("192.0.2.1", 5.0) for _ in range(2_000)) == 0.25
    assert pace.delay_s("192.0.2.1", 5.5) == 0


def test_what_is_remembered_is_bounded() -> None:
    pace = ProbePace()
    assert max(pace.delay_s(f"2001:db8:{nth:x}::", 5.0) for nth in range(3_000)) == 0
    assert len(pace._next) <= 1_000
