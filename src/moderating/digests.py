"""What the content of a link is to moderation, and the hash that names it in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.audit_chain import canonical_json, digest

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord


def link_content(record: LinkRecord) -> dict[str, Any]:
    """Return everything of a link that is looked at. Where it leads comes first, its own target foremost."""
    targets = [record.target, *(rule.target for rule in record.rules), *(one.target for one in record.split)]
    return {
        "targets": list(dict.fromkeys(targets)),
        "title": record.title,
        "description": record.description,
        "tags": list(record.tags),
    }


def link_sha256(record: LinkRecord) -> str:
    """Return the hash of a link's content: a link that is given other content begins a new round."""
    return digest(canonical_json(link_content(record)))
