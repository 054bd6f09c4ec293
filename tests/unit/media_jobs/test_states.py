from __future__ import annotations

import itertools

import pytest

from media_jobs import InvalidTransitionError, JobEvent, JobStatus, next_status
from media_jobs.states import TRANSITIONS

FINISHED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


def test_status_values_are_lower_case_words() -> None:
    assert [status.value for status in JobStatus] == [
        "pending",
        "running",
        "completed",
        "failed",
        "cancelled",
    ]


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        ("pending", "lease", "running"),
        ("pending", "cancel", "cancelled"),
        ("running", "complete", "completed"),
        ("running", "fail", "failed"),
        ("running", "expire", "pending"),
        ("running", "exhaust", "failed"),
        ("running", "cancel", "cancelled"),
    ],
)
def test_every_allowed_step_leads_where_the_table_says(before: str, event: str, after: str) -> None:
    assert next_status(JobStatus(before), JobEvent(event)) is JobStatus(after)


@pytest.mark.parametrize(
    ("status", "event"),
    [pair for pair in itertools.product(JobStatus, JobEvent) if pair not in TRANSITIONS],
)
def test_every_other_step_is_refused(status: JobStatus, event: JobEvent) -> None:
    with pytest.raises(InvalidTransitionError, match=status.value) as caught:
        next_status(status, event)
    assert caught.value.code == "invalid_transition"


def test_finished_jobs_never_change_and_every_status_is_reached() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0] in FINISHED]
    assert {JobStatus.PENDING, *TRANSITIONS.values()} == set(JobStatus)
