"""Random requests: no fault, nothing undescribed, nothing outside the catalogue."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.conformance.exchanges_of_tests import NO_LISTENER
from tests.conformance.random_requests import Walk
from tests.serving import Serving

STEPS, SOAK_STEPS, SOAK_WALKS = 460, 5_000, 4
SEED = 2026


@pytest.fixture(params=[SEED])
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with Serving(tmp_path_factory.mktemp("walk"), token_requests_per_5_minutes=1_000_000, outbound_allow=NO_LISTENER) as serving:
        walk = Walk(serving, serving.application(), dice=random.Random(request.param))
        walk.prepare()
        yield walk


def judge(walk: Walk, steps: int) -> None:
    walk.go(steps)
    statuses = {status for _, status in walk.answers}
    assert dict(walk.wrong) == {}
    assert walk.taken >= steps
    assert walk.spoiled > steps // 4
    assert walk.trespasses > steps // 20
    assert {200, 201, 202, 204, 400, 401, 403, 404} <= statuses
    assert max(statuses) < 500


@pytest.mark.slow
def test_walk(walk: Walk) -> None:
    judge(walk, STEPS)


@pytest.mark.soak
@pytest.mark.parametrize("walk", range(SEED, SEED + SOAK_WALKS), indirect=True)
def test_long_walk(walk: Walk) -> None:
    judge(walk, SOAK_STEPS)
