"""Which consumer a queue belongs to, by the queue's name."""

from __future__ import annotations

from enum import StrEnum

_PREFIX = "gif-distributor-"
_STAGING = "-staging"
_DEAD = "-dead"


class QueuePurpose(StrEnum):
    """What the messages of a queue ask for."""

    MODERATION = "moderation"
    DEAD_MODERATION = "moderation-dead"
    PUBLISHING = "publishing"
    DEAD_PUBLISHING = "publishing-dead"
    NOTICES = "notices"
    DEAD_NOTICES = "notices-dead"
    CLICKS = "clicks"
    DEAD_CLICKS = "clicks-dead"


def purpose_of(queue: str) -> QueuePurpose:
    """Return what a queue is for, in every environment; raise ValueError for a queue nobody consumes.

    Raising leaves its messages in the queue, which is better than a consumer that guesses.
    """
    name = queue.removeprefix(_PREFIX)
    # A dead-letter queue is named after its queue, the environment included.
    is_dead = name.endswith(_DEAD)
    name = name.removesuffix(_DEAD).removesuffix(_STAGING)
    try:
        return QueuePurpose(f"{name}{_DEAD}" if is_dead else name)
    except ValueError:
        raise ValueError(f"no consumer for the queue {queue!r}") from None
