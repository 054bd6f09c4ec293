"""Publishing on GIPHY: uploads, their status, and the channels we keep them in."""

from giphy_publisher.channels import ChannelError, GiphyChannel, GiphyChannelType
from giphy_publisher.metadata import GiphyContentRating, GiphyUploadMetadata, GiphyUploadResult
from giphy_publisher.publisher import GiphyPublisher

__all__ = [
    "ChannelError",
    "GiphyChannel",
    "GiphyChannelType",
    "GiphyContentRating",
    "GiphyPublisher",
    "GiphyUploadMetadata",
    "GiphyUploadResult",
]
