"""Messages edited in place and Homes shown anew: done again when in doubt, and nobody's business when they fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.deliver import Compose, Composed, Deliverer, Tally
from programme.message_json import message_to_dict
from programme.messages import Heading, Message, Text
from storage import outbox
from storage.db import Tx
from tests.delivery.scene import MONDAY, Scene
from tests.story import london

NINE = london(MONDAY)
U1 = "slack:T1:U1"


def words(text: str, parts: int = 1) -> Message:
    return Message(text, (Text(text), *(Heading(f"{text} {n}") for n in range(50 * (parts - 1)))))


def edit_of(post: str, message: Message) -> Compose:
    return lambda tx, row, now: Composed(message, ("P1.1a",), how="edit", conversation="DU1", post=post)


def home_of(message: Message) -> Compose:
    return lambda tx, row, now: Composed(message, how="home")


def deliver(scene: Scene, compose: Compose) -> Tally:
    """One run in which every row says what `compose` makes of it."""
    app = scene.app
    return Deliverer(app.db, app.senders, compose, app.calendar, lambda: scene.now).run()


def answer(scene: Scene, message: Message, **facts: object) -> str:
    """Something was said to the first person; where it stands."""
    with scene.app.db.write() as tx:
        facts = {"message": message_to_dict(message), **facts}
        outbox.say(tx, f"answer {len(scene.slack.posts)}", "reply", U1, due_at=NINE, facts=facts)
    scene.tick(MONDAY)
    return scene.slack.posts[0].ts


def renew(scene: Scene, kind: str, subject: str = "1", to: str = U1) -> bool:
    with scene.app.db.write() as tx:
        return outbox.renew(tx, kind, to, subject, due_at=scene.now, facts={})


def states(scene: Scene, kind: str) -> list[tuple[str, str]]:
    return [(row.state, row.trouble) for row in scene.rows(kind)]


def texts(scene: Scene) -> list[str]:
    return [post.text for post in scene.slack.posts]


# Queued once


def test_many_changes_are_one_message_until_it_is_taken_up(either: Scene) -> None:
    assert [renew(either, "edit"), renew(either, "edit"), renew(either, "edit", "2")] == [True, False, True]
    assert renew(either, "home")
    assert renew(either, "edit", to="slack:T1:U2")
    keys = [row.key for row in either.rows()]
    assert keys == ["edit:slack:T1:U1:1:1", "edit:slack:T1:U1:2:1", "home:slack:T1:U1:1:1", "edit:slack:T1:U2:1:1"]
    with either.app.db.write() as tx:
        assert outbox.claim(tx, NINE, lease="a run", schemes=["slack"], kinds=["edit"])
    assert [renew(either, "edit"), renew(either, "edit")] == [True, False]
    assert either.rows()[-1].key == "edit:slack:T1:U1:1:2"


def test_a_change_after_the_message_went_is_another_message(either: Scene) -> None:
    post = answer(either, words("it is due"))
    for text in ("it is done", "it is back"):
        assert renew(either, "edit")
        deliver(either, edit_of(post, words(text)))
        assert texts(either)[0] == text
    assert states(either, "edit") == [("sent", ""), ("sent", "")]


def test_a_run_ends_however_fast_homes_are_opened(scene: Scene) -> None:
    instants = [scene.now]

    def reached(step: str) -> None:
        if step == "settled" and len(instants) < 9:
            instants.append(instants[-1] + timedelta(seconds=1))
            scene.now = instants[-1]
            renew(scene, "home")

    renew(scene, "home")
    compose = home_of(words("me"))
    run = Deliverer(scene.app.db, scene.app.senders, compose, scene.app.calendar, lambda: instants[-1], reached)
    assert run.run().sent == 1
    assert [state for state, _ in states(scene, "home")] == ["sent", "due"]


# Edited


def test_an_edit_goes_at_night_and_while_paused(scene: Scene) -> None:
    post = answer(scene, words("it is due"))
    scene.pause(True)
    scene.at("2022-09-05 23:30")
    renew(scene, "edit")
    renew(scene, "home")
    deliver(
        scene,
        lambda tx, row, now: (edit_of(post, words("done")) if row.kind == "edit" else home_of(words("me")))(
            tx, row, now
        ),
    )
    assert texts(scene)[0] == "done"
    assert "U1" in scene.slack.homes


def test_a_reply_below_an_edited_message_is_still_about_what_it_says(scene: Scene) -> None:
    post = answer(scene, words("it is due"))
    renew(scene, "edit")
    deliver(scene, edit_of(post, words("it is done")))
    with scene.app.db.read() as tx:
        assert outbox.find_said(tx, "DU1", post) is not None
        posted = outbox.find_posted(tx, "DU1", post)
    assert posted is not None
    assert posted.id == scene.rows("reply")[0].id


@pytest.mark.parametrize("how", ["accept_and_drop", "drop", "500"])
def test_an_edit_whose_answer_is_lost_is_simply_done_again_and_nobody_is_told(scene: Scene, how: str) -> None:
    post = answer(scene, words("it is due"))
    scene.slack.fail("chat.update", how=how)
    renew(scene, "edit")
    deliver(scene, edit_of(post, words("it is done")))
    assert states(scene, "edit")[0][0] == "due"
    scene.now += timedelta(minutes=2)
    assert deliver(scene, edit_of(post, words("it is done"))).sent == 1
    assert texts(scene)[0] == "it is done"
    assert scene.slack.asked("conversations.history") == []
    assert [row.doubtful for row in scene.rows("edit")] == [False]


def test_an_edit_of_a_killed_run_is_done_again_without_asking(scene: Scene) -> None:
    post = answer(scene, words("it is due"))
    renew(scene, "edit")
    with scene.app.db.write() as tx:
        row = outbox.claim(tx, scene.now, lease="a dead run", schemes=["slack"], kinds=["edit"])
        assert row is not None
        outbox.mark_sending(tx, row, {"how": "edit"}, scene.now)
    scene.now += timedelta(minutes=6)
    assert deliver(scene, edit_of(post, words("it is done"))).sent == 1
    assert texts(scene)[0] == "it is done"
    assert scene.slack.asked("conversations.history") == []


def test_while_one_edit_is_under_way_the_next_waits_and_has_the_last_word(scene: Scene) -> None:
    post = answer(scene, words("it is due"))
    renew(scene, "edit")
    with scene.app.db.write() as tx:
        assert outbox.claim(tx, scene.now, lease="another run", schemes=["slack"], kinds=["edit"])
    renew(scene, "edit")
    assert deliver(scene, edit_of(post, words("newer"))) == Tally()
    scene.now += timedelta(minutes=6)
    assert deliver(scene, edit_of(post, words("newer"))).sent == 2


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_a_message_that_is_gone_is_nobody_s_trouble(scene: Scene, code: str) -> None:
    post = answer(scene, words("it is due"))
    scene.slack.fail("chat.update", how=code)
    renew(scene, "edit")
    tally = deliver(scene, edit_of(post, words("it is done")))
    assert (tally.dropped, tally.failed) == (1, 0)
    ((state, trouble),) = states(scene, "edit")
    assert (state, trouble.startswith("the message to change")) == ("dropped", True)
    scene.tick("2022-09-06 09:00")
    assert all("could not be sent" not in sent.text for sent in scene.to("office"))


def test_an_edit_that_fails_to_the_last_is_dropped(scene: Scene) -> None:
    post = answer(scene, words("it is due"))
    scene.slack.fail("chat.update", how="500", times=99)
    renew(scene, "edit")
    for _ in range(7):
        deliver(scene, edit_of(post, words("it is done")))
        scene.now += timedelta(hours=5)
    assert [state for state, _ in states(scene, "edit")] == ["dropped"]
    assert len(scene.slack.asked("chat.update")) == 6


def test_a_long_message_is_edited_in_all_its_parts(scene: Scene) -> None:
    post = answer(scene, words("long", parts=3))
    for message in (words("short"), words("longest", parts=4), words("short")):
        renew(scene, "edit")
        deliver(scene, edit_of(post, message))
    mine = [one.text for one in scene.posts_to("U1") if one.id and one.id.startswith(scene.slack.posts[0].id or "")]
    assert mine == ["short", "No more here.", "No more here.", "No more here."]


def test_a_row_of_another_kind_may_edit_too(scene: Scene) -> None:
    post = answer(scene, words("it is due"))
    with scene.app.db.write() as tx:
        outbox.say(tx, "a notice", "notice", U1, due_at=scene.now, facts={})
    scene.slack.fail("chat.update", how="accept_and_drop")
    deliver(scene, edit_of(post, words("it is done")))
    scene.now += timedelta(minutes=2)
    deliver(scene, edit_of(post, words("it is done")))
    assert states(scene, "notice") == [("sent", "")]
    with scene.app.db.read() as tx:
        posted = outbox.find_posted(tx, "DU1", post)
    assert posted is not None
    assert posted.id == scene.rows("reply")[0].id


# The Home


def test_a_home_is_shown_and_its_hash_kept_with_the_row(scene: Scene) -> None:
    renew(scene, "home")
    assert deliver(scene, home_of(words("my actions"))).sent == 1
    assert scene.rows("home")[0].post == scene.slack.homes["U1"]["hash"]


@pytest.mark.parametrize("code", ["not_enabled", "user_not_found"])
def test_a_home_that_cannot_be_shown_is_nobody_s_trouble(scene: Scene, code: str) -> None:
    scene.slack.fail("views.publish", how=code)
    renew(scene, "home")
    assert deliver(scene, home_of(words("my actions"))).dropped == 1


def test_a_home_that_slack_asks_to_wait_for_keeps_no_message_waiting(scene: Scene) -> None:
    scene.slack.fail("views.publish", how="429", retry_after=60)
    renew(scene, "home")
    renew(scene, "home", to="slack:T1:U2")
    with scene.app.db.write() as tx:
        outbox.say(tx, "a notice", "notice", U1, due_at=scene.now + timedelta(minutes=5), facts={})
    scene.now += timedelta(minutes=5)

    def compose(tx: Tx, row: outbox.Row, now: object) -> Composed:
        return Composed(words(row.kind), how="home" if row.kind == "home" else "post")

    deliver(scene, compose)
    assert len(scene.slack.asked("views.publish")) == 1
    assert texts(scene) == ["notice"]


def test_two_edits_of_one_message_leave_the_newest_words(scene: Scene) -> None:
    post = answer(scene, words("it is due"))
    asked: list[Message] = [words("old"), words("new")]
    renew(scene, "edit")
    renew(scene, "edit", "2")

    def compose(tx: Tx, row: outbox.Row, now: object) -> Composed:
        return replace(Composed(asked.pop(0)), how="edit", conversation="DU1", post=post)

    deliver(scene, compose)
    assert texts(scene)[0] == "new"
