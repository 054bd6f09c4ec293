from __future__ import annotations

import pytest

from pages.password import password_form
from tests.unit.pages.reader import read


def test_the_form_posts_the_password_to_the_address_it_came_from():
    page = password_form()
    root = read(page.text)
    form = root.one("form")
    assert page.status == 200
    assert form.attributes == {"method": "post"}
    field = form.one("input").attributes
    assert (field["type"], field["name"], field["autocomplete"]) == (
        "password",
        "password",
        "current-password",
    )
    assert "required" in field
    assert "value" not in field
    assert not {"aria-invalid", "aria-describedby"} & set(field)
    assert form.one("label").attributes["for"] == field["id"]
    assert root.one("title").text == "This link needs a password · GIF Distributor"
    assert "alert" not in page.text


@pytest.mark.parametrize(
    ("wrong", "retry_after", "status", "words"),
    [
        (True, None, 403, "This password is wrong."),
        (True, 30, 429, "This password is wrong. There were too many attempts. Try again in 30 seconds."),
        (False, 299.2, 429, "There were too many attempts. Try again in 5 minutes."),
    ],
)
def test_an_error_is_announced_and_belongs_to_the_field(wrong, retry_after, status, words):
    page = password_form(wrong, retry_after)
    root = read(page.text)
    field = root.one("input").attributes
    error = root.by_id(field["aria-describedby"])
    assert page.status == status
    assert (error.text, error.attributes["role"]) == (words, "alert")
    assert (field.get("aria-invalid") == "true") == wrong
    assert root.one("title").text.startswith("Error: ")
    assert ("retry-after" in page.headers) == (retry_after is not None)


def test_the_answer_to_the_form_may_redirect_to_the_target():
    for page in (password_form(), password_form(True)):
        assert "form-action 'self' https: http:;" in page.headers["content-security-policy"]
