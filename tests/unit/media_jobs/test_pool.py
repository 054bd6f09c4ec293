from __future__ import annotations

import threading

import pytest

from media_jobs import InvalidSettingsError, QueueClosedError
from media_jobs.pool import PoolLimits, WorkerPool


@pytest.mark.parametrize(
    "limits",
    [(0, 1, 5, 2), (-1, 1, 5, 2), (2, 1, 5, 2), (1, 2, 0, 0), (1, 2, 1, 2), (1, 2, 5, -1)],
)
def test_limits_that_contradict_each_other_are_refused(limits: tuple[int, int, int, int]) -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        PoolLimits(*limits)
    assert caught.value.code == "invalid_settings"


@pytest.mark.parametrize(
    ("workers", "waiting", "grows", "shrinks"),
    [
        (2, 0, False, False),
        (2, 4, False, False),
        (2, 5, True, False),
        (9, 99, True, False),
        (10, 99, False, False),
        (3, 0, False, True),
        (3, 1, False, True),
        (3, 2, False, False),
        (10, 1, False, True),
    ],
)
def test_the_documented_thresholds_decide(workers: int, waiting: int, grows: bool, shrinks: bool) -> None:
    limits = PoolLimits(min_workers=2, max_workers=10, scale_up_threshold=5, scale_down_threshold=2)
    assert limits.grows(workers, waiting) is grows
    assert limits.shrinks(workers, waiting) is shrinks


def test_work_that_is_being_added_while_the_pool_closes_is_still_done() -> None:
    jobs: list[str] = []
    done: list[str] = []

    def work() -> bool:
        if not jobs:
            return False
        done.append(jobs.pop())
        return True

    pool = WorkerPool(PoolLimits(3, 3, 1, 1), work)
    pool.start()
    with pool.admission():
        pool.close()
        jobs.append("late")
    pool.join()
    assert (done, pool.size) == (["late"], 0)
    with pytest.raises(QueueClosedError), pool.admission():
        pytest.fail("the block must not run")


def test_a_worker_may_close_and_join_its_own_pool() -> None:
    def work() -> bool:
        pool.close()
        pool.join()
        return False

    pool = WorkerPool(PoolLimits(1, 1, 1, 1), work)
    pool.start()
    pool.join()
    assert pool.size == 0


def test_waiting_for_a_pool_may_be_given_up() -> None:
    release = threading.Event()

    def work() -> bool:
        release.wait()
        return False

    pool = WorkerPool(PoolLimits(1, 1, 1, 1), work)
    pool.start()
    pool.close()
    pool.join(timeout_seconds=0.0)
    pool.join(timeout_seconds=0.01)
    assert pool.size == 1
    release.set()
    pool.join()
    assert pool.size == 0
