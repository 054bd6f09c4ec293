"""The service down, slow, hostile or out of its mind: nothing of it ever approves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ai_safety_scanner import Endpoint
from ai_safety_scanner.contract import TEXT_CATEGORIES
from moderating.looking import MAX_WAIT_SECONDS, MIN_WAIT_SECONDS
from moderating.patience import MAX_WAIT_SECONDS as LONGEST_PAUSE
from moderating.settings import Settings
from tests.stubs.http_server import Answer, Disconnect, Raw, Recorded, Reply, Silence, cut_short, json_reply
from tests.stubs.openai import (
    IMAGE_CATEGORIES,
    OpenAIStub,
    Scores,
    answer,
    busy,
    error_reply,
    garbage,
    png_pixels,
    result,
    slow_drip,
)
from tests.unit.ai_safety_scanner.pictures import GREY, WHITE, animation
from tests.unit.moderating.looks import Desk, asking, asset, link

CLEAN = json_reply(answer(result()))
TWO_FRAMES = animation(WHITE, GREY)


def grey_is_unsafe(data: bytes) -> Scores:
    return {"sexual": 0.97} if png_pixels(data)[2][0] == 128 else {}


@pytest.fixture
def service() -> Iterator[OpenAIStub]:
    with OpenAIStub() as stub:
        yield stub


PASSING = [
    (busy(), "rate_limited"),
    (Reply(500), "service_error"),
    (error_reply(503, "Overloaded", None), "service_error"),
    (Disconnect(), "service_unreachable"),
    (cut_short(CLEAN, 40), "service_unreachable"),
    (Raw(b"garbage\r\n\r\n"), "service_unreachable"),
]
LASTING = [
    (garbage(), "bad_answer"),
    (Reply(200, (), b"\xff\xfe"), "bad_answer"),
    (json_reply([]), "bad_answer"),
    (json_reply(answer()), "bad_answer"),
    (json_reply(answer(result(), result())), "bad_answer"),
    (error_reply(401, "Incorrect API key provided", "invalid_api_key"), "key_refused"),
    (error_reply(400, "no", "invalid_value"), "request_refused"),
    (Reply(302, (("location", "/v1/moderations"),)), "unexpected_status"),
    (Reply(204), "unexpected_status"),
]


@pytest.mark.parametrize(("reply", "code"), PASSING)
def test_an_outage_that_may_pass_is_pending_and_the_next_look_decides(
    service: OpenAIStub, reply: Answer, code: str
) -> None:
    desk = Desk()
    service.script(*[reply] * 3)
    found = desk.look(asset(TWO_FRAMES, title="a cat"), asking(service))
    assert (found.decision, found.verdict["reason"], found.retry_after_seconds) == (
        "pending",
        f"{code}: text",
        30,
    )
    # Every try counts, and the next look pays for itself.
    assert (len(service.requests), desk.spent) == (3, 3)
    assert desk.look(asset(TWO_FRAMES, title="a cat"), asking(service)).decision == "approved"


@pytest.mark.parametrize(("reply", "code"), PASSING)
def test_an_outage_between_two_frames_is_pending(service: OpenAIStub, reply: Answer, code: str) -> None:
    service.script(json_reply(answer(result(image=True))), *[reply] * 3)
    found = Desk().look(asset(TWO_FRAMES), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("pending", f"{code}: picture")


def test_what_an_outage_kept_from_being_sent_is_given_back(service: OpenAIStub) -> None:
    desk = Desk()
    service.script(*[Reply(500)] * 3)
    assert desk.look(asset(TWO_FRAMES), asking(service)).decision == "pending"
    assert desk.spent == len(service.requests) == 3
    service.script(busy("600"))
    assert desk.look(asset(TWO_FRAMES), asking(service)).decision == "pending"
    assert desk.spent == len(service.requests) == 4


def test_an_outage_does_not_use_the_budget_up_without_a_call(service: OpenAIStub) -> None:
    desk = Desk()
    out_of_time = asking(service, scan_timeout_seconds=0.0)
    for _ in range(20):
        assert desk.look(asset(TWO_FRAMES), out_of_time).decision == "pending"
    assert (desk.spent, service.requests) == (0, [])
    assert desk.look(asset(TWO_FRAMES), asking(service, openai_calls_per_day=2)).decision == "approved"


@pytest.mark.parametrize(("reply", "code"), LASTING)
def test_what_a_retry_cannot_help_goes_to_a_person_at_once(
    service: OpenAIStub, reply: Answer, code: str
) -> None:
    service.script(reply)
    found = Desk().look(link(title="a cat"), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("flagged", f"{code}: text")
    assert len(service.requests) == 1


def test_a_picture_that_was_not_looked_at_is_no_clean_picture(service: OpenAIStub) -> None:
    service.script(json_reply(answer(result())))
    found = Desk().look(asset(animation(WHITE)), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("flagged", "bad_answer: picture")


def test_what_was_found_before_an_outage_refuses_all_the_same(service: OpenAIStub) -> None:
    service.judge_image = grey_is_unsafe
    unsafe = json_reply(answer(result({"sexual": 0.97}, image=True)))
    service.script(unsafe, *[Reply(500)] * 3)
    assert Desk().look(asset(TWO_FRAMES), asking(service)).decision == "rejected"


@pytest.mark.parametrize("reply", [Silence(), slow_drip()])
def test_a_service_that_does_not_come_to_an_end_is_pending_when_the_time_of_the_look_is_up(
    service: OpenAIStub, reply: Answer
) -> None:
    service.script(*[reply] * 3)
    found = Desk().look(asset(TWO_FRAMES, title="a cat"), asking(service, scan_timeout_seconds=0.3))
    assert (found.decision, found.verdict["reason"]) == ("pending", "service_unreachable: text")


def test_no_call_is_sent_when_the_time_of_the_look_is_used_up(service: OpenAIStub) -> None:
    found = Desk().look(link(title="a cat"), asking(service, scan_timeout_seconds=0))
    assert (found.decision, service.requests) == ("pending", [])


def test_nobody_listening_is_pending() -> None:
    nobody = Settings(openai=Endpoint("sk-test", "http://127.0.0.1:9/v1"))
    found = Desk().look(link(title="a cat"), nobody)
    assert (found.decision, found.verdict["reason"]) == ("pending", "service_unreachable: text")


@pytest.mark.parametrize(
    ("asked", "told", "tries"),
    [
        ("120", 120.0, 1),
        (str(10 * MAX_WAIT_SECONDS), MAX_WAIT_SECONDS, 1),
        (str(LONGEST_PAUSE), LONGEST_PAUSE, 3),
        ("0", MIN_WAIT_SECONDS, 3),
        ("Wed, 21 Oct 2015 07:28:00 GMT", MIN_WAIT_SECONDS, 3),
        ("soon", 30.0, 3),
        ("-5", 30.0, 3),
    ],
)
def test_the_pause_that_the_service_asks_for_is_kept_within_bounds(
    service: OpenAIStub, asked: str, told: float, tries: int
) -> None:
    service.script(*[busy(asked)] * 3)
    found = Desk().look(link(title="a cat"), asking(service))
    assert (found.decision, found.retry_after_seconds) == ("pending", told)
    assert len(service.requests) == tries


def test_a_long_pause_is_not_waited_for_by_the_consumer(service: OpenAIStub) -> None:
    desk = Desk()
    service.script(busy("59"))
    assert desk.look(link(title="a cat"), asking(service)).retry_after_seconds == 59
    assert desk.waits == []


def test_a_key_that_no_header_can_hold_goes_to_a_person_without_a_call(service: OpenAIStub) -> None:
    found = Desk().look(link(title="a cat"), Settings(openai=Endpoint("no key", service.base_url)))
    assert (found.decision, found.verdict["reason"]) == ("flagged", "unusable_api_key: text")


def test_a_strange_but_valid_answer_fits_into_the_record(service: OpenAIStub) -> None:
    """A service may add categories, with names and in numbers of its own."""
    strange = {f"new/{number}": number / 1_000_000 for number in range(300)}
    body = answer(result({**strange, "half \ud800": 0.001, "x" * 500: 0.002, "": 0.003}))
    body["model"] = "omni \ud800" + "y" * 500
    service.script(json_reply(body))
    found = Desk().look(link(title="a cat"), asking(service))
    assert (found.decision, len(found.verdict["model"])) == ("approved", 200)
    assert set(found.verdict["scores"]) >= {f"text/{name}" for name in TEXT_CATEGORIES}


def test_hundreds_of_violated_categories_fit_into_the_record(service: OpenAIStub) -> None:
    service.script(json_reply(answer(result({f"new/{number}": 0.9 for number in range(300)}))))
    found = Desk().look(link(title="a cat"), asking(service))
    assert (found.decision, len(found.verdict["categories"])) == ("flagged", 32)
    assert len(found.verdict["reason"]) == 1_000


class Scripted(OpenAIStub):
    """Answers by a list that a test may change while the server runs; after its end everything is clean."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Reply] = []
        self.since = 0

    def begin(self, replies: list[Reply]) -> None:
        self.replies, self.since = replies, len(self.requests)

    def given(self) -> list[tuple[Recorded, Reply | None]]:
        """Return the requests since the beginning with the replies they got, None for the stub's own."""
        requests = self.requests[self.since :]
        return [
            (one, self.replies[at] if at < len(self.replies) else None) for at, one in enumerate(requests)
        ]

    def respond(self, request: Recorded) -> Answer:
        at = len(self.requests) - self.since - 1
        return self.replies[at] if at < len(self.replies) else super().respond(request)


@pytest.fixture(scope="module")
def scripted() -> Iterator[Scripted]:
    with Scripted() as stub:
        yield stub


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
STATUSES = st.sampled_from([200, 201, 202, 301, 400, 401, 403, 404, 408, 409, 418, 429, 500, 502, 503, 599])


def good(*, image: bool = True) -> dict[str, Any]:
    return answer(result(image=image))


@st.composite
def spoilt(draw: st.DrawFn) -> Reply:
    """Return a success with one thing about it that keeps it from being a clean answer."""
    body = good()
    head, found = body, body["results"][0]
    category = draw(st.sampled_from(IMAGE_CATEGORIES))
    part, key, wrong = draw(
        st.sampled_from(
            [
                *[(head, name, value) for name in ("id", "model") for value in (None, 1, [])],
                *[(head, "results", value) for value in (None, {}, [], [None], [found, found])],
                *[(found, "flagged", value) for value in (None, 0, "false", True)],
                *[
                    (found, name, value)
                    for name in ("categories", "category_scores")
                    for value in (None, [], {})
                ],
                *[(found["categories"], category, value) for value in (None, 1, "no", True)],
                *[
                    (found["category_scores"], category, value)
                    for value in (None, -0.1, 1.1, "0", 0.06, 0.99, True)
                ],
            ]
        )
    )
    if draw(st.booleans()):
        del part[key]
    else:
        part[key] = wrong
    return json_reply(body)


@st.composite
def anything(draw: st.DrawFn) -> Reply:
    """Return any status with any body, clean ones too."""
    status = draw(STATUSES)
    body = draw(
        st.one_of(
            st.binary(max_size=40),
            JSON.map(lambda value: json.dumps(value).encode()),
            st.just(json.dumps(good()).encode()),
        )
    )
    return Reply(status, (("content-type", "application/json"),), body)


OUTAGES = st.sampled_from([busy(), busy("0"), Reply(500), Reply(408)]).map(lambda reply: [reply] * 3)
ONE_BY_ONE = (st.just(json_reply(good())) | spoilt() | anything()).map(lambda reply: [reply])
REPLIES = st.lists(ONE_BY_ONE | OUTAGES, max_size=9).map(lambda groups: list(chain(*groups)))


@settings(max_examples=150, deadline=None)
@given(replies=REPLIES)
def test_approved_means_that_the_last_word_on_everything_was_well_formed_and_clean(
    scripted: Scripted, replies: list[Reply]
) -> None:
    scripted.begin(replies)
    found = Desk().look(asset(TWO_FRAMES, title="a cat"), asking(scripted))
    last_words = {request.body: reply for request, reply in scripted.given()}
    clean = json.dumps(good()).encode()
    is_clean = len(last_words) == 3 and all(
        reply is None or (reply.status == 200 and reply.body == clean) for reply in last_words.values()
    )
    event(found.decision)
    assert (found.decision == "approved") == is_clean
