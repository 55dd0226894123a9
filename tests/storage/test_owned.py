"""Whose an action is, found by an index: the same answer as the permission gives, at the same cost of any plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from programme.facts import Actor
from programme.home import Urgency
from programme.permissions import owns
from storage.actions import list_actions
from storage.owned import Meets, count_owned, list_owned, list_owned_refs
from storage.people import find_actor, list_groups, list_leads, read_directory
from tests.story import Story, tiny_plan

PLAN = tiny_plan(
    ("P1.1a", "One.", "A", "Oct-22"),
    ("P1.1b", "Two.", "officer a/ C", "Mar-23"),
    ("P1.1c", "Three.", "B", "Dec-22"),
    ("P1.2a", "Four.", "The Team", "Aug-22"),
    ("P1.2b", "Five.", "OFFICER A", "Aug-22"),
    ("P1.2c", "Six.", "Nobody Known", "Aug-22"),
)
ROLES = ("A", "B", "C", "D", "X")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = Story(tmp_path)
    one.load(PLAN)
    for role in ROLES:
        one.give(role)
    yield one
    one.close()


def owned(story: Story, name: str, *, only_open: bool = True, most: int | None = None) -> tuple[list[str], list[str]]:
    """The refs looked up, and those that the permission gives, action by action."""
    with story.app.db.read() as tx:
        directory = read_directory(tx, story.today)
        who = find_actor(
            tx, name, story.today, directory, list_groups(tx, directory), list_leads(tx, directory)
        ) or Actor(name, name)
        actions = list_actions(tx, directory, only_open=only_open)
        looked_up = list_owned_refs(tx, directory, who, only_open=only_open, most=most)
        return looked_up, [one.ref for one in actions if owns(who, one)]


@pytest.mark.parametrize("name", [*ROLES, "office", "console:nobody", "Nobody Known", "The Team"])
def test_the_look_up_and_the_permission_agree(story: Story, name: str) -> None:
    found, permitted = owned(story, name)
    assert found == permitted


def test_a_role_is_found_by_abbreviation_title_and_spelling(story: Story) -> None:
    assert owned(story, "A")[0] == ["P1.1a", "P1.1b", "P1.2b"]
    assert owned(story, "A", most=2)[0] == ["P1.1a", "P1.1b"]


def test_what_the_office_says_an_owner_means_counts(story: Story) -> None:
    story.means("The Team", "B", "C")
    assert owned(story, "B") == (["P1.1c", "P1.2a"], ["P1.1c", "P1.2a"])
    assert owned(story, "C") == (["P1.1b", "P1.2a"], ["P1.1b", "P1.2a"])
    story.means("Officer A", "B")
    for name in ROLES:
        found, permitted = owned(story, name)
        assert found == permitted, name


def test_a_complete_action_and_one_the_plan_no_longer_has_are_left_out(story: Story) -> None:
    story.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("D", "agree P1.1a")
    assert owned(story, "A")[0] == ["P1.1b", "P1.2b"]
    assert owned(story, "A", only_open=False)[0] == ["P1.1a", "P1.1b", "P1.2b"]
    story.load("\n".join(line for line in PLAN.splitlines() if "Five." not in line) + "\n")
    assert owned(story, "A", only_open=False)[0] == ["P1.1a", "P1.1b"]


def test_the_most_urgent_come_first_with_what_is_wanted(tmp_path: Path) -> None:
    rows = [
        ("P1.1a", "Rest.", "A", "Mar-23"),
        ("P1.1b", "Soon.", "A", "Oct-22"),
        ("P1.1c", "Before the meeting.", "A/ Officer A", "Sep-22"),
        ("P1.2a", "Overdue.", "A", "Jul-22"),
        ("P1.2b", "Overdue and answered.", "A", "May-22"),
        ("P1.2c", "Undated.", "A", "TBC"),
        ("P1.3a", "Overdue and waiting.", "A", "Jun-22"),
        ("P1.3b", "Another's.", "B", "Jun-22"),
        ("P2.1a", "Held elsewhere.", "A", "Oct-22"),
    ]
    story = Story(tmp_path).at("2022-09-20 10:00")
    story.load(tiny_plan(*rows))
    story.give("A")
    story.say("A", "nochange P1.2b")
    story.say("A", "slipping P1.3a Dec-22 no printer")
    meets = Meets({"P1": date(2022, 10, 4), "P2.1": date(2022, 11, 10)}, None)
    when = (meets, date(2022, 9, 20), date(2022, 10, 31))
    with story.app.db.read() as tx:
        directory = read_directory(tx, story.today)
        who = Actor("a", "a", ("A",))
        found = list_owned(tx, directory, who, *when, most=20)
        assert count_owned(tx, directory, who, *when) == (8, 4)
        assert list_owned(tx, directory, who, *when, most=3, skip=2) == found[2:5]
        assert count_owned(tx, directory, who, *when, ["P1.1a", "P1.2b", "P1.3a", "P9.9z"]) == (8, 5)
        asked = list_owned(tx, directory, who, *when, ["P1.1a", "P1.2b", "P1.3a", "P9.9z"], most=20)
        assert [(one.ref, one.urgency, one.asked) for one in asked][5:] == [
            ("P1.1a", Urgency.ASKED, True),
            ("P1.3a", Urgency.CALM, False),
            ("P1.2c", Urgency.CALM, False),
        ]
        assert count_owned(tx, directory, Actor("x", "x"), *when) == (0, 0)
        assert list_owned(tx, directory, Actor("x", "x"), *when, most=3) == []
    assert [(one.ref, one.urgency, one.asked) for one in found] == [
        ("P1.2b", Urgency.OVERDUE, False),
        ("P1.2a", Urgency.OVERDUE, True),
        ("P1.1c", Urgency.BEFORE_MEETING, True),
        ("P2.1a", Urgency.BEFORE_MEETING, True),
        ("P1.1b", Urgency.SOON, True),
        ("P1.3a", Urgency.CALM, False),
        ("P1.1a", Urgency.CALM, False),
        ("P1.2c", Urgency.CALM, False),
    ]
    assert [one.meets_on for one in found][2:4] == [date(2022, 10, 4), date(2022, 11, 10)]
    assert [str(one.look) for one in found[:1]] == ["⚪ Not yet rated"]
    assert (found[0].timescale, found[0].due_on) == ("May-22", date(2022, 5, 31))
    story.close()


def test_only_the_rows_of_these_owners_are_looked_at(story: Story) -> None:
    ran: list[tuple[str, tuple[object, ...]]] = []
    with story.app.db.write() as tx:
        directory = read_directory(tx, story.today)
        sa.event.listen(tx.conn, "before_cursor_execute", lambda *given: ran.append((given[2], given[3])))
        list_owned_refs(tx, directory, Actor("a", "a", ("A",)))
        (query, values), *more = list(ran)
        plan = [row[-1] for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
    assert not more
    assert "SEARCH owner USING INDEX ix_owner_programme_id_text_key (programme_id=? AND text_key=?)" in plan
    assert not any("SCAN" in line for line in plan), plan
