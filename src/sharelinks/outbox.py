"""Which versions of a link the readers' copies have: KV and the account's library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sql_port.outbox import Outbox

if TYPE_CHECKING:
    from sql_port import Database


class LinkOutbox(Outbox):
    """Remembers, per destination, the newest version of a link that arrived."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "link_outbox")
