"""An account's publications: filed once, whatever comes again."""

from __future__ import annotations

from typing import Any

from library.publications import PublicationBook
from sql_port import Database, schema_version


def message(subject: str = "asset:a", round_: int = 1, seq: int = 3) -> dict[str, Any]:
    return {
        "kind": "publish",
        "event_id": f"publish:{subject}:{round_}:{seq}",
        "subject": subject,
        "account_id": "ann",
        "round": float(round_),
        "seq": float(seq),
    }


def case_a_publication_is_filed_once_and_ready(database: Database) -> None:
    book = PublicationBook(database)
    assert book.file(message(), 5.0)
    assert not book.file(message(), 6.0)
    expected = {"event_id": "publish:asset:a:1:3", "subject": "asset:a", "round": 1, "seq": 3}
    assert book.page() == [{**expected, "state": "ready", "filed_at": 5.0}]


def case_content_that_is_approved_again_is_no_second_publication(database: Database) -> None:
    book = PublicationBook(database)
    book.file(message(), 5.0)
    assert not book.file(message(seq=9), 6.0)
    assert book.file(message("link:b"), 7.0)
    assert book.file(message("link:b", round_=2, seq=12), 8.0)
    assert [(one["subject"], one["round"]) for one in book.page()] == [
        ("asset:a", 1),
        ("link:b", 1),
        ("link:b", 2),
    ]
    assert [one["round"] for one in book.page(after=1, limit=1)] == [1]


def case_an_account_without_publications_has_no_table_for_them(database: Database) -> None:
    assert PublicationBook(database).page() == []
    assert schema_version(database, "library_publications") == 0
