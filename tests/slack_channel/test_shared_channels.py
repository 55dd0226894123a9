"""Somebody of another organisation, in a channel that is shared with it: nobody until the office says who they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.slack.manifest import FILE_MESSAGE
from storage.history import get_head
from storage.people import find_person
from storage.schema_out import outbox
from tests.slack import FakeSlack, Posted
from tests.slack_channel.installing import Halfterm
from tests.slack_channel.stage import OFFICE, PEOPLE, Workplace, open_workplace
from tests.slack_channel.test_app import block_actions
from tests.slack_payloads import event_callback, message_action, of_elsewhere, shortcut, user_change, view_submission

Json = dict[str, Any]
A, D, X = PEOPLE["A"], PEOPLE["D"], "UX"
UNKNOWN = (
    "I do not know you yet, so please say which role is yours and the programme office is asked, "
    "for example: iam SENDPO"
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    """C1 is shared with the workspace T9, of which UX is; it has heard that P1.1a is at risk."""
    with open_workplace(tmp_path) as found:
        found.slack.meet(X, "T9", name="Partner")
        found.slash(D, "/hear", "all")
        found.write(A, "rag P1.1a at-risk no printer")
        found.tick("2022-09-05 10:15")
        yield found


def mention(place: Workplace, text: str, user: str = X, team: str = "T9", **event: Any) -> list[str]:
    """By somebody of elsewhere; what they alone are then shown in the channel."""
    before = len(place.slack.ephemerals)
    number = next(place.numbers)
    event = {"type": "app_mention", "channel": "C1", "user": user, "ts": f"1662366000.{number:06d}"} | event
    body = of_elsewhere(event_callback(f"Ev{number}", text=f"<@UBOT> {text}", **event), team, "Partner")
    assert place.http.send(json.dumps(body)).status_code == 200
    place.deliver_to(user)
    shown = place.slack.ephemerals[before:]
    assert {(post.channel, post.seen_by) for post in shown} <= {("C1", user)}
    return [post.text for post in shown]


def send(place: Workplace, body: Json) -> Json:
    answer = place.http.form(payload=json.dumps(body))
    assert answer.status_code == 200
    told: Json = answer.json() if answer.text else {}
    return told


def tap(place: Workplace, command: str, user: str = X) -> None:
    body = block_actions(
        user={"id": user, "team_id": "T9"},
        channel={"id": "C1"},
        trigger_id=place.trigger(user),
        message={"ts": notice(place).ts},
        actions=[{"type": "button", "block_id": "b", "action_id": "say:0", "value": command}],
    )
    send(place, body)


def notice(place: Workplace) -> Posted:
    return next(post for post in place.slack.posts if post.channel == "C1")


def rows(place: Workplace) -> int:
    with place.app.db.read() as tx:
        return get_head(tx).number


def link(place: Workplace, role: str = "A") -> None:
    place.give(role, address=f"slack:T9:{X}")


def told(place: Workplace, user: str) -> list[str]:
    """What stands in somebody's direct messages."""
    return [post.text for post in place.slack.posts if post.channel == f"D{user}"]


def failed(place: Workplace) -> list[str]:
    """Why messages were given up."""
    with place.app.db.read() as tx:
        query = sa.select(outbox.c.trouble).where(outbox.c.state == "failed").order_by(outbox.c.id)
        return list(tx.conn.execute(query).scalars())


def test_a_mention_is_answered_once_to_them_alone_and_changes_nothing(place: Workplace) -> None:
    posts, written = len(place.slack.posts), rows(place)
    assert mention(place, "progress P1.1a the forms are printed") == [UNKNOWN]
    assert mention(place, "the forms are printed", thread_ts=notice(place).ts) == [UNKNOWN]
    assert place.slack.ephemerals[-1].thread_ts == notice(place).ts
    assert (len(place.slack.posts), rows(place)) == (posts, written)
    assert X not in place.slack.direct


def test_the_same_event_again_is_not_answered_again(place: Workplace) -> None:
    number = next(place.numbers)
    body = event_callback(f"Ev{number}", type="app_mention", channel="C1", user=X, text="<@UBOT> actions all")
    for _ in range(3):
        assert place.http.send(json.dumps(of_elsewhere(body))).status_code == 200
    assert [post.text for post in place.slack.ephemerals] == [UNKNOWN]


def test_they_are_never_taken_for_one_of_ours_with_the_same_id(place: Workplace) -> None:
    written = rows(place)
    assert mention(place, "progress P1.1a the forms are printed", user=A) == [UNKNOWN]
    assert mention(place, "actions mine", user=OFFICE) == [UNKNOWN]
    tap(place, "nochange P1.1a", user=A)
    assert UNKNOWN in json.dumps(place.slack.views[A])
    assert rows(place) == written
    (answer,) = place.mention(A, "progress P1.1a the forms are printed")
    assert answer.startswith("Progress on P1.1a is noted")


def test_our_own_people_are_known_in_a_shared_channel(place: Workplace) -> None:
    for home in ({"user_team": "T1", "source_team": "T1"}, {}):
        body = event_callback(
            f"Ev{next(place.numbers)}",
            type="app_mention",
            channel="C1",
            user=A,
            text="<@UBOT> progress P1.1a the forms are printed",
            **home,
        )
        place.http.send(json.dumps(body | {"is_ext_shared_channel": True}))
        (answer,) = place.deliver_to(A)
        assert answer.startswith("Progress on P1.1a is noted")
    assert place.slack.ephemerals == []


@pytest.mark.parametrize("home", ["T2", "E1"])
def test_our_own_organisations_other_workspaces_are_ours(place: Workplace, home: str) -> None:
    body = event_callback("EvE", type="app_mention", channel="C1", user=A, text="<@UBOT> actions mine", user_team=home)
    body["authorizations"][0]["enterprise_id"] = "E1"
    place.http.send(json.dumps(body))
    (answer,) = place.deliver_to(A)
    assert answer.startswith("Your actions: 2")


def test_another_enterprise_organisation_is_named_as_slack_names_it(place: Workplace) -> None:
    assert mention(place, "actions mine", user=A, team="E9") == [UNKNOWN]
    place.give("A", address="slack:E9:W1")
    place.slack.meet("W1", "E9")
    (answer,) = mention(place, "actions mine", user="W1", team="E9")
    assert answer.startswith("Your actions: 2")


@pytest.mark.parametrize("how", ["user_not_in_channel", "channel_not_found", "500", "drop"])
def test_where_slack_does_not_let_them_alone_see_it_nothing_is_said(place: Workplace, how: str) -> None:
    posts = len(place.slack.posts)
    place.slack.fail("chat.postEphemeral", how=how)
    assert mention(place, "actions all") == []
    assert len(place.slack.posts) == posts
    place.tick("2022-09-06 09:00")
    assert failed(place) == [], "nor is the office bothered with it"


def test_a_shortcut_and_a_tap_of_theirs_are_answered_in_a_window_of_their_own(place: Workplace) -> None:
    written, message = rows(place), {"user": A, "text": "the forms are printed", "ts": "1662366000.000100"}
    for body in (
        message_action(FILE_MESSAGE, message, place.trigger(X), X),
        shortcut("update_action", place.trigger(X), X),
    ):
        place.slack.views.pop(X, None)
        send(place, of_elsewhere(body))
        assert UNKNOWN in json.dumps(place.slack.views[X])
    place.slack.views.pop(X)
    tap(place, "action P1.1a")
    assert UNKNOWN in json.dumps(place.slack.views[X])
    place.slack.views.pop(X)
    place.slack.fail("views.open", how="expired_trigger_id")
    tap(place, "action P1.1a")
    place.tick("2022-09-06 09:00")
    assert (place.slack.views.get(X), failed(place), rows(place)) == (None, [], written)


def test_who_is_given_a_role_by_their_own_workspace_is_answered(place: Workplace) -> None:
    link(place)
    (answer,) = mention(place, "the forms are printed", thread_ts=notice(place).ts)
    assert answer.startswith("Progress on P1.1a is noted")
    assert "the forms are printed" in "\n".join(place.write(A, "history P1.1a"))
    tap(place, "action P1.1a")
    assert "Write the charter." in json.dumps(place.slack.views[X])
    tap(place, "update P1.1a")
    form = place.slack.views[X]
    assert form["title"]["text"] == "Update P1.1a"
    told_in = send(place, of_elsewhere(view_submission(form, {"field:progress": "half are out"}, user=X)))
    assert "Progress on P1.1a is noted" in json.dumps(told_in)


def test_what_they_alone_cannot_be_shown_is_told_in_direct_messages(place: Workplace) -> None:
    link(place)
    place.slack.fail("chat.postEphemeral", how="user_not_in_channel")
    assert mention(place, "progress P1.1a the forms are printed") == []
    assert told(place, X)[-1].startswith("Progress on P1.1a is noted")


def test_their_direct_messages_are_theirs_too(place: Workplace) -> None:
    def write(text: str, user: str = X) -> str:
        body = event_callback(
            f"Ev{next(place.numbers)}", type="message", channel_type="im", channel=f"D{user}", user=user, text=text
        )
        assert place.http.send(json.dumps(of_elsewhere(body))).status_code == 200
        (answer,) = place.deliver_to(user)
        return answer

    assert write("actions mine") == UNKNOWN
    assert write("actions mine", user=A) == UNKNOWN
    link(place)
    assert write("actions mine").startswith("Your actions: 2")


def test_a_role_under_our_workspace_is_not_theirs(place: Workplace) -> None:
    place.give("A", address=f"slack:T1:{X}")
    assert mention(place, "actions mine") == [UNKNOWN]


def test_they_can_claim_a_role_and_the_office_sees_where_they_are_from(place: Workplace) -> None:
    (answer,) = mention(place, "iam A")
    assert answer.startswith("The programme office has been asked whether you are A")
    place.tick("2022-09-05 10:30")
    claim = told(place, OFFICE)[-1]
    assert "Partner" in claim
    assert f"slack:T9:{X}" in claim
    place.write(OFFICE, "approve 1")
    (answer,) = mention(place, "actions mine")
    assert answer.startswith("Your actions: 2")


def test_reminders_reach_them_where_slack_opens_a_conversation(place: Workplace) -> None:
    link(place)
    place.tick("2022-09-06 09:00")
    assert told(place, X)


def test_where_it_does_not_the_office_passes_them_on(place: Workplace) -> None:
    link(place)
    place.slack.not_opened.add(X)
    place.tick("2022-09-06 09:00")
    assert (told(place, X), set(failed(place))) == ([], {"the bot may not see that person"})
    place.tick("2022-09-07 09:00")
    assert "the bot may not see that person" in told(place, OFFICE)[-1]


def test_their_account_closing_is_not_taken_for_that_of_one_of_ours(place: Workplace) -> None:
    place.give("B", address=f"slack:T9:{A}")
    closed = user_change(A, event_id="EvClosed", deleted=True, team_id="T9")
    assert place.http.send(json.dumps(closed)).status_code == 200
    with place.app.db.read() as tx:
        known = [find_person(tx, address) for address in (f"slack:T1:{A}", f"slack:T9:{A}")]
    assert [one.closed for one in known if one] == [False, True]


def test_with_many_workspaces_they_are_answered_by_the_one_that_was_asked(tmp_path: Path) -> None:
    with FakeSlack() as slack:
        slack.join("T9", "xoxb-9")
        slack.meet(X, "T9")
        halfterm = Halfterm(tmp_path, slack)
        halfterm.install("T1")
        halfterm.load("SENDPO", "slack:T1:U1")
        halfterm.give("BIA", f"slack:T9:{X}")
        for number, text in enumerate(("actions mine", "nonsense")):
            body = event_callback(f"Ev{number}", type="app_mention", channel="C1", user=X, text=f"<@UBOT> {text}")
            halfterm.event(of_elsewhere(body))
        halfterm.deliver()
        shown = [(post.channel, post.seen_by, post.text.split(":")[0]) for post in slack.ephemerals]
        assert shown == [("C1", X, "Your actions"), ("C1", X, "I did not understand that")]
        assert slack.posts == []
        halfterm.close()
