"""What delivery promises (section 6), each promise with Slack going wrong in the way that would break it."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import pairwise

import pytest

from jobs.deliver import Delivery, NotSent, Receipt
from programme.message_json import message_to_dict
from programme.messages import Heading, Message, Request, Where
from storage import outbox
from storage.actions import list_actions
from storage.db import Tx
from storage.people import read_directory
from tests.delivery.scene import MONDAY, PEOPLE, Scene
from tests.story import london

NINE = london(MONDAY)
DOUBTFUL = "sent a second time, perhaps: no answer came the first time"


def heard(scene: Scene) -> list[int]:
    """How many messages each of the three people has had."""
    return [len(scene.posts_to(user)) for user in PEOPLE.values()]


def told_office(scene: Scene, at: str = "2022-09-06 09:00") -> str:
    """The last bundle the office has had by then."""
    scene.tick(at)
    return scene.to("office")[-1].text


def queue(tx: Tx, key: str, kind: str = "reply", to: str = "slack:T1:U1", at: str = MONDAY, **facts: object) -> None:
    """A row as some part of the product would write it; by default an answer."""
    facts = facts or {"message": message_to_dict(Message(key))}
    assert outbox.say(tx, key, kind, to, due_at=london(at), facts=facts)


# A lost answer


def test_an_answer_lost_after_the_post_is_asked_about_and_the_post_not_made_twice(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="accept_and_drop")
    scene.tick(MONDAY)
    assert heard(scene) == [1, 1, 1]
    assert scene.ledger_of("P1.1a") == [("planned", "")]
    scene.tick("2022-09-05 09:06")
    assert heard(scene) == [1, 1, 1]
    assert scene.ledger_of("P1.1a") == [("sent", "sent")]


def test_what_was_found_by_asking_is_dated_when_it_was_said(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="accept_and_drop")
    scene.tick(MONDAY)
    scene.tick("2022-09-06 11:00")
    assert scene.minutes_after(NINE, scene.row_to("U1").settled_at) == 0


def test_a_post_that_never_came_is_made_once_slack_has_said_so(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="drop")
    scene.tick(MONDAY)
    assert heard(scene) == [0, 1, 1]
    scene.tick("2022-09-05 09:04")  # its lease has not ended
    assert heard(scene) == [0, 1, 1]
    scene.tick("2022-09-05 09:06")
    assert heard(scene) == [1, 1, 1]
    assert not scene.row_to("U1").doubtful


def test_while_slack_cannot_be_asked_now_nothing_is_said_again_and_in_the_end_the_office_is_told(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="accept_and_drop")
    scene.slack.fail("conversations.history", how="500", times=99)
    scene.tick(MONDAY)
    for at in ("09:06", "09:08", "09:14", "09:30", "10:31", "14:32", "16:00"):
        scene.tick(f"2022-09-05 {at}")
    assert len(scene.slack.asked("conversations.history")) == 6
    assert heard(scene) == [1, 1, 1]
    ((state, reason),) = scene.ledger_of("P1.1a")
    assert (state, "it may have arrived" in reason) == ("failed", True)
    assert "it may have arrived" in told_office(scene)


def test_a_channel_that_cannot_be_asked_gets_it_once_more_and_the_ledger_and_the_office_are_told(scene: Scene) -> None:
    scene.slack.scopes.remove("im:history")
    scene.slack.fail("chat.postMessage", how="accept_and_drop")
    scene.tick(MONDAY)
    scene.tick("2022-09-05 09:06")
    assert heard(scene) == [2, 1, 1]
    assert scene.ledger_of("P1.1a") == [("sent", DOUBTFUL)]
    assert "perhaps sent twice" in told_office(scene, "2022-09-05 09:08")
    scene.mornings("2022-09-09")
    assert heard(scene) == [2, 1, 1]


def test_it_is_not_sent_a_third_time(scene: Scene) -> None:
    scene.slack.scopes.remove("im:history")
    scene.slack.fail("chat.postMessage", how="accept_and_drop", times=1)
    scene.tick(MONDAY)
    scene.slack.fail("chat.postMessage", how="accept_and_drop", times=1)
    scene.tick("2022-09-05 09:06")
    scene.tick("2022-09-05 09:12")
    scene.tick("2022-09-05 11:00")
    assert heard(scene) == [2, 1, 1]
    assert scene.ledger_of("P1.1a") == [("failed", "no answer came twice: it may have arrived")]
    assert "no answer came twice" in told_office(scene)


@pytest.mark.parametrize(("askable", "state", "posts"), [(False, "failed", 0), (True, "sent", 1)])
def test_what_a_restored_backup_doubts_is_sent_only_if_slack_says_that_it_never_came(
    scene: Scene, askable: bool, state: str, posts: int
) -> None:
    with scene.app.db.write() as tx:
        queue(tx, "the answer")
        row = outbox.claim(tx, NINE, lease="restored", schemes=["slack"])
        assert row is not None
        outbox.mark_sending(tx, row, {"not_again": "it may have gone before the restore"}, NINE)
    if not askable:
        scene.slack.scopes.remove("im:history")
    scene.tick("2022-09-05 08:59")
    assert scene.rows("reply")[0].state == "sending"
    scene.tick("2022-09-05 09:06")
    assert scene.rows("reply")[0].state == state
    assert [post.text for post in scene.slack.posts].count("the answer") == posts


def test_a_doubt_outlives_a_try_that_did_not_leave(scene: Scene) -> None:
    scene.slack.scopes.remove("im:history")
    scene.slack.fail("chat.postMessage", how="accept_and_drop")
    scene.tick(MONDAY)
    scene.slack.fail("chat.postMessage", how="429", retry_after=60)
    scene.tick("2022-09-05 09:06")
    assert heard(scene) == [1, 1, 1]
    scene.tick("2022-09-05 09:08")
    assert heard(scene) == [2, 1, 1]
    assert scene.ledger_of("P1.1a") == [("sent", DOUBTFUL)]


def test_a_doubt_outlives_the_night(scene: Scene) -> None:
    scene.slack.scopes.remove("im:history")
    scene.slack.fail("chat.postMessage", how="accept_and_drop")
    scene.tick("2022-09-05 08:00")
    scene.tick("2022-09-05 16:58")
    scene.tick("2022-09-05 17:10")
    assert heard(scene) == [1, 1, 1]
    scene.tick("2022-09-06 09:01")
    assert heard(scene) == [2, 1, 1]
    assert scene.row_to("U1").doubtful


def test_a_plain_retry_before_does_not_cost_a_doubtful_message_its_second_chance(scene: Scene) -> None:
    scene.slack.scopes.remove("im:history")
    scene.slack.fail("conversations.open", how="500")
    scene.tick(MONDAY)
    scene.slack.fail("chat.postMessage", how="drop")
    scene.tick("2022-09-05 09:02")
    assert heard(scene) == [0, 1, 1]
    scene.tick("2022-09-05 09:08")
    assert heard(scene) == [1, 1, 1]


def test_a_long_message_that_lost_its_end_is_completed(scene: Scene) -> None:
    long = Message("The digest", tuple(Heading(f"Part {n}") for n in range(120)))
    with scene.app.db.write() as tx:
        queue(tx, "long", message=message_to_dict(long))
    scene.slack.fail("chat.postMessage", how="drop", after=1)
    scene.tick(MONDAY)
    assert [post.text for post in scene.posts_to("U1")][:1] == ["The digest"]
    scene.tick("2022-09-05 09:06")
    parts = [post.text.partition("\n")[0] for post in scene.posts_to("U1") if "The digest" in post.text]
    assert parts == ["The digest", "The digest (part 2 of 3)", "The digest (part 3 of 3)"]
    assert {row.state for row in scene.rows()} == {"sent"}


def test_a_post_is_found_under_hundreds_of_later_ones(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="accept_and_drop")
    scene.tick(MONDAY)
    mine = scene.posts_to("U1")[0]
    later = [type(mine)("DU1", "chat", f"{1_700_000_000 + n}.0") for n in range(500)]
    scene.slack.posts += later
    scene.tick("2022-09-05 09:06")
    assert scene.row_to("U1").post == mine.ts
    assert [post for post in scene.posts_to("U1") if post not in later] == [mine]


# Limits and errors before the post


def test_a_rate_limit_moves_the_row_uses_no_attempt_and_rests_its_conversation_while_others_go_on(
    scene: Scene,
) -> None:
    scene.slack.fail("chat.postMessage", how="429", retry_after=40)
    scene.tick(MONDAY)
    assert heard(scene) == [0, 1, 1]
    assert scene.row_to("U1").attempts == 0
    scene.tick("2022-09-05 09:00:15")
    assert len(scene.slack.asked("chat.postMessage")) == 3
    scene.tick("2022-09-05 09:00:45")
    assert heard(scene) == [1, 1, 1]


def test_a_limit_that_does_not_say_how_long_is_half_a_minute_and_no_attempt(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="ratelimited")
    scene.tick(MONDAY)
    scene.tick("2022-09-05 09:00:05")
    assert heard(scene) == [0, 1, 1]
    assert scene.row_to("U1").attempts == 0
    scene.tick("2022-09-05 09:00:35")
    assert heard(scene) == [1, 1, 1]


def test_an_answer_is_not_kept_waiting_by_what_was_due_before_it(scene: Scene) -> None:
    with scene.app.db.write() as tx:
        queue(tx, "the answer", to="slack:T1:U3")
    scene.tick(MONDAY)
    assert scene.slack.posts[0].text == "the answer"


def test_a_short_rest_is_waited_for_within_the_run(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="429", retry_after=1)
    scene.tick(MONDAY)
    assert heard(scene) == [1, 1, 1]


def test_a_refused_connection_is_tried_again_ever_later_and_after_the_last_the_office_is_told(scene: Scene) -> None:
    scene.slack.stop()
    due = [NINE]
    scene.tick(MONDAY)
    while scene.row_to("U1").state == "due":
        due.append(scene.row_to("U1").due_at)
        scene.now = due[-1] + timedelta(seconds=1)
        scene.tick()
    waits = [round((later - earlier).total_seconds() / 60) for earlier, later in pairwise(due)]
    assert waits == [1, 5, 15, 60, 240]
    assert scene.row_to("U1").state == "failed"
    assert "Slack could not be reached" in told_office(scene)


def test_what_could_not_be_sent_is_not_counted_as_reminded(scene: Scene) -> None:
    scene.slack.users["U1"] = False
    scene.tick(MONDAY)
    assert scene.ledger_of("P1.1a") == [("failed", "their Slack account is closed")]
    assert "starting list, to A: failed, their Slack account is closed" in scene.say("office", "why P1.1a")


def test_who_cannot_be_reached_is_given_up_at_once_and_the_office_is_asked_to_pass_it_on(scene: Scene) -> None:
    scene.slack.users["U1"] = False
    scene.tick(MONDAY)
    assert heard(scene) == [0, 1, 1]
    assert len(scene.slack.asked("chat.postMessage")) == 2
    assert scene.row_to("U1").state == "failed"
    told = told_office(scene)
    assert "their Slack account is closed" in told
    assert "pass it on" in told


@pytest.mark.parametrize(
    ("kind", "facts"),
    [("pack", {}), ("notice", {"number": []}), ("riddle", {})],
)
def test_a_row_that_cannot_be_composed_blocks_nobody_and_is_given_up(
    scene: Scene, kind: str, facts: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with scene.app.db.write() as tx:
        outbox.say(tx, "poison", kind, "slack:T1:U9", due_at=london("2022-09-05 08:00"), facts=facts)
    scene.tick(MONDAY)
    assert heard(scene) == [1, 1, 1]
    assert scene.row_to("U9").attempts == 1
    for at in ("09:02", "09:08", "09:24", "10:25", "14:30"):
        scene.tick(f"2022-09-05 {at}")
    assert scene.row_to("U9").state == "failed"
    assert heard(scene) == [1, 1, 1]
    assert all(record.exc_info is None for record in caplog.records)


def test_a_sender_that_breaks_after_posting_leaves_the_message_in_doubt(scene: Scene) -> None:
    real = scene.app.senders["slack"]

    class Breaks:
        def send(self, delivery: Delivery) -> Receipt:
            real.send(delivery)
            raise RuntimeError(delivery.message.text)

        def find_sent(self, delivery: Delivery) -> Receipt | None:
            return real.find_sent(delivery)

    scene.app.senders["slack"] = Breaks()
    scene.tick(MONDAY)
    scene.tick("2022-09-05 09:02")
    scene.tick("2022-09-05 09:06")
    assert heard(scene) == [1, 1, 1]
    assert [row.state for row in scene.rows()] == ["sent"] * 3


def test_no_log_line_holds_what_a_message_says(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    class Breaks:
        def send(self, delivery: Delivery) -> Receipt:
            raise RuntimeError(delivery.message.text)

        def find_sent(self, delivery: Delivery) -> Receipt | None:
            raise NotSent(delivery.message.text)

    caplog.set_level(logging.DEBUG)
    scene.app.senders["slack"] = Breaks()
    scene.tick(MONDAY)
    assert "RuntimeError" in caplog.text
    assert "charter" not in caplog.text


# Hours, pauses, time away


def test_quiet_hours_use_up_no_attempt(scene: Scene) -> None:
    """Opened on a Friday evening: five attempts spent and nothing posted, in another bot."""
    scene.tick("2022-09-02 16:00")
    for row in scene.rows("bundle"):
        with scene.app.db.write() as tx:
            outbox.move(tx, row.key, london("2022-09-02 17:30"))
    for day in ("02 17:30", "02 19:00", "03 09:00", "03 12:00", "04 10:00", "04 23:59", "05 08:59"):
        scene.tick(f"2022-09-{day}")
        assert {(row.state, row.attempts) for row in scene.rows("bundle") if "U" in row.address} == {("due", 0)}
    assert scene.slack.posts == []
    scene.tick(MONDAY)
    assert heard(scene) == [1, 1, 1]
    assert {scene.minutes_after(NINE, row.settled_at) for row in scene.rows("bundle")} == {0}
    assert {row.attempts for row in scene.rows("bundle")} == {0}


def test_a_process_down_for_a_week_says_it_all_in_one_bundle_each(scene: Scene) -> None:
    scene.tick("2022-09-05 08:00")  # planned, and then the power went
    scene.restart()
    scene.tick("2022-09-14 11:00")
    assert heard(scene) == [1, 1, 1]
    scene.mornings("2022-09-16")
    assert max(heard(scene)) == 1


def test_a_rung_whose_day_was_missed_is_said_when_the_process_is_back(scene: Scene) -> None:
    scene.tick(MONDAY)
    scene.tick("2022-10-05 09:00")  # 20 working days before 31 October was 3 October
    assert any("P1.1a" in post.text for post in scene.posts_to("U1")[1:])
    assert len(scene.posts_to("U1")) == 2


def test_a_retry_carried_into_the_next_morning_is_that_morning_s_bundle(scene: Scene) -> None:
    scene.slack.fail("conversations.open", how="500", times=3)
    scene.tick("2022-09-05 08:00")
    scene.tick("2022-09-05 16:59:30")
    assert heard(scene) == [0, 0, 0]
    scene.tick("2022-09-06 09:00")
    scene.tick("2022-09-06 09:01")
    assert heard(scene) == [1, 1, 1]
    scene.mornings("2022-09-11")
    assert heard(scene) == [1, 1, 1]


def test_a_pause_stops_all_but_answers_and_resuming_says_things_once(scene: Scene) -> None:
    scene.pause(True)
    scene.mornings("2022-09-09")
    assert scene.slack.posts == []
    scene.at("2022-09-09 10:00")
    request = Request("slack:T1:U1", "actions mine", Where("slack", "DU1", workspace="T1"), seen_id="Ev1")
    scene.slack.direct["U1"] = "DU1"
    scene.app.door(lambda: scene.now).note(request)
    scene.tick("2022-09-09 10:00")
    assert heard(scene) == [1, 0, 0]
    assert "P1.1a" in scene.posts_to("U1")[0].text
    scene.pause(False)
    scene.tick("2022-09-09 10:05")
    assert heard(scene) == [2, 1, 1]
    scene.mornings("2022-09-11")
    assert heard(scene) == [2, 1, 1]


def test_a_restart_forgets_nothing(scene: Scene) -> None:
    scene.tick("2022-09-05 08:00")
    scene.restart()
    scene.restart()
    scene.tick(MONDAY)
    assert heard(scene) == [1, 1, 1]


def test_a_row_whose_program_ends_each_time_is_given_up_and_keeps_nobody_waiting(scene: Scene) -> None:
    with scene.app.db.write() as tx:
        queue(tx, "it crashes", at="2022-09-05 08:00")
    for minutes in range(0, 36, 6):  # each time the lease ends, another process takes it up, and ends
        at = NINE + timedelta(minutes=minutes)
        with scene.app.db.write() as tx:
            row = outbox.claim(tx, at, lease=f"process {minutes}", schemes=["slack"], kinds=["reply"])
        assert row is not None
        assert row.attempts == minutes // 6
        scene.now = at
        scene.tick()
        assert heard(scene) == [1, 1, 1]
    scene.tick("2022-09-05 09:40")
    assert [row.state for row in scene.rows("reply")] == ["failed"]
    assert heard(scene) == [1, 1, 1]


# Channels that are not there


def test_bundles_for_a_channel_taken_away_are_passed_on_and_go_once_when_it_is_back(scene: Scene) -> None:
    scene.tick("2022-09-05 08:00")
    del scene.app.senders["slack"]
    told = told_office(scene, MONDAY)
    assert "Please pass on" in told
    assert "A: 1 action (P1.1a)" in told
    scene.mornings("2022-09-08")
    scene.connect_slack()
    scene.tick("2022-09-09 09:00")
    assert heard(scene) == [1, 1, 1]
    scene.mornings("2022-09-11")
    assert heard(scene) == [1, 1, 1]


def test_a_message_for_a_channel_that_is_not_configured_waits_is_listed_once_and_goes(scene: Scene) -> None:
    del scene.app.senders["slack"]
    with scene.app.db.write() as tx:
        queue(tx, "the answer", at="2022-09-05 08:30")
    assert "that channel is not set up here" in told_office(scene, MONDAY)
    assert all("not set up" not in one.text for one in scene.mornings("2022-09-08"))
    assert [row.state for row in scene.rows("reply")] == ["due"]
    scene.connect_slack()
    scene.tick("2022-09-09 08:00")  # an answer knows no quiet hours
    assert [post.text for post in scene.posts_to("U1")] == ["the answer"]


def test_a_message_of_another_scheme_is_never_given_to_slack_and_keeps_nobody_waiting(scene: Scene) -> None:
    with scene.app.db.write() as tx:
        for n, address in enumerate(("teams:T:1", "mail:a@b.org", "slackish:T1:U1")):
            queue(tx, f"elsewhere {n}", to=address, at="2022-09-05 07:00")
    scene.tick(MONDAY)
    assert heard(scene) == [1, 1, 1]
    assert [row.state for row in scene.rows("reply")] == ["due"] * 3


# The facts of the moment


def test_what_was_finished_this_morning_is_not_chased_this_afternoon(scene: Scene) -> None:
    scene.tick(MONDAY)
    scene.tick("2022-10-03 08:00")  # the reminder 20 working days before is queued for nine
    due = [row.address for row in scene.rows("bundle") if row.state == "due"]
    assert due == ["slack:T1:U1", "console:office"]  # which has its weekly note
    scene.at("2022-10-03 08:30").say("A", "done P1.1a https://example.org/charter")
    scene.tick("2022-10-03 09:00")
    assert heard(scene) == [1, 1, 1]
    assert scene.ledger_of("P1.1a")[-1] == ("silenced", "done, awaiting agreement")


def test_who_lost_the_role_between_planning_and_sending_gets_nothing(scene: Scene) -> None:
    scene.tick("2022-09-05 08:00")
    with scene.app.db.write() as tx:
        (action,) = list_actions(tx, read_directory(tx, scene.today), refs=["P1.1a"])
    assert [one.address for owner in action.owners for one in owner.people] == ["slack:T1:U1"]
    scene.take("A", "slack:T1:U1")
    scene.tick(MONDAY)
    assert heard(scene) == [0, 1, 1]
    assert scene.ledger_of("P1.1a")[0] == ("silenced", "it is no longer theirs")
