"""Every Python example of the two given documents, word for word, with everything it prints."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

import pytest

from media_jobs import JobStatus
from sharelinks import ShareLinkGenerator
from tests.documented.conftest import GIF, Run, Services
from tests.documented.markdown import HERE, READMES, Block, stories
from tests.stubs.openai import error_reply

# The documents are given: the library follows them, never the other way round. The formatter reads Markdown
# too; "fmt: off", the one line added to the copies, keeps it out.
SHA256 = {
    "readme_000.md": "e8fb9ab8ee7353f45f4dcb847f1e98ac1545fd7c0f3ec072fe21f41cba8e6f58",
    "readme_001.md": "583a1de4850ff236870fd01c0963e8fa004a26b963c88d01ee67faf09e550ce5",
}
SHORT_URL = r"https://gifdist\.io/s/[0-9A-Za-z]{8}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"
MOMENT = r"(None|\d+\.\d+)"

# By the heading a story begins with: what it prints, one pattern a line.
OUTPUT: dict[str, tuple[str, ...]] = {
    "Basic Example": (rf"Short URL: {SHORT_URL}", r"Canonical URL: https://gifdist\.io/a/abc123def456"),
    "Integration: Share Links + Analytics": ("Views: 1",),
    "Integration: Full Stack with Observability": ("Operation completed - Logs: 2, Active traces: 0",),
    "CDN Configuration": ("URL is valid",),
    "Analytics Tracking": (
        "Views: 1",
        "Plays: 1",
        r"CTR: 0\.0%",
        r"Play Rate: 100\.0%",
        r"Slack metrics: \{'views': 1, 'plays': 1, 'clicks': 0, 'ctr': 0\.0, 'play_rate': 100\.0\}",
        r"Asset abc123def456: 0\.0% CTR",
        "Short link views: 1",
        r"Short link CTR: 0\.0%",
    ),
    "Rate Limiting": ("Request allowed", "IP quota: 98, User quota: 98"),
    "Observability": ("Total logs: 2", "Active traces: 0", r"p95: 123\.45ms, p99: 123\.45ms"),
    "AI Safety Scanning": (
        "Content approved with 99% confidence",
        "Text scan: Safe",
        "Confidence: 99%",
        "Visual scan: Safe",
        "Confidence: 99%",
        "Description: .+",
    ),
    "Media Jobs Runtime": (
        "Status: (pending|running|completed|failed)",
        f"Started: {MOMENT}",
        f"Completed: {MOMENT}",
        r"Active workers: ([2-9]|10)",
        "Queue size: [0-3]",
        "Jobs processed: [0-3]",
        r"Avg duration: \d+\.\d\ds",
        "(Job cancelled)?",
    ),
    "Content Moderation": (
        "Content flagged for manual review: .+",
        f"{TIME}: approved by moderator_jane",
        f"{TIME}: flagged by automatic",
        r"Approval rate: 0\.0%",
        r"Rejection rate: 0\.0%",
        r"Flag rate: 100\.0%",
    ),
    "GIPHY Publisher": (
        "Upload successful!",
        "GIPHY ID: giphy0001",
        r"GIPHY URL: https://giphy\.com/gifs/giphy0001",
        r"Embed URL: https://giphy\.com/embed/giphy0001",
        "Status: published",
        "Views: None",
        "Total uploads: 1",
        "Upload limit remaining: 9",
        "Uploaded 5/5 GIFs",
    ),
    "Tenor Publisher": (
        "Upload successful!",
        "Tenor ID: 9000000001",
        r"Tenor URL: https://tenor\.com/view/uploaded-gif-9000000001",
        "Total uploads: 1",
        "Upload limit remaining: 999",
        r"Estimated monthly searches: \d+",
    ),
}
# What goes to standard error: the log lines, as JSON.
LOGGED = {
    "Integration: Full Stack with Observability": ["Creating share link", "Generated signed CDN URL"],
    "Observability": ["Processing asset request", "Upload failed"],
}
STORIES = [story for name in READMES for story in stories(HERE / name)]


def _story(heading: str, readme: str = "readme_001.md") -> list[Block]:
    (found,) = (s for s in STORIES if s[0].document == readme and s[0].heading == heading)
    return found


def _block(heading: str, readme: str) -> Block:
    (found,) = (b for s in STORIES for b in s if b.document == readme and b.heading == heading)
    return found


def _lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", READMES)
def test_the_copies_are_as_given(name: str) -> None:
    assert hashlib.sha256((HERE / name).read_bytes()).hexdigest() == SHA256[name]


def test_every_example_is_run_and_every_expectation_belongs_to_one() -> None:
    headings = [b.heading for s in STORIES for b in s if b.document == "readme_001.md"]
    assert len(headings) == 14
    assert {s[0].heading for s in STORIES} == set(OUTPUT)
    assert [b.heading for b in _story("Basic Example")] == headings[:3]
    assert [b.heading for s in STORIES for b in s if b.document == "readme_000.md"] == [
        *headings[:7],
        "Observability",
    ]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story[0].document}-{story[0].heading}")
def test_an_example_prints_what_it_promises(
    story: list[Block], run: Run, videos: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    heading = story[0].heading
    run(story)
    printed, logged = capsys.readouterr()
    # The patterns may allow for a line that is not always there.
    pattern = "".join(rf"{line}\n" if line[-1] != "?" else rf"({line[:-1]}\n)?" for line in OUTPUT[heading])
    assert re.fullmatch(pattern, printed), printed
    assert [json.loads(line)["message"] for line in logged.splitlines()] == LOGGED.get(heading, [])


@pytest.mark.parametrize("readme", READMES)
def test_the_hash_example_names_the_file_by_its_content(readme: str, run: Run) -> None:
    names = run(_story("Basic Example", readme))
    assert names["file_hash"] == hashlib.sha256(GIF).hexdigest()
    assert names["asset_id"] == names["generator"].generate_hash_based_id(names["file_hash"])
    assert names["asset_info"] is None, "nobody has made the code Ab12Cd34"


@pytest.mark.parametrize("readme", READMES)
def test_the_resolving_example_prints_a_link_that_exists(
    readme: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    block = _block("Resolving Short Links", readme)
    generator = ShareLinkGenerator(base_url="https://gifdist.io")
    link = generator.create_share_link(asset_id="abc123def456")
    code = block.code.replace("Ab12Cd34", link["short_code"])
    assert code != block.code
    run([replace(block, code=code)], {"generator": generator})
    assert _lines(capsys) == ["Asset ID: abc123def456", "Clicks: 1"]


@pytest.mark.parametrize("readme", READMES)
def test_the_cdn_example_gets_the_first_kilobyte(readme: str, run: Run) -> None:
    names = run(_story("CDN Configuration", readme))
    assert names["status_code"] == 206
    assert names["range_spec"] == (0, 1023)
    assert names["headers"]["Content-Range"] == "bytes 0-1023/1024000"
    assert "immutable" in names["headers"]["Cache-Control"]


def test_the_media_example_leaves_its_files_behind(run: Run, videos: bool) -> None:
    names = run(_story("Media Jobs Runtime"))
    queue = names["queue"]
    first, transcode, thumbnail = (
        queue.get_job_status(names[key]).status for key in ("job_id", "transcode_job_id", "thumbnail_job_id")
    )
    done = JobStatus.COMPLETED if videos else JobStatus.FAILED
    assert (transcode, thumbnail) == (done, done)
    assert first in (done, JobStatus.CANCELLED), "the example cancels it if it still waits"


def test_the_scanning_example_sends_text_and_picture(run: Run, services: Services) -> None:
    run(_story("AI Safety Scanning"))
    (texts,) = services.openai.texts
    assert "Funny Cat GIF" in "\n".join(texts)
    assert len(services.openai.images) == 1


def test_the_scanning_example_rejects_what_the_service_flags(
    run: Run, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.openai.words["backflips"] = {"violence": 0.97}
    run(_story("AI Safety Scanning"))
    printed = _lines(capsys)
    assert printed[0].startswith("Content rejected: ")
    assert "Text scan: Unsafe" in printed
    assert "Visual scan: Safe" in printed


def test_the_scanning_example_never_approves_without_an_answer(
    run: Run, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = error_reply(401, "Incorrect API key provided.", "invalid_api_key")
    services.openai.script(*[refusal] * 8)
    run(_story("AI Safety Scanning"))
    printed = _lines(capsys)
    assert printed[0].startswith("Content rejected: ")
    assert "Text scan: Unsafe" in printed
    assert "Visual scan: Unsafe" in printed


def test_the_moderation_example_records_the_review(run: Run) -> None:
    names = run(_story("Content Moderation"))
    assert names["audit_entry"].scan_id == names["result"].scan_id
    assert names["audit_trail"][0] == names["audit_entry"]


def test_the_giphy_example_sends_the_batch_and_its_channel_stays_ours(run: Run, services: Services) -> None:
    names = run(_story("GIPHY Publisher"))
    uploads = [r.multipart() for r in services.giphy.requests if r.method == "POST"]
    sources = [
        part.content.decode() for parts in uploads for part in parts if part.name == "source_image_url"
    ]
    assert sources == [
        "https://cdn.example.com/my-gif.gif",
        *(f"https://cdn.example.com/gif-{number}.gif" for number in range(5)),
    ]
    assert names["publisher"].get_channel("my_brand_channel") == names["channel"]


def test_the_giphy_example_tells_of_a_key_that_is_refused(
    run: Run, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.giphy._api_key = "another-key"
    run(_story("GIPHY Publisher"))
    printed = _lines(capsys)
    assert printed[0].startswith("Upload failed: ")
    assert "Status: not_uploaded" in printed
    assert "Total uploads: 0" in printed
    assert printed[-1] == "Uploaded 0/5 GIFs"


def test_the_tenor_example_sends_the_batch(run: Run, services: Services) -> None:
    names = run(_story("Tenor Publisher"))
    assert len(services.tenor.requests) == 4
    assert [result.success for result in names["batch_results"]] == [True] * 3
    assert names["formatted_tags"] == ["funny cat", "reaction", "cute animals"]


def test_the_tenor_example_says_that_tenor_is_gone(
    run: Run,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("TENOR_API_BASE_URL")
    names = run(_story("Tenor Publisher"))
    assert names["result"].error_code == "service_retired"
    assert _lines(capsys)[0].startswith("Upload failed: ")
