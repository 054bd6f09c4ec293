"""The job store: turns, leases, reports, cancellation, totals."""

from __future__ import annotations

from media_jobs.errors import InvalidSettingsError, JobNotFoundError
from media_jobs.jobs import JobPriority, JobRequest, JobTotals, Lease, job_request
from media_jobs.states import JobStatus
from media_jobs.store import PATIENCE_SECONDS, JobStore
from sql_port import Database
from tests.contract.cases import raises

NOW = 1_800_000_000.25


def _request(name: str = "a", priority: JobPriority = JobPriority.NORMAL) -> JobRequest:
    return job_request(name, "in.gif", "out.mp4", ["-i", "in.gif", "out.mp4"], priority)


def _leased(store: JobStore, now: float, lease_seconds: float = 60) -> Lease:
    lease = store.lease("runner-1", now, lease_seconds)
    assert lease is not None
    return lease


def _order(store: JobStore, now: float) -> list[str]:
    """Run everything that waits, one after the other."""
    order = []
    while (lease := store.lease("runner-1", now, 60)) is not None:
        order.append(lease.job.job_type)
        assert store.complete(lease.lease_id, now)
    return order


def case_a_new_job_comes_back_as_it_was_given(database: Database) -> None:
    store = JobStore(database)
    added = store.add(
        job_request(
            "poster",
            "grüße 🎬.gif",
            "-out.jpg",
            ["-i", "grüße 🎬.gif", "\udcff.jpg"],
            JobPriority.HIGH,
            12.5,
            {"asset": "a1", "sizes": [320, 640], "nothing": None},
        ),
        NOW,
    )
    job = store.get(added.job_id)
    assert job == added
    assert (job.job_type, job.input_path, job.output_path) == ("poster", "grüße 🎬.gif", "-out.jpg")
    assert job.ffmpeg_args == ("-i", "grüße 🎬.gif", "\udcff.jpg")
    assert (job.status, job.priority) == (JobStatus.PENDING, JobPriority.HIGH)
    assert (job.created_at, job.started_at, job.completed_at) == (NOW, None, None)
    assert (job.timeout_seconds, job.attempts, job.error, job.error_code) == (12.5, 0, None, None)
    assert job.metadata == {"asset": "a1", "sizes": [320, 640], "nothing": None}
    assert isinstance(job.attempts, int)


def case_an_unknown_job_is_not_found(database: Database) -> None:
    store = JobStore(database)
    with raises(JobNotFoundError):
        store.get("nobody")
    assert store.cancel("nobody", NOW) is False
    assert store.heartbeat("nobody", NOW, 60) is False
    assert store.complete("nobody", NOW) is False
    assert store.fail("nobody", NOW, "x", "x") is False


def case_an_empty_store_has_no_turn_and_no_totals(database: Database) -> None:
    store = JobStore(database)
    assert store.lease("runner-1", NOW, 60) is None
    assert store.expire(NOW) == []
    assert store.totals() == JobTotals(0, 0, 0, 0, 0, 0.0)
    assert database.execute("SELECT * FROM media_job_totals") == []


def case_settings_that_cannot_work_are_refused(database: Database) -> None:
    with raises(InvalidSettingsError):
        JobStore(database, max_attempts=0)
    with raises(InvalidSettingsError):
        JobStore(database, keep_finished=0)
    for seconds in (0, -1, float("nan")):
        with raises(InvalidSettingsError):
            JobStore(database).lease("runner-1", NOW, seconds)


def case_priority_decides_and_then_who_came_first(database: Database) -> None:
    store = JobStore(database)
    low_first = (JobPriority.LOW, JobPriority.NORMAL, JobPriority.HIGH, JobPriority.CRITICAL)
    for round_number in (1, 2):
        for priority in low_first:
            store.add(_request(f"{priority.name}{round_number}", priority), NOW)
    names = ["CRITICAL1", "CRITICAL2", "HIGH1", "HIGH2", "NORMAL1", "NORMAL2", "LOW1", "LOW2"]
    assert _order(store, NOW) == names


def case_a_waiting_job_is_overtaken_for_a_limited_time_only(database: Database) -> None:
    store = JobStore(database)
    head_start = 3 * PATIENCE_SECONDS
    store.add(_request("patient", JobPriority.LOW), NOW)
    store.add(_request("in time", JobPriority.CRITICAL), NOW + head_start - 1)
    store.add(_request("too late", JobPriority.CRITICAL), NOW + head_start + 1)
    assert _order(store, NOW + head_start + 2) == ["in time", "patient", "too late"]


def case_a_clock_set_back_does_not_change_who_came_first(database: Database) -> None:
    store = JobStore(database)
    store.add(_request("first"), NOW)
    store.add(_request("second"), NOW - 5000)
    store.add(_request("third"), NOW - 1)
    assert _order(store, NOW) == ["first", "second", "third"]


def case_a_lease_makes_the_job_run_once(database: Database) -> None:
    store = JobStore(database)
    job_id = store.add(_request(), NOW).job_id
    lease = _leased(store, NOW + 1, 60)
    assert lease.job == store.get(job_id)
    assert (lease.job.status, lease.job.attempts, lease.job.started_at) == (JobStatus.RUNNING, 1, NOW + 1)
    assert lease.expires_at == NOW + 61
    assert store.lease("runner-2", NOW + 60, 60) is None


def case_completion_is_final_and_may_be_told_twice(database: Database) -> None:
    store = JobStore(database)
    job_id = store.add(_request(), NOW).job_id
    lease = _leased(store, NOW + 1)
    assert store.complete(lease.lease_id, NOW + 3)
    assert store.complete(lease.lease_id, NOW + 9)
    assert store.fail(lease.lease_id, NOW + 9, "no", "no") is False
    assert store.heartbeat(lease.lease_id, NOW + 9, 60) is False
    assert store.cancel(job_id, NOW + 9, running=True) is False
    job = store.get(job_id)
    assert (job.status, job.completed_at, job.error) == (JobStatus.COMPLETED, NOW + 3, None)
    assert store.totals() == JobTotals(0, 0, 1, 0, 0, 2.0)


def case_failure_is_final_and_may_be_told_twice(database: Database) -> None:
    store = JobStore(database)
    job_id = store.add(_request(), NOW).job_id
    lease = _leased(store, NOW)
    assert store.fail(lease.lease_id, NOW + 4, "broken \udcff" + "x" * 5000, "ffmpeg_failed")
    assert store.fail(lease.lease_id, NOW + 9, "other", "other")
    assert store.complete(lease.lease_id, NOW + 9) is False
    job = store.get(job_id)
    assert (job.status, job.error_code, job.completed_at) == (JobStatus.FAILED, "ffmpeg_failed", NOW + 4)
    assert job.error is not None
    assert job.error.startswith("broken ?xxx")
    assert len(job.error) == 2000
    assert store.totals() == JobTotals(0, 0, 0, 1, 0, 4.0)
    assert store.lease("runner-1", NOW + 9, 60) is None


def case_a_lease_that_runs_out_returns_the_job_to_its_turn(database: Database) -> None:
    store = JobStore(database)
    slow = store.add(_request("slow"), NOW).job_id
    store.add(_request("later"), NOW)
    lost = _leased(store, NOW, 60)
    assert store.expire(NOW + 59) == []
    (returned,) = store.expire(NOW + 60)
    assert (returned.job_id, returned.status, returned.started_at) == (slow, JobStatus.PENDING, None)
    assert store.complete(lost.lease_id, NOW + 61) is False
    assert store.fail(lost.lease_id, NOW + 61, "x", "x") is False
    assert store.heartbeat(lost.lease_id, NOW + 61, 60) is False
    assert store.totals().pending == 2
    again = _leased(store, NOW + 62)
    assert (again.job.job_id, again.job.attempts) == (slow, 2)
    assert again.lease_id != lost.lease_id
    assert store.complete(lost.lease_id, NOW + 63) is False
    assert store.complete(again.lease_id, NOW + 63)


def case_leasing_takes_back_what_has_run_out(database: Database) -> None:
    store = JobStore(database)
    store.add(_request(), NOW)
    _leased(store, NOW, 60)
    assert _leased(store, NOW + 60, 60).job.attempts == 2


def case_a_late_report_counts_while_nobody_else_has_the_job(database: Database) -> None:
    store = JobStore(database)
    job_id = store.add(_request(), NOW).job_id
    lease = _leased(store, NOW, 60)
    assert store.complete(lease.lease_id, NOW + 3600)
    assert store.get(job_id).status is JobStatus.COMPLETED
    assert store.expire(NOW + 7200) == []


def case_a_heartbeat_keeps_the_lease(database: Database) -> None:
    store = JobStore(database)
    store.add(_request(), NOW)
    lease = _leased(store, NOW, 60)
    assert store.heartbeat(lease.lease_id, NOW + 50, 60)
    assert store.expire(NOW + 109) == []
    assert len(store.expire(NOW + 110)) == 1


def case_the_last_attempt_fails_the_job(database: Database) -> None:
    store = JobStore(database, max_attempts=2)
    job_id = store.add(_request(), NOW).job_id
    _leased(store, NOW, 10)
    last = _leased(store, NOW + 10, 10)
    (failed,) = store.expire(NOW + 20)
    assert failed == store.get(job_id)
    assert (failed.status, failed.error_code, failed.attempts) == (JobStatus.FAILED, "attempts_exhausted", 2)
    assert failed.error == "no result after 2 attempts; the last was by runner-1"
    assert failed.completed_at == NOW + 20
    assert store.fail(last.lease_id, NOW + 21, "too late", "too late") is False
    assert store.totals() == JobTotals(0, 0, 0, 1, 0, 10.0)


def case_recovery_takes_back_whatever_runs(database: Database) -> None:
    store = JobStore(database)
    for name in ("one", "two", "waits"):
        store.add(_request(name), NOW)
    _leased(store, NOW, float("inf"))
    _leased(store, NOW, 60)
    assert [job.job_type for job in store.recover(NOW + 1)] == ["one", "two"]
    assert store.totals() == JobTotals(3, 0, 0, 0, 0, 0.0)
    assert store.recover(NOW + 1) == []


def case_a_pending_job_can_be_cancelled_once(database: Database) -> None:
    store = JobStore(database)
    job_id = store.add(_request(), NOW).job_id
    assert store.cancel(job_id, NOW + 5)
    assert store.cancel(job_id, NOW + 6) is False
    job = store.get(job_id)
    assert (job.status, job.completed_at, job.started_at) == (JobStatus.CANCELLED, NOW + 5, None)
    assert store.lease("runner-1", NOW + 7, 60) is None
    assert store.totals() == JobTotals(0, 0, 0, 0, 1, 0.0)


def case_a_running_job_is_cancelled_only_on_demand(database: Database) -> None:
    store = JobStore(database)
    job_id = store.add(_request(), NOW).job_id
    lease = _leased(store, NOW)
    assert store.cancel(job_id, NOW + 1) is False
    assert store.heartbeat(lease.lease_id, NOW + 1, 60)
    assert store.cancel(job_id, NOW + 2, running=True)
    assert store.heartbeat(lease.lease_id, NOW + 3, 60) is False
    assert store.complete(lease.lease_id, NOW + 3) is False
    assert store.expire(NOW + 9999) == []
    assert store.get(job_id).status is JobStatus.CANCELLED


def case_everything_unfinished_can_be_cancelled_at_once(database: Database) -> None:
    store = JobStore(database)
    for name in ("done", "running", "waiting"):
        store.add(_request(name), NOW)
    done = _leased(store, NOW)
    store.complete(done.lease_id, NOW + 1)
    _leased(store, NOW + 1)
    assert store.cancel_all(NOW + 2) == 2
    assert store.cancel_all(NOW + 2) == 0
    assert store.totals() == JobTotals(0, 0, 1, 0, 2, 1.0)


def case_old_finished_jobs_are_forgotten_but_stay_counted(database: Database) -> None:
    store = JobStore(database, keep_finished=2)
    ids = [store.add(_request(str(number)), NOW).job_id for number in range(5)]
    waiting = store.add(_request("waits", JobPriority.LOW), NOW).job_id
    for number in range(5):
        lease = _leased(store, NOW + number)
        assert store.complete(lease.lease_id, NOW + number)
    for forgotten in ids[:3]:
        with raises(JobNotFoundError):
            store.get(forgotten)
    assert [store.get(job_id).status for job_id in ids[3:]] == [JobStatus.COMPLETED] * 2
    assert store.get(waiting).status is JobStatus.PENDING
    assert store.totals().completed == 5


def case_a_clock_set_back_makes_no_negative_duration(database: Database) -> None:
    store = JobStore(database)
    store.add(_request(), NOW)
    lease = _leased(store, NOW)
    assert store.complete(lease.lease_id, NOW - 100)
    assert store.totals().processed_seconds == 0.0


def case_a_second_store_on_the_same_database_sees_the_same_jobs(database: Database) -> None:
    job_id = JobStore(database).add(_request(), NOW).job_id
    other = JobStore(database)
    assert other.get(job_id).status is JobStatus.PENDING
    assert other.totals().pending == 1
