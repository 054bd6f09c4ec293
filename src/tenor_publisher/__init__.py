"""Publishing on Tenor, or on a service that speaks its contract: Tenor itself went off on 2026-06-30."""

from tenor_publisher.metadata import TenorContentRating, TenorUploadMetadata, TenorUploadResult
from tenor_publisher.publisher import TenorPublisher

__all__ = [
    "TenorContentRating",
    "TenorPublisher",
    "TenorUploadMetadata",
    "TenorUploadResult",
]
