"""The store against a plain model, and with threads that all want the same jobs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from media_jobs import JobPriority, JobStatus, JobStore, job_request
from media_jobs.store import PATIENCE_SECONDS
from sql_port import Row, SqlValue
from sql_port.sqlite import SqliteDatabase

LEASE_SECONDS = 60.0
MAX_ATTEMPTS = 2


class ModelJob:
    def __init__(self, job_id: str, turn: tuple[float, int]) -> None:
        self.job_id = job_id
        self.turn = turn
        self.status = JobStatus.PENDING
        self.attempts = 0
        self.lease_id = ""
        self.expires_at = 0.0


class StoreAgainstModel(RuleBasedStateMachine):
    """Every answer of the store is that of a list of jobs in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.database = SqliteDatabase()
        self.store = JobStore(self.database, max_attempts=MAX_ATTEMPTS)
        self.now = 1_000_000.0
        self.jobs: list[ModelJob] = []
        self.leases: dict[str, ModelJob] = {}

    def teardown(self) -> None:
        self.database.close()

    def having(self, status: JobStatus) -> list[ModelJob]:
        return [job for job in self.jobs if job.status is status]

    def expire(self) -> None:
        for job in self.having(JobStatus.RUNNING):
            if job.expires_at <= self.now:
                job.status = JobStatus.FAILED if job.attempts == MAX_ATTEMPTS else JobStatus.PENDING
                job.lease_id = ""

    @rule(seconds=st.sampled_from([1.0, LEASE_SECONDS - 1, LEASE_SECONDS, 3.0 * PATIENCE_SECONDS]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(priority=st.sampled_from(JobPriority))
    def add(self, priority: JobPriority) -> None:
        job = self.store.add(job_request("t", "a", "b", [], priority), self.now)
        self.jobs.append(ModelJob(job.job_id, (self.now + priority * PATIENCE_SECONDS, len(self.jobs))))

    @rule()
    def lease(self) -> None:
        lease = self.store.lease("w", self.now, LEASE_SECONDS)
        self.expire()
        waiting = sorted(self.having(JobStatus.PENDING), key=lambda job: job.turn)
        assert (lease is None) is (not waiting)
        if lease is not None:
            job = waiting[0]
            assert lease.job.job_id == job.job_id
            job.status, job.lease_id = JobStatus.RUNNING, lease.lease_id
            job.attempts, job.expires_at = job.attempts + 1, self.now + LEASE_SECONDS
            self.leases[lease.lease_id] = job

    @rule()
    def expired_leases_are_taken_back(self) -> None:
        self.store.expire(self.now)
        self.expire()

    @rule(data=st.data(), event=st.sampled_from(["heartbeat", "complete", "fail"]))
    def report(self, data: st.DataObject, event: str) -> None:
        lease_id = data.draw(st.sampled_from(["never given", *self.leases]))
        job = self.leases.get(lease_id)
        held = job is not None and job.lease_id == lease_id
        running = held and job is not None and job.status is JobStatus.RUNNING
        if event == "heartbeat":
            assert self.store.heartbeat(lease_id, self.now, LEASE_SECONDS) is running
            if running and job is not None:
                job.expires_at = self.now + LEASE_SECONDS
            return
        outcome = JobStatus.COMPLETED if event == "complete" else JobStatus.FAILED
        if event == "complete":
            answer = self.store.complete(lease_id, self.now)
        else:
            answer = self.store.fail(lease_id, self.now, "no", "no")
        if running and job is not None:
            job.status = outcome
        assert answer is (held and job is not None and job.status is outcome)

    @rule(data=st.data(), running=st.booleans())
    def cancel(self, data: st.DataObject, running: bool) -> None:
        if not self.jobs:
            return
        job = data.draw(st.sampled_from(self.jobs))
        allowed = {JobStatus.PENDING, JobStatus.RUNNING} if running else {JobStatus.PENDING}
        assert self.store.cancel(job.job_id, self.now, running=running) is (job.status in allowed)
        if job.status in allowed:
            job.status = JobStatus.CANCELLED

    @invariant()
    def statuses_and_totals_agree(self) -> None:
        for job in self.jobs:
            stored = self.store.get(job.job_id)
            assert (stored.status, stored.attempts) == (job.status, job.attempts)
        totals = self.store.totals()
        counts = Counter(job.status.value for job in self.jobs)
        for status in JobStatus:
            assert getattr(totals, status.value) == counts[status.value]


TestStoreAgainstModel = StoreAgainstModel.TestCase
TestStoreAgainstModel.settings = settings(deadline=None, max_examples=60, stateful_step_count=40)


@pytest.fixture
def store() -> Iterator[JobStore]:
    database = SqliteDatabase()
    yield JobStore(database)
    database.close()


def test_many_workers_share_the_jobs_and_no_job_runs_twice(store: JobStore) -> None:
    ids = [store.add(job_request("t", "a", "b", []), 0.0).job_id for _ in range(200)]
    leased: list[str] = []

    def work(worker: str) -> None:
        while (lease := store.lease(worker, 1.0, 60)) is not None:
            leased.append(lease.job.job_id)
            assert store.complete(lease.lease_id, 2.0)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(leased) == Counter(ids)
    assert (store.totals().completed, store.totals().processed_seconds) == (200, 200.0)


def test_ids_come_from_the_given_source_of_randomness() -> None:
    database = SqliteDatabase()
    names = iter(["job", "lease"])
    store = JobStore(database, token_hex=lambda size: f"{next(names)}{size}")
    assert store.add(job_request("t", "a", "b", []), 0.0).job_id == "job16"
    lease = store.lease("w", 0.0, 1)
    assert lease is not None
    assert lease.lease_id == "lease16"
    database.close()


class Recording(SqliteDatabase):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, tuple[SqlValue, ...]] = {}

    def execute(self, statement: str, *parameters: SqlValue) -> list[Row]:
        self.asked[statement] = parameters
        return super().execute(statement, *parameters)


def test_no_statement_reads_through_all_jobs() -> None:
    database = Recording()
    store = JobStore(database)
    database.asked.clear()
    for _ in range(3):
        store.add(job_request("t", "a", "b", []), 0.0)
    lease = store.lease("w", 0.0, 1)
    assert lease is not None
    assert store.heartbeat(lease.lease_id, 0.0, 1)
    assert store.complete(lease.lease_id, 0.0)
    assert store.lease("w", 0.0, 1) is not None
    assert len(store.expire(1.0)) == 1
    store.recover(1.0)
    assert store.cancel(lease.job.job_id, 1.0) is False
    assert store.cancel_all(1.0) == 2
    asked = [(statement, values) for statement, values in database.asked.items() if "media_jobs" in statement]
    assert len(asked) >= 10
    for statement, values in asked:
        plan = [row["detail"] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", *values)]
        assert not [step for step in plan if step.startswith("SCAN media_jobs")], (statement, plan)
    database.close()
