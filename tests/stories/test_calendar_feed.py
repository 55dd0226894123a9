"""The calendar feed: a link of one's own, what is in it, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from bot.feed import feed_routes
from bot.slack.app import slack_app
from bot.slack.around import join_around
from bot.slack.windows import Windows
from documents.calendar_ics import Event, write_calendar
from tests.slack_channel.stage import OFFICE, PEOPLE, open_workplace
from tests.slack_channel.test_app import Slack
from tests.story import Story, tiny_plan

URL = "https://halfterm.example.gov.uk"
PLAN = (
    ("P1.1a", "Write the charter; for families, and schools.", "A", "Dec-22"),
    ("P1.2a", "Publish the map.", "C", "31 October 2022"),
    ("P2.1a", "Train the leads.", "B", "Oct-22"),
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.app.settings = replace(told.app.settings, public_url=URL)
    told.load(tiny_plan(*PLAN))
    for role in ("A", "B", "C", "D"):
        told.give(role)
    told.group("The Board", "2022-10-04 10:00", "2022-11-29 10:00", chair="D", strategic=True)
    told.group("The Map Group", "2022-10-18 14:00", chair="B", holds=["P1.2"])
    told.group("The Forum", "2022-10-05 17:00")
    yield told
    told.close()


def link(story: Story, who: str, said: str = "calendar") -> str:
    """The link that somebody is given."""
    told = story.say(who, said)
    return next(word for word in told.split() if word.startswith(URL))


def fetch(story: Story, at: str) -> httpx.Response:
    """What the web answers at a link, or at a path."""
    web = Starlette(routes=[*feed_routes(story.app, lambda: story.now)])

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url=URL) as client:
            return await client.get(at.removeprefix(URL))

    return asyncio.run(get())


def events(answer: httpx.Response) -> list[dict[str, str]]:
    """The events of a feed, unfolded; a property's parameters are part of its name."""
    assert answer.status_code == 200
    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1][name] = value
    return found


def titles(answer: httpx.Response) -> list[str]:
    """`2022-10-04 The Board` of each event, in the feed's order."""
    found = []
    for one in events(answer):
        at = one.get("DTSTART") or one["DTSTART;VALUE=DATE"]
        found.append(f"{at[:4]}-{at[4:6]}-{at[6:8]} {one['SUMMARY']}")
    return found


def test_an_owner_sees_the_meetings_of_the_group_that_holds_their_action_and_its_timescale(story: Story) -> None:
    answer = fetch(story, link(story, "A"))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert titles(answer) == [
        "2022-09-27 Papers for The Board",
        "2022-10-04 The Board",
        "2022-11-22 Papers for The Board",
        "2022-11-29 The Board",
        "2022-12-31 P1.1a due: Write the charter\\; for families\\, and schools.",
    ]


def test_a_chair_sees_what_their_group_holds_and_the_office_sees_everything(story: Story) -> None:
    assert [one for one in titles(fetch(story, link(story, "B"))) if "due" in one] == [
        "2022-10-31 P1.2a due: Publish the map.",
        "2022-10-31 P2.1a due: Train the leads.",
    ]
    seen = titles(fetch(story, link(story, "console:office")))
    assert [one for one in seen if "due" in one] == [
        "2022-10-31 P1.2a due: Publish the map.",
        "2022-10-31 P2.1a due: Train the leads.",
        "2022-12-31 P1.1a due: Write the charter\\; for families\\, and schools.",
    ]
    assert "2022-10-05 The Forum" in seen
    assert "2022-10-05 The Forum" not in titles(fetch(story, link(story, "A")))


def test_a_member_sees_the_meetings_of_their_group_and_what_it_holds(story: Story) -> None:
    story.group("The Forum", members=["A"])
    assert "2022-10-05 The Forum" in titles(fetch(story, link(story, "A")))
    story.group("The Map Group", members=["A"])
    seen = titles(fetch(story, link(story, "A")))
    assert "2022-10-31 P1.2a due: Publish the map." in seen
    assert "2022-10-31 P2.1a due: Train the leads." not in seen


def test_a_meeting_is_an_instant_and_what_is_of_a_day_is_of_the_whole_day(story: Story) -> None:
    papers, board, *_rest = events(fetch(story, link(story, "A")))
    assert board["DTSTART"] == "20221004T090000Z"
    assert papers["DTSTART;VALUE=DATE"] == "20220927"
    assert papers["DTEND;VALUE=DATE"] == "20220928"
    assert board["STATUS"] == "CONFIRMED"
    assert board["DTSTAMP"] == "20220905T075500Z"
    assert "Updates asked for 12 September 2022\\, chased 22 September 2022." in board["DESCRIPTION"]


def test_a_moved_meeting_keeps_its_name_in_the_calendar_and_counts_its_changes(story: Story) -> None:
    before = next(one for one in events(fetch(story, link(story, "A"))) if one["SUMMARY"] == "The Board")
    story.at("2022-09-07 10:00").say("D", "meetings move The Board 4 October to 6 October 14:00")
    after = next(one for one in events(fetch(story, link(story, "A"))) if one["SUMMARY"] == "The Board")
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
    assert after["DTSTART"] == "20221006T130000Z"
    assert after["LAST-MODIFIED"] == "20220907T090000Z"
    story.say("D", "meetings move The Board 6 October to 15:00")
    again = next(one for one in events(fetch(story, link(story, "A"))) if one["SUMMARY"] == "The Board")
    assert (again["UID"], again["SEQUENCE"]) == (before["UID"], "2")


def test_a_cancelled_meeting_is_said_to_be_and_has_no_papers_any_more(story: Story) -> None:
    story.say("D", "meetings cancel The Board 4 October")
    found = events(fetch(story, link(story, "A")))
    assert [(one["SUMMARY"], one["STATUS"], one["SEQUENCE"]) for one in found][:2] == [
        ("The Board", "CANCELLED", "1"),
        ("Papers for The Board", "CONFIRMED", "0"),
    ]
    assert found[1]["DTSTART;VALUE=DATE"] == "20221122"


def test_a_meeting_that_waits_to_be_confirmed_is_tentative(story: Story) -> None:
    story.terms("Autumn 1 2022,2022-09-05,2022-10-21\n")
    story.group("The Forum", cadence="every half term, week 3, Monday 17:00")  # 5 October is its meeting already
    story.group("The Task Group", chair="A", cadence="every half term, week 3, Monday 17:00")
    found = next(one for one in events(fetch(story, link(story, "A"))) if one["SUMMARY"].startswith("The Task Group"))
    assert (found["SUMMARY"], found["STATUS"]) == ("The Task Group (to be confirmed)", "TENTATIVE")


def test_what_is_complete_or_no_longer_theirs_leaves_the_calendar(story: Story) -> None:
    at = link(story, "A")
    story.say("A", "done P1.1a https://example.org/charter")
    assert any("P1.1a" in one for one in titles(fetch(story, at)))  # not agreed yet
    story.say("D", "agree P1.1a")
    assert not any("P1.1a" in one for one in titles(fetch(story, at)))
    other = link(story, "C")
    story.leave("C")
    story.at("2022-09-06 09:00")
    assert titles(fetch(story, other)) == []


# The link


def test_a_link_is_somebodys_own_and_stays_the_same(story: Story) -> None:
    assert link(story, "A") == link(story, "A") != link(story, "C")
    assert len(link(story, "A").rpartition("-")[2]) == 64 + len(".ics")


def test_a_new_link_ends_the_old_one(story: Story) -> None:
    old = link(story, "A")
    new = link(story, "A", "calendar new")
    assert old != new
    assert fetch(story, old).status_code == 404
    assert fetch(story, new).status_code == 200


def test_the_office_ends_anybodys_link_and_nobody_else_does(story: Story) -> None:
    old = link(story, "A")
    assert "Only the programme office" in story.refused("C", "calendar end A")
    assert story.say("office", "calendar end A").startswith("Any link to the calendar of A that was given out is good")
    assert fetch(story, old).status_code == 404
    assert fetch(story, link(story, "A")).status_code == 200
    assert "by their role or name" in story.refused("office", "calendar end Q")


@pytest.mark.parametrize(
    "wrong", ["", "1", "1-", "x", "1-" + "0" * 64, "999999-" + "0" * 64, "99999999999999999999-" + "0" * 64, "é-1"]
)
def test_a_wrong_link_is_not_found(story: Story, wrong: str) -> None:
    assert fetch(story, f"/calendar/{wrong}.ics").status_code == 404


def test_somebody_elses_number_before_ones_own_signature_is_not_found(story: Story) -> None:
    mine, theirs = (link(story, who).rpartition("/")[2].removesuffix(".ics").split("-") for who in ("A", "C"))
    assert fetch(story, f"/calendar/{theirs[0]}-{mine[1]}.ics").status_code == 404
    assert fetch(story, f"/calendar/{mine[0]}-{mine[1]}").status_code == 404  # without its end


def test_without_an_address_on_the_web_it_is_off_and_says_so(story: Story) -> None:
    at = link(story, "A")
    story.app.settings = replace(story.app.settings, public_url="")
    assert fetch(story, at).status_code == 404
    assert story.refused("A", "calendar") == (
        "The calendar feed is off here until PUBLIC_URL is set: please ask whoever runs halfterm."
    )


def test_the_office_as_such_and_an_empty_role_have_no_calendar_of_their_own(story: Story) -> None:
    assert "is one person's" in story.refused("office", "calendar")
    assert "is one person's" in story.refused("X", "calendar")


def test_a_link_asked_for_in_a_channel_is_given_in_private(tmp_path: Path) -> None:
    with open_workplace(tmp_path) as place:
        place.app.settings = replace(place.app.settings, public_url=URL)
        place.door = place.app.door(lambda: place.now)
        windows = Windows(place.slack.token, place.slack.api_url)
        place.bolt = slack_app(place.door.answer, join_around(place.door, windows, lambda team, at: None))
        place.http = Slack(place.bolt)
        place.mention(PEOPLE["A"], "calendar")
        assert [post.channel for post in place.slack.posts if URL in post.text] == [f"D{PEOPLE['A']}"]
        assert place.slash(OFFICE, "/calendar")["response_type"] == "ephemeral"


def test_the_words_calendar_invitations_are_no_command(story: Story) -> None:
    assert "I did not understand" in story.refused("A", "calendar invitations were sent to all schools")


# The file


NOW = datetime(2022, 9, 5, 8, tzinfo=UTC)


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_line_is_short_whole_and_ends_as_it_should(summary: str, words: str) -> None:
    data = write_calendar("halfterm", [Event("a@b", date(2022, 10, 4), summary, words)], NOW)
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is torn
        assert b"\n" not in line
        assert b"\r" not in line
    whole = data.decode().replace("\r\n ", "").split("\r\n")
    assert whole[8] == "BEGIN:VEVENT"
    escaped = next(line for line in whole if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    back = (
        escaped.replace("\\\\", "\0").replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\0", "\\")
    )
    assert back == "".join(each for each in summary if each >= " " or each == "\n")


def test_the_file_has_what_a_calendar_asks_for() -> None:
    event = Event("a@b", datetime(2022, 10, 4, 9, tzinfo=UTC), "The Board", "", "CANCELLED", 3, NOW)
    assert write_calendar("halfterm: meetings", [event], NOW).decode().split("\r\n") == [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//halfterm//calendar//EN", "CALSCALE:GREGORIAN"),
        *("NAME:halfterm: meetings", "X-WR-CALNAME:halfterm: meetings"),
        *("REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"),
        *("BEGIN:VEVENT", "UID:a@b", "DTSTAMP:20220905T080000Z", "DTSTART:20221004T090000Z", "SUMMARY:The Board"),
        *("STATUS:CANCELLED", "SEQUENCE:3", "LAST-MODIFIED:20220905T080000Z", "END:VEVENT", "END:VCALENDAR", ""),
    ]
