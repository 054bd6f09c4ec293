"""Imports every documented package while the Worker is imported: without I/O, clock and entropy."""

from __future__ import annotations

import json

import ai_safety_scanner
import analytics
import cdn
import giphy_publisher
import media_jobs
import moderation
import observability
import ratelimit
import sharelinks
import tenor_publisher
from workers import Response, WorkerEntrypoint

PACKAGES = (
    ai_safety_scanner,
    analytics,
    cdn,
    giphy_publisher,
    media_jobs,
    moderation,
    observability,
    ratelimit,
    sharelinks,
    tenor_publisher,
)


class Default(WorkerEntrypoint):
    async def fetch(self, _request):
        signer = cdn.CDNHelper(secret_key="a-key-of-the-tests")
        url = signer.create_signed_asset_url("https://gifdist.io/a/abc123def456")
        return Response(
            json.dumps(
                {
                    "packages": [package.__name__ for package in PACKAGES],
                    "signed_url_is_valid": signer.validate_asset_url(url)[0],
                    "code_length": len(sharelinks.generate_short_code(8)),
                    "verdict": moderation.ContentScanner().scan_metadata("Funny cat")[0].value,
                }
            )
        )
