"""The Python and TOML blocks of our own documents, each document from top to bottom."""

from __future__ import annotations

from typing import Any

import pytest

from moderation import ContentCategory, ContentScanner, TextRules
from tests.documented.conftest import Run, Services
from tests.documented.markdown import REPOSITORY, blocks, stories

DOCS = REPOSITORY / "docs"
WITH_PYTHON = sorted(path.name for path in DOCS.glob("*.md") if stories(path))
OWN_RULES = [
    ("two frobnicators", ContentCategory.SPAM),
    ("cheap frob club", ContentCategory.SPAM),
    ("cheap frob club berlin", ContentCategory.SAFE),
]


def _run(name: str, run: Run) -> dict[str, Any]:
    """Run the document's blocks in order, in one namespace."""
    return run([block for block in blocks(DOCS / name) if block.language == "python"])


@pytest.mark.parametrize("name", WITH_PYTHON)
def test_a_document_runs_from_top_to_bottom(name: str, run: Run) -> None:
    _run(name, run)


@pytest.mark.parametrize(("title", "category"), OWN_RULES)
def test_the_rules_of_the_text_rules_page_work_in_python(
    title: str, category: ContentCategory, run: Run
) -> None:
    names = _run("text-rules.md", run)
    scanner = ContentScanner(text_rules=names["rules"])
    assert scanner.scan_metadata(title=title)[0] is category
    assert ContentScanner().scan_metadata(title=title)[0] is ContentCategory.SAFE


@pytest.mark.parametrize(("title", "category"), OWN_RULES)
def test_the_rules_of_the_text_rules_page_work_as_a_file(title: str, category: ContentCategory) -> None:
    (toml,) = (block.code for block in blocks(DOCS / "text-rules.md") if block.language == "toml")
    scanner = ContentScanner(text_rules=TextRules.default().with_toml(toml))
    assert scanner.scan_metadata(title=title)[0] is category


def test_the_publishers_page_publishes(
    run: Run, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    _run("publishers.md", run)
    assert capsys.readouterr().out == "published None\n"
    (upload,) = services.giphy.requests
    assert "username" not in {part.name for part in upload.multipart()}
