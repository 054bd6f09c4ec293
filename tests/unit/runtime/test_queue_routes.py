from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from runtime.queue_routes import QueuePurpose, purpose_of

CONFIG = Path(__file__).resolve().parents[3] / "wrangler.moderator.toml"


@pytest.mark.parametrize(
    ("queue", "purpose"),
    [
        ("gif-distributor-moderation", QueuePurpose.MODERATION),
        ("gif-distributor-moderation-staging", QueuePurpose.MODERATION),
        ("gif-distributor-moderation-dead", QueuePurpose.DEAD_MODERATION),
        ("gif-distributor-moderation-staging-dead", QueuePurpose.DEAD_MODERATION),
        ("gif-distributor-publishing", QueuePurpose.PUBLISHING),
        ("gif-distributor-publishing-staging-dead", QueuePurpose.DEAD_PUBLISHING),
        ("gif-distributor-notices", QueuePurpose.NOTICES),
        ("gif-distributor-notices-staging-dead", QueuePurpose.DEAD_NOTICES),
        ("gif-distributor-clicks", QueuePurpose.CLICKS),
        ("gif-distributor-clicks-staging", QueuePurpose.CLICKS),
        ("gif-distributor-clicks-dead", QueuePurpose.DEAD_CLICKS),
        ("gif-distributor-clicks-staging-dead", QueuePurpose.DEAD_CLICKS),
    ],
)
def test_a_queue_has_one_purpose_in_every_environment(queue, purpose):
    assert purpose_of(queue) is purpose


@pytest.mark.parametrize(
    "queue",
    [
        "",
        "gif-distributor-",
        "gif-distributor-assets",
        "gif-distributor-clicks-dead-dead",
        "gif-distributor-clicksstaging",
        "others",
    ],
)
def test_a_queue_that_nobody_consumes_is_refused(queue):
    with pytest.raises(ValueError, match="no consumer for the queue"):
        purpose_of(queue)


def test_every_consumed_queue_of_the_configuration_has_a_purpose():
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    environments = [config, *config["env"].values()]
    for environment in environments:
        consumed = [consumer["queue"] for consumer in environment["queues"]["consumers"]]
        assert sorted(map(purpose_of, consumed)) == sorted(QueuePurpose)
