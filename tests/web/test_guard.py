"""The demo asks nobody to sign in, so it answers this machine's own pages and nobody else."""

from __future__ import annotations

import pytest

from tests.web.stage import MemoryStage
from tests.web.visitor import HERE, Visitor


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000", "localhost"])
def test_it_answers_to_this_machines_names(host: str) -> None:
    assert Visitor(MemoryStage()).get("/", {"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost:8000@evil", "192.168.1.5:8000"],
)
@pytest.mark.parametrize("path", ["/", "/as/SENDPO", "/start-over", "/static/chat.js", "/static/looks.css"])
def test_it_answers_to_no_other_name(path: str, host: str) -> None:
    answer = Visitor(MemoryStage()).get(path, {"host": host})
    assert answer.status_code == 403
    assert answer.text.startswith("This demo answers only on this machine")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"host": "evil.example:8000", "origin": "http://evil.example:8000"},
    ],
)
@pytest.mark.parametrize("path", ["/as/SENDPO/say", "/move", "/start-over"])
def test_a_form_of_another_site_does_nothing(path: str, headers: dict[str, str]) -> None:
    stage = MemoryStage()
    stage.say("SENDPO", "status", {})
    before = (stage.clock, list(stage.heard), list(stage.lines("SENDPO")))
    answer = Visitor(stage).post(path, {"text": "status", "move": "hour"}, headers)
    assert answer.status_code == 403
    assert "\n" not in answer.text.strip()
    assert (stage.clock, stage.heard, stage.lines("SENDPO")) == (before[0], before[1], tuple(before[2]))


def test_the_pages_own_forms_and_this_machines_programs_are_answered() -> None:
    visitor = Visitor(MemoryStage())
    own = {"origin": HERE, "sec-fetch-site": "same-origin"}
    assert visitor.post("/as/SENDPO/say", {"text": "status"}, own).status_code == 200
    by_name = {"host": "localhost:8000", "origin": "http://localhost:8000"}
    assert visitor.post("/as/SENDPO/say", {"text": "status"}, by_name, follow=False).status_code == 303


@pytest.mark.parametrize("path", ["/", "/as/SENDPO", "/as/nobody", "/start-over", "/static/chat.js"])
def test_every_answer_forbids_inline_script_and_framing(path: str) -> None:
    headers = Visitor(MemoryStage()).get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_refusal_carries_the_same_headers() -> None:
    assert "content-security-policy" in Visitor(MemoryStage()).get("/", {"host": "evil.example"}).headers
