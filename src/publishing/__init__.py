"""Publishing to other networks: one port, one set of rules, one file to add for each network.

A network (`giphy_publisher.network`, `tenor_publisher.network`) says what to send and how to read the answer;
`NetworkPublisher` does the rest: ratings, daily limits, "never twice for one source id", records, batches.
"""

from publishing.answers import https_url, json_object, refused_answer, short_text
from publishing.batch import run_batch
from publishing.config import PublisherConfigError, checked_limit, chosen_base_url, required_text
from publishing.items import ItemError, PublishItem, Rating, as_tags
from publishing.media import load_media
from publishing.port import Network, Publisher, Sender
from publishing.publisher import NetworkPublisher, Ticket
from publishing.results import ACCOUNT_LEVEL_CODES, PublishResult, PublishState, UploadReport, without_secrets
from publishing.sending import UPLOAD_RETRY, UPLOAD_TIMEOUT_SECONDS
from publishing.store import PublishStore, UploadCounts
from publishing.tags import TagRules, clean_tags

__all__ = [
    "ACCOUNT_LEVEL_CODES",
    "UPLOAD_RETRY",
    "UPLOAD_TIMEOUT_SECONDS",
    "ItemError",
    "Network",
    "NetworkPublisher",
    "PublishItem",
    "PublishResult",
    "PublishState",
    "PublishStore",
    "Publisher",
    "PublisherConfigError",
    "Rating",
    "Sender",
    "TagRules",
    "Ticket",
    "UploadCounts",
    "UploadReport",
    "as_tags",
    "checked_limit",
    "chosen_base_url",
    "clean_tags",
    "https_url",
    "json_object",
    "load_media",
    "refused_answer",
    "required_text",
    "run_batch",
    "short_text",
    "without_secrets",
]
