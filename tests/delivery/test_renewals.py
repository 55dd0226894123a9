"""What is queued so that what was said stays true, on each database."""

from __future__ import annotations

from programme.messages import Request, Where
from storage.renewals import open_home
from tests.delivery.scene import MONDAY, Scene


def test_a_message_and_a_home_are_renewed_after_a_change(either: Scene) -> None:
    either.tick(MONDAY)
    for page in (2, 1):
        with either.app.db.write() as tx:
            open_home(tx, "slack:T1:U1", page, either.now)
    assert [row.state for row in either.rows("home")] == ["due"]
    either.tick()
    either.say("A", "rag P1.1a red no printer")
    either.say("A", "mitigation P1.1a print it next door; A; 30 September 2022")
    assert len([row for row in either.rows("edit", "home") if row.state == "due"]) == 2
    either.tick("2022-09-05 09:01")
    (post,) = either.posts_to("U1")
    assert "✓ Answered by A on 5 September: 🔴 At risk." in post.text
    assert "At risk" in str(either.slack.homes["U1"]["blocks"])


def test_a_notice_is_renewed_too(either: Scene) -> None:
    either.group("The Board", chair="B", strategic=True)
    either.tick(MONDAY)
    either.say("A", "rag P1.1a red no printer")
    either.tick("2022-09-05 09:15")
    notice = either.posts_to("U2")[-1]
    either.at("2022-09-05 09:30").say("B", "ack P1.1a")
    either.tick()
    assert "Acknowledged: by B after 30 minutes" in notice.text


def test_a_channel_is_told_and_then_its_message_is_renewed(either: Scene) -> None:
    door = either.app.door(lambda: either.now)
    either.group("The Board", chair="B", strategic=True, channel="slack:T1:C1")
    either.tick(MONDAY)
    either.say("A", "rag P1.1a red no printer")
    either.tick("2022-09-05 09:15")
    assert door.answer(Request("slack:T1:U2", "hear at-risk", Where("slack", "C1", workspace="T1")))
    either.say("A", "rag P1.1a green")
    either.tick("2022-09-05 09:30")
    told = [post for post in either.slack.posts if post.channel == "C1"]
    assert [post.text for post in told] == [
        "P1.1a is 🟢 On track since 5 September 2022.",
        "🟢 On track since 5 September 2022 (was 🔴 At risk).",
    ]


def test_a_digest_is_renewed_ten_minutes_after_the_first_change(either: Scene) -> None:
    either.group("The Board", "2022-09-12 10:00", "2022-12-06 10:00", chair="B", strategic=True)
    either.group("The Forum", "2022-09-12 10:00", chair="B", scope=["P1.2"])
    either.tick(MONDAY)
    digests = {post.text.partition(":")[0]: post for post in either.posts_to("U2") if ": digest for" in post.text}
    assert digests.keys() == {"The Board", "The Forum"}
    either.at("2022-09-05 10:00").say("A", "rag P1.1a red no printer")
    either.at("2022-09-05 10:05").say("A", "rag P1.1a amber a printer is lent")
    late = [row for row in either.rows("edit") if "since" in row.facts]
    assert {either.minutes_after(either.now, row.due_at) for row in late} == {5}
    either.tick("2022-09-05 10:10")
    assert "P1.1a 🟠 Vulnerable" in digests["The Board"].text
    assert digests["The Forum"].edits == 0
    assert sorted(row.state for row in either.rows("edit") if "since" in row.facts) == ["dropped", "sent"]
    either.at("2022-09-12 10:05").say("A", "rag P1.1a green")
    assert len([row for row in either.rows("edit") if "since" in row.facts]) == 2
