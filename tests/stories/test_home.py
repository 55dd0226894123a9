"""A home shows what is somebody's to do, the most urgent first; a chair's groups; what the office looks after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.slack.blocks import render_all
from bot.slack.views import home_view
from jobs.home import compose_home
from programme.messages import Message
from storage.schema_out import outbox
from tests.slack_rules import find_fault, find_view_fault
from tests.stories.council import PLAN, buttons, history_length, is_one_sentence, open_council, told
from tests.story import Story, tiny_plan

MOST_BLOCKS = 90


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def home(story: Story, who: str, page: int | None = None, *, most_posts: int = 1) -> Message:
    """The home as typed; as the App Home it is the same, and Slack takes both."""
    reply = story.ask(who, f"home {page}" if page else "home")
    assert isinstance(reply, Message)
    assert reply.done
    posts = render_all(reply)
    assert len(posts) <= most_posts
    assert find_fault({"text": posts[0].text, "blocks": posts[0].blocks}) is None
    assert sum(len(post.blocks) for post in posts) <= MOST_BLOCKS
    assert find_view_fault(home_view(reply), "home") is None
    for label, command in buttons(reply).items():
        assert command.split()[0] in reply.text or label in ("On track", "No change", "Slipping", "Done"), command
    return reply


def at_address(story: Story, address: str, page: int = 1, schemes: Any = ("console",)) -> Message:
    with story.app.db.read() as tx:
        return compose_home(tx, address, page, story.now, story.app.calendar, story.app.policy, schemes)


def council_of(folder: Path, *rows: tuple[str, str, str, str]) -> Story:
    """The council with these actions instead."""
    head, tail = PLAN.index("WSOA priority"), tiny_plan(*rows)
    return open_council(folder, plan=PLAN[:head] + tail[tail.index("WSOA priority") :])


def many(count: int, *, text: str = "Do it.", owners: str = "A", first: str = "") -> str:
    """A plan of so many actions of one owner, four a focus area; the first with another timescale."""
    rows = [(f"P{1 + n // 40}.{1 + n // 4 % 10}{'abcd'[n % 4]}", text, owners, "Mar-23") for n in range(count)]
    if first:
        rows[0] = (*rows[0][:3], first)
    return tiny_plan(*rows)


def test_an_owner_sees_the_most_urgent_first_with_what_to_tap(story: Story) -> None:
    story.say("C", "going P1.1b")  # as the starting list asked
    reply = home(story, "C")
    assert reply.text == (
        "Your actions: 2. 1 needs a word from you.\n"
        "- P1.2a · ⚪ Not yet rated · was due 31 August 2022, 3 working days ago\n"
        "  Publish the map.\n"
        "- P1.1b · ⚪ Not yet rated · due 31 March 2023 · Run the survey. · answered; still to answer: Council\n"
        "To answer, type for example: rag P1.2a on-track, nochange P1.2a, or update P1.2a"
    )
    assert buttons(reply) == {
        "On track": "rag P1.2a on-track",
        "No change": "nochange P1.2a",
        "Slipping": "slipping P1.2a",
        "Done": "done P1.2a",
        "Update…": "update P1.2a",
        "Update P1.1b": "update P1.1b",
    }


def test_what_a_message_asked_for_and_nobody_has_answered_is_counted(story: Story) -> None:
    assert home(story, "A").text.startswith("Your actions: 2. 2 need a word from you.")  # as the starting list says
    story.say("A", "nochange P1.1a")
    assert "1 needs a word from you" in home(story, "A").text
    story.mornings("2022-09-12")  # the request for the meeting
    assert story.to("A")[-1].text.startswith("1 action needs a word from you.\n- P1.1b")
    story.at("2022-09-12 10:00")
    reply = home(story, "A")
    assert reply.text.startswith("Your actions: 2. 1 needs a word from you.\n- P1.1b")
    assert buttons(reply)["No change"] == "nochange P1.1b"
    story.say("A", "nochange P1.1b")
    assert "Nothing needs a word from you now" in home(story, "A").text
    story.say("A", "undo")
    assert "1 needs a word from you" in home(story, "A").text
    story.say("A", "notmine P1.1b")
    assert "Nothing needs a word from you now" in home(story, "A").text
    story.at("2022-11-10 10:00")
    assert "- P1.1b · ⚪ Not yet rated · due 31 March 2023 · Run the survey." in home(story, "A").text


def test_overdue_comes_before_the_meeting_before_soon_before_the_rest(tmp_path: Path) -> None:
    plan = tiny_plan(
        ("P1.1a", "Rest.", "A", "Mar-23"),
        ("P1.1b", "Soon.", "A", "Oct-22"),
        ("P1.1c", "Before the meeting.", "A", "Sep-22"),
        ("P1.2a", "Overdue.", "A", "Jul-22"),
        ("P1.2b", "Long overdue.", "A", "May-22"),
        ("P1.2c", "Undated.", "A", "TBC"),
    )
    story = Story(tmp_path).at("2022-09-20 10:00")
    story.load(plan)
    story.give("A")
    story.group("The Board", "2022-10-20 10:00", strategic=True)
    reply = home(story, "A")
    refs = [line[2:].split(" ·")[0] for line in reply.text.split("\n") if line.startswith("- ")]
    assert refs == ["P1.2b", "P1.2a", "P1.1c", "P1.1b", "P1.1a", "P1.2c"]
    assert "Its group meets on 20 October 2022." in reply.text
    assert reply.text.startswith("Your actions: 6. 3 need a word from you.")
    story.at("2022-10-04 10:00")
    assert home(story, "A").text.startswith("Your actions: 6. 4 need a word from you.")
    story.close()


def test_what_was_answered_is_calm(story: Story) -> None:
    story.say("C", "nochange P1.2a P1.1b")
    reply = home(story, "C")
    assert reply.text.startswith("Your actions: 2. Nothing needs a word from you now, thank you.")
    assert "Publish the map. · answered, quiet until 20 September 2022" in reply.text
    assert buttons(reply) == {"Update P1.2a": "update P1.2a", "Update P1.1b": "update P1.1b"}


def test_what_waits_to_be_agreed_is_calm_and_says_so(story: Story) -> None:
    story.say("C", "done P1.2a https://example.org/map")
    story.say("C", "slipping P1.1b Jul-23 no printer")
    text = home(story, "C").text
    assert "Publish the map. · done, awaiting agreement" in text
    assert "Run the survey. · Jul-23 proposed, awaiting agreement" in text
    story.say("D", "agree all")
    assert "P1.2a" not in home(story, "C").text


def test_what_is_owed_of_a_risk_is_asked_for(story: Story) -> None:
    story.at("2022-10-20 10:00").say("A", "rag P1.1a at-risk no printer")
    story.at("2022-11-10 10:00")
    assert "Please say what is being done about it: mitigation P1.1a" in home(story, "A").text
    story.say("A", "mitigation P1.1a copy it by hand; A; 11 November 2022")
    story.at("2022-12-05 10:00")
    reply = home(story, "A")
    assert "Its mitigation is due: copy it by hand (once it is in place: inplace P1.1a)" in reply.text
    assert buttons(reply)["It is in place"] == "inplace P1.1a"


def test_a_shared_action_says_so(story: Story) -> None:
    story.at("2023-04-03 10:00")
    assert "Run the survey. Shared by A, C." in home(story, "A").text


def test_a_chair_sees_their_groups_what_to_agree_and_what_to_acknowledge(story: Story) -> None:
    assert home(story, "D").text == (
        "Groups you chair.\n"
        "- The Board: Tuesday 4 October 2022 at 10:00; updates asked for 12 September 2022, "
        "chased 22 September 2022, papers 27 September 2022.\n"
        "To read a digest, type: digest GROUP\n"
        "To look at everything, type: actions at risk, or actions overdue"
    )
    story.say("A", "slipping P1.1a Dec-22 no printer")
    story.say("C", "done P1.2a https://example.org/map")
    story.say("B", "rag P1.1c at-risk no trainer")
    story.tick("2022-09-05 10:20")
    reply = home(story, "D")
    assert (
        "Waiting for you to agree: 2.\n"
        "- P1.1a: Dec-22 in place of Oct-22, proposed by A: no printer · Write the charter\n"
        "- P1.2a: complete, proposed by C: https://example.org/map · Publish the map · success criteria: It is done\n"
        "To do so, type: agree\n"
    ) in reply.text
    assert (
        "Escalations to acknowledge: 1.\n- P1.1c · 🔴 At risk (B): no trainer\nTo do so, type: ack P1.1c\n"
    ) in reply.text
    assert buttons(reply) == {
        "Digest: The Board": "digest The Board",
        "See what waits": "agree",
        "I have seen P1.1c": "ack P1.1c",
        "At risk": "actions at risk",
        "Overdue": "actions overdue",
    }
    story.say("D", "ack P1.1c")
    story.say("D", "agree all")
    assert "Waiting for you" not in home(story, "D").text
    assert "acknowledge" not in home(story, "D").text


def test_a_chair_who_owns_it_does_not_see_their_own_to_agree(tmp_path: Path) -> None:
    story = council_of(tmp_path, ("P1.1a", "One.", "D", "Oct-22"), ("P1.1b", "Two.", "A", "Oct-22"))
    story.say("D", "slipping P1.1a Dec-22 no printer")
    assert "Waiting for you" not in home(story, "D").text
    assert "Waiting for you to agree: 1.\n- P1.1a: Dec-22 in place of Oct-22" in home(story, "office").text
    story.close()


def test_the_office_sees_who_was_asked_and_has_not_answered(story: Story) -> None:
    assert (
        "People who were asked and have not answered" not in home(story, "office").text
    )  # this morning is no silence yet
    story.at("2022-09-08 10:00")
    text = home(story, "office").text
    assert (
        "People who were asked and have not answered: 3.\n"
        "- C: 2 actions, first asked 5 September 2022\n"
        "- A: 2 actions, first asked 5 September 2022\n"
    ) in text or (
        "People who were asked and have not answered: 3.\n"
        "- A: 2 actions, first asked 5 September 2022\n"
        "- C: 2 actions, first asked 5 September 2022\n"
    ) in text
    story.say("A", "nochange P1.1a P1.1b")
    assert "- C: 2 actions" in home(story, "office").text  # another organisation's answer is not theirs
    story.say("C", "nochange P1.1b")
    story.say("C", "done P1.2a https://example.org/map")
    text = home(story, "office").text
    assert "People who were asked and have not answered: 1.\n- B: 1 action, first asked 5 September 2022\n" in text
    story.leave("B")
    assert "People who were asked and have not answered" not in home(story, "office").text


def test_one_answer_of_an_organisation_is_enough_for_its_others(tmp_path: Path) -> None:
    story = council_of(tmp_path, ("P1.1a", "One.", "A/ B", "Oct-22"))
    story.at("2022-09-08 10:00")
    assert "People who were asked and have not answered: 2." in home(story, "office").text
    story.say("A", "nochange P1.1a")
    assert "People who were asked and have not answered" not in home(story, "office").text
    story.say("A", "undo")
    assert "People who were asked and have not answered: 2." in home(story, "office").text
    story.close()


def test_the_office_sees_vacancies_and_what_could_not_be_read(tmp_path: Path) -> None:
    plan = tiny_plan(("P1.1a", "One.", "A/ B", "Oct-22"), ("P1.1b", "Two.", "The Team", "when it is ready"))
    story = Story(tmp_path)
    story.load(plan)
    story.give("A", address="slack:T1:U1")
    text = home(story, "office").text
    assert "Roles with nobody in them: 2.\n- B\n- The Team\n" in text
    assert "Roles held by somebody I cannot write to: 1.\n- A (slack:T1:U1)\n" in text
    assert "Timescales that could not be read: 1.\n- P1.1b: “when it is ready”" in text
    assert at_address(story, "console:office").text == text
    story.means("The Team", "A")
    assert "Roles with nobody in them: 1.\n- B\n" in home(story, "office").text
    story.close()


def test_the_office_sees_what_was_not_delivered_or_perhaps_twice(story: Story) -> None:
    def queue(key: str, **values: Any) -> None:
        row = {"programme_id": 1, "key": key, "kind": "reply", "address": "console:A", "scheme": "console", "facts": {}}
        with story.app.db.write() as tx:
            tx.conn.execute(sa.insert(outbox).values(**row | {"due_at": story.now} | values))

    queue("one", state="failed", trouble="no such channel", settled_at=story.now)
    queue("two", state="sent", doubtful=True, settled_at=story.now)
    queue("three", scheme="slack", address="slack:T1:U1")
    queue("four", attempts=2, trouble="it was not reached")
    story.at("2022-09-05 12:00")
    text = home(story, "office").text
    assert (
        "Messages not delivered: 3.\n- to A: no such channel\n- to slack:T1:U1: it waits\n- to A: it was not reached\n"
    ) in text
    assert "Messages perhaps sent twice: 1.\n- to A\n" in text
    assert at_address(story, "console:office").text == text
    story.at("2022-11-05 12:00")
    assert "sent twice" not in home(story, "office").text


def test_the_office_sees_who_says_which_role_is_theirs(story: Story) -> None:
    story.say("console:new", "iam PM")
    reply = home(story, "office")
    assert "Waiting to be let into a role: 1.\n- 1: console:new says they are PM\n" in reply.text
    assert buttons(reply)["Approve 1"] == "approve 1"
    assert buttons(reply)["See them all"] == "claims"


def test_an_office_with_nothing_to_do_is_told_so(tmp_path: Path) -> None:
    story = Story(tmp_path)
    assert home(story, "office").text.startswith("For the programme office.\nNothing is waiting for you.")
    story.close()


def test_pages_hold_eight_and_turn_both_ways(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.load(many(20, first="Jul-22"))
    story.give("A")
    first, second, last = (home(story, "A", page) for page in (1, 2, 3))
    assert first.text.startswith("Your actions: 20. 1 needs a word from you. Page 1 of 3.\n- P1.1a")
    assert first.text.endswith("More: home 2")
    assert buttons(first)["Next"] == "home 2"
    assert "Back" not in buttons(first)
    assert (buttons(second)["Back"], buttons(second)["Next"]) == ("home 1", "home 3")
    assert buttons(last)["Back"] == "home 2"
    assert "Next" not in buttons(last)
    shown = [line for page in (first, second, last) for line in page.text.split("\n") if line.startswith("- ")]
    assert len(shown) == len(set(shown)) == 20
    assert home(story, "A", 99).text == last.text
    assert story.say("A", "home 0") == first.text
    assert story.say("A", "home page 2") == second.text
    story.close()


@pytest.mark.parametrize("text", ["Write the charter, ", "مدرسة جديدة في المدينة ", "🎉👩‍👩‍👧 "])
def test_a_full_page_of_somebody_with_every_office_fits(tmp_path: Path, text: str) -> None:
    story = Story(tmp_path)
    words = text * (240 // len(text))
    rows = [(f"P1.{1 + n // 4}{'abcd'[n % 4]}", words, "A/ B/ C", "Jul-22") for n in range(60)]
    vague = [(f"P2.{1 + n // 4}{'abcd'[n % 4]}", words, f"Team {n}", "once agreed by all") for n in range(12)]
    story.load(tiny_plan(*rows, *vague))
    for role in "ABC":
        story.give(role)
    story.office("console:A")
    for name in (
        "The Oversight Board of the whole partnership",
        "Forum of parents and carers in every part of it",
        "Steering committee for inclusion and early help",
    ):
        story.group(name, "2022-10-04 10:00", chair="A", holds=["P1"])
    story.tick("2022-09-05 09:00")
    for number in range(8):
        story.say("B", f"rag P1.{number + 1}a at-risk {words}")
        story.say("office", f"slipping P2.{number // 4 + 1}{'abcd'[number % 4]} Dec-22 {words}")
    with story.app.db.write() as tx:
        for n in range(8):
            state = {"state": "failed" if n % 2 else "sent", "doubtful": n % 2 == 0, "settled_at": story.now}
            row = {"key": f"{n}", "kind": "reply", "address": "slack:T1:U" + "9" * 60, "scheme": "slack", "facts": {}}
            values = row | state | {"programme_id": 1, "due_at": story.now, "trouble": "no such channel there " * 4}
            tx.conn.execute(sa.insert(outbox).values(**values))
    story.at("2022-09-12 10:00")
    reply = home(story, "A", most_posts=1 if text.isascii() else 2)
    for heading in (
        "Waiting for you",
        "Escalations",
        "asked and",
        "not delivered",
        "nobody in",
        "twice",
        "not be read",
    ):
        assert heading in reply.text, heading
    home(story, "A", 2)
    home(story, "A", 12)
    story.close()


def test_a_stranger_is_told_what_to_say_and_who_is_asked(story: Story) -> None:
    message = at_address(story, "slack:T1:U9")
    assert message.text == (
        "Hello. I do not know you yet, so please say which role is yours, for example: iam SENDPO. "
        "Then the programme office is asked to agree."
    )
    assert find_view_fault(home_view(message), "home") is None


def test_somebody_whose_actions_are_all_done_is_told_so(story: Story) -> None:
    reply = home(story, "X")
    assert reply.text.startswith("None of the open actions is yours at the moment, so there is nothing for you to do.")
    assert buttons(reply) == {"At risk": "actions at risk", "Overdue": "actions overdue"}
    story.say("B", "done P1.1c https://example.org/trained")
    story.say("D", "agree P1.1c")
    assert home(story, "B").text == (
        "None of the open actions is yours at the moment, so there is nothing for you to do."
    )


@pytest.mark.parametrize("who", ["A", "D", "office"])
def test_the_app_home_and_the_typed_one_are_the_same(story: Story, who: str) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    assert at_address(story, f"console:{who}").text == home(story, who).text


def test_looking_changes_nothing(story: Story) -> None:
    before, sent = history_length(story), len(told(story))
    for who in ("A", "D", "office"):
        home(story, who)
    assert history_length(story) == before
    assert len(told(story)) == sent


@pytest.mark.parametrize("words", ["home sweet home", "home 1.5", "home ½", "home 🎉", "home <!channel>"])
def test_what_is_no_page_is_not_taken_for_one(story: Story, words: str) -> None:
    before = history_length(story)
    reply = story.ask("office", words)
    assert isinstance(reply, Message)
    assert not reply.done
    assert is_one_sentence(reply.text)
    assert history_length(story) == before


@pytest.mark.parametrize("who", ["console:A", "console:office", "console:D"])
def test_no_table_that_grows_with_the_plan_is_read_through(tmp_path: Path, who: str) -> None:
    def read(folder: str, more: int) -> tuple[int, list[str]]:
        """How many statements a home takes, and what of them reads a whole table."""
        (tmp_path / folder).mkdir()
        story = Story(tmp_path / folder)
        story.load(many(12) + (_others(more) if more else ""))
        for role in "ABD":
            story.give(role)
        story.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
        story.tick("2022-09-05 09:00")
        story.at("2022-09-12 10:00").say("A", "slipping P1.1a Jul-23 no printer")
        ran: list[tuple[str, Any]] = []
        with story.app.db.read() as tx:
            sa.event.listen(tx.conn, "before_cursor_execute", lambda *given: ran.append((given[2], given[3])))
            compose_home(tx, who, 1, story.now, story.app.calendar, story.app.policy, ("console",))
            asked = list(ran)
            plans = [tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all() for query, values in asked]
        story.close()
        return len(asked), [row[-1] for plan in plans for row in plan if "SCAN" in row[-1]]

    small, large = read("small", 0), read("large", 200)
    assert small == large
    assert not any(table in line for line in large[1] for table in ("action", "owner", "ledger", "entry", "outbox"))


def _others(count: int) -> str:
    rows = tiny_plan(*((f"P9.{n + 1}a", "Do it.", "B", "Mar-23") for n in range(count))).split("\n")
    return "\n".join(rows[-count - 1 :])
