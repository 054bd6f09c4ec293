"""How uploads are sent: patient with large media, and never in a way that could make two of one."""

from __future__ import annotations

from outbound.retry import RetryPolicy

UPLOAD_TIMEOUT_SECONDS = 120.0
UPLOAD_RETRY = RetryPolicy(
    max_retries=1, max_server_delay_seconds=10.0, statuses=frozenset({429}), only_if_unsent=True
)
"""No network recognises a repeated upload: only what cannot have been carried out is sent again."""
