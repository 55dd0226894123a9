"""A morning in Slack by every kind of request, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.history import verify
from tests.delivery.postgres import Postgres
from tests.slack_channel.stage import OFFICE, PEOPLE, Workplace, open_workplace

A, B, C, D, STRANGER = PEOPLE["A"], PEOPLE["B"], PEOPLE["C"], PEOPLE["D"], "U7"


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workplace]:
    url = ""
    if request.param == "PostgreSQL":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.make("template1")
    with open_workplace(tmp_path, url) as found:
        yield found


def test_a_morning_of_everybody(place: Workplace) -> None:
    place.write(STRANGER, "iam B")
    assert "holds B from today" in place.write(OFFICE, "approve 1")[0]

    reminder, said = place.last_to(B), "slipping to Jan-23, waiting on the printer"
    assert "new timescale Jan-23" in place.write(B, said, thread=reminder, ts="1700000000.000001")[0]
    edited = place.edit(B, "1700000000.000001", said, "half of it is printed", thread=reminder)
    assert edited == ["Your entry on P1.1c now reads: “half of it is printed”."]

    place.slash(A, "/update", "P1.1a")
    answers = {"rating": "at_risk", "reason": "no printer", "progress": "half", "evidence": "https://example.org"}
    assert place.submit(A, **answers) == {}
    assert "P1.1a is now 🔴 At risk" in place.deliver_to(A)[0]
    assert place.write(A, "undo")[0].startswith("Undone: the evidence for P1.1a")

    place.slash(OFFICE, "/hear", "at-risk")
    place.open_home(A)
    place.write(C, "rag P1.1b red the clinics have not answered")
    assert "P1.1b · 🔴 At risk" in json.dumps(place.slack.homes[A], ensure_ascii=False)
    assert "acknowledged" in place.write(D, "ack P1.1b")[0]
    place.slash(D, "/digest", "The Board")
    place.deliver_to(D)
    assert [upload.state for upload in place.slack.files.values()] == ["complete", "complete"]

    place.tick("2022-09-05 12:00")
    assert [post.text for post in place.slack.posts if post.channel == "C1" and "P1.1b" in post.text] != []
    with place.app.db.read() as tx:
        assert verify(tx).faults == ()


def test_many_people_at_once_are_all_answered(place: Workplace) -> None:
    refs = {A: "P1.1a", B: "P1.1c", C: "P1.2a"}

    def speak(user: str) -> list[str]:
        ratings = ("on-track", "vulnerable the printer is late")
        return [
            place.http.command("/rag", f"{refs[user]} {ratings[n % 2]}", user_id=user, trigger_id=f"{n}.{user}").json()[
                "text"
            ]
            for n in range(12)
        ]

    with ThreadPoolExecutor(3) as pool:
        told = [text for texts in pool.map(speak, refs) for text in texts]
    assert [text for text in told if " is now " not in text] == []
    with place.app.db.read() as tx:
        assert verify(tx).faults == ()
