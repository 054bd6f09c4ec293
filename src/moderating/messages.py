"""The messages by which the owners of content ask for a look at it.

Their ids follow from what is asked about, so that one that is sent again is the same message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord


def link_message(record: LinkRecord) -> dict[str, str]:
    """Return the message about a link's words and targets."""
    event_id = f"link:{record.code}:{record.created_at}:{record.version}"
    return {"kind": "link", "event_id": event_id, "code": record.code}


def asset_message(asset_id: str, account_id: str, worded: int) -> dict[str, str]:
    """Return the message about an asset and an account's words for it, which it has since `worded`."""
    event_id = f"asset:{asset_id}:{account_id}:{worded}"
    return {"kind": "asset", "event_id": event_id, "asset_id": asset_id, "account_id": account_id}
