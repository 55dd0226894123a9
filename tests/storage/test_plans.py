"""Importing a plan again: what the file changed is taken over, and what people have said since stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import office
from documents.read import read_plan
from programme.facts import Action
from programme.plan import Entry, Plan, PlanAction, PlanRole
from programme.rag import Rag
from programme.timescales import parse_timescale
from storage import people
from storage.actions import list_actions
from storage.history import find_row, get_head
from storage.schema import metadata
from tests.story import Story, tiny_plan

PLAN = tiny_plan(("P1.1a", "Write it.", "A", "Oct-22"), ("P1.1b", "Send it.", "B", "Nov-22"))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = Story(tmp_path)
    one.load(PLAN)
    one.give("A", "Ann")
    one.group("The Board", chair="X")
    one.give("X", "Chair")
    yield one
    one.close()


def read(story: Story, text: str = PLAN) -> Plan:
    return read_plan(text.encode(), "plan.txt", ())


def bring(story: Story, plan: Plan, *, dry_run: bool = False) -> list[str]:
    return office.import_plan(story.app.db, plan, "tester", story.now, dry_run=dry_run)


def change(plan: Plan, ref: str, how: Callable[[PlanAction], PlanAction]) -> Plan:
    return dataclasses.replace(plan, actions=tuple(how(one) if one.ref == ref else one for one in plan.actions))


def with_timescale(plan: Plan, text: str, ref: str = "P1.1a") -> Plan:
    return change(plan, ref, lambda one: dataclasses.replace(one, timescale=parse_timescale(text)))


def with_rag(plan: Plan, rag: Rag | None, ref: str = "P1.1a") -> Plan:
    return change(plan, ref, lambda one: dataclasses.replace(one, rag=rag))


def with_progress(plan: Plan, *entries: tuple[str | None, str], ref: str = "P1.1a") -> Plan:
    said = tuple(Entry(date.fromisoformat(on) if on else None, text) for on, text in entries)
    return change(plan, ref, lambda one: dataclasses.replace(one, progress=said))


def without(plan: Plan, ref: str) -> Plan:
    return dataclasses.replace(plan, actions=tuple(one for one in plan.actions if one.ref != ref))


def stored(story: Story, ref: str = "P1.1a") -> Action:
    with story.app.db.read() as tx:
        found = list_actions(tx, people.read_directory(tx, story.today), refs=[ref])
    assert len(found) == 1
    return found[0]


def snapshot(story: Story) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the database."""
    with story.app.db.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.conn.execute(sa.select(table).order_by(table.c.id))]
            for table in metadata.sorted_tables
        }


# What is shown


def test_the_first_import_says_what_was_read(tmp_path: Path) -> None:
    story = Story(tmp_path)
    lines = story.load(PLAN)
    assert lines[0] == ("Read 2 actions in 1 focus area under 1 priority, 5 roles, 2 groups, 0 ratings and 0 metrics.")
    assert lines[-1] == "Stored. Nobody has been written to; reminders begin with the next tick."
    story.close()


def test_the_same_plan_again_changes_nothing_but_the_record(story: Story) -> None:
    before = snapshot(story)
    assert "  Nothing has changed." in bring(story, read(story))
    after = snapshot(story)
    assert {name for name in before if before[name] != after[name]} == {"programme", "history"}


def test_what_was_added_changed_and_gone_is_shown(story: Story) -> None:
    new = read(story, tiny_plan(("P1.1a", "Write it well.", "A", "Oct-22"), ("P1.2a", "Check it.", "C", "Dec-22")))
    told = "\n".join(bring(story, new))
    for shown in ("P1.1a", "Write it well", "P1.2a", "Check it", "P1.1b", "Send it"):
        assert shown in told


def test_a_dry_run_shows_the_same_and_changes_nothing(story: Story) -> None:
    new = with_timescale(without(read(story), "P1.1b"), "Dec-22")
    before = snapshot(story)
    dry = bring(story, new, dry_run=True)
    assert snapshot(story) == before
    assert dry[-1] == "Dry run: nothing was stored."
    assert dry[:-1] == bring(story, new)[:-1]


def test_an_import_that_fails_changes_nothing(story: Story) -> None:
    plan = read(story)
    twice = with_timescale(dataclasses.replace(plan, actions=(*plan.actions, new_action(), new_action())), "Dec-22")
    before = snapshot(story)
    with pytest.raises(sa.exc.IntegrityError):
        bring(story, twice)
    assert snapshot(story) == before


def new_action() -> PlanAction:
    when = parse_timescale("Dec-22")
    return PlanAction("P1.9a", "P1.1", "New.", ("A",), when, None, None, None, (), ())


# Timescales


def test_a_timescale_that_nobody_has_touched_follows_the_file(story: Story) -> None:
    bring(story, with_timescale(read(story), "Dec-22"))
    action = stored(story)
    assert (action.timescale.text, action.timescale.due_on) == ("Dec-22", date(2022, 12, 31))
    assert action.first_timescale.text == "Oct-22"


def agree_january(story: Story) -> None:
    story.say("A", "slipping P1.1a Jan-23 waiting on the agreement")
    story.say("X", "agree P1.1a")
    assert stored(story).timescale.text == "Jan-23"


def test_a_timescale_agreed_here_is_kept_against_the_file_and_said_so(story: Story) -> None:
    agree_january(story)
    told = bring(story, with_timescale(read(story), "Dec-22"))
    assert stored(story).timescale.text == "Jan-23"
    assert "  P1.1a: the timescale agreed here, Jan-23, is kept; the file says Dec-22." in told


def test_a_file_that_does_not_speak_of_it_leaves_an_agreed_timescale_alone(story: Story) -> None:
    agree_january(story)
    told = bring(story, read(story))
    assert stored(story).timescale.text == "Jan-23"
    assert not [line for line in told if "is kept" in line]


def test_a_file_that_has_caught_up_says_nothing_and_is_followed_again(story: Story) -> None:
    agree_january(story)
    caught_up = with_timescale(read(story), "Jan-23")
    assert not [line for line in bring(story, caught_up) if "is kept" in line]
    bring(story, with_timescale(read(story), "Feb-23"))
    assert stored(story).timescale.text == "Feb-23"


def test_an_action_that_the_file_completes_is_complete_and_may_be_opened_again(story: Story) -> None:
    bring(story, with_timescale(read(story), "Completed"))
    assert stored(story).state == "complete"
    bring(story, with_timescale(read(story), "Dec-22"))
    assert (stored(story).state, stored(story).timescale.text) == ("open", "Dec-22")


def test_an_action_closed_here_stays_closed(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/report")
    story.say("X", "agree P1.1a")
    bring(story, with_timescale(read(story), "Dec-22"))
    assert stored(story).state == "complete"


# Ratings and progress


def test_a_rating_given_here_is_kept_against_the_file_and_said_so(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no funds")
    told = bring(story, with_rag(read(story), Rag.ON_TRACK))
    assert stored(story).rag is Rag.AT_RISK
    assert "  P1.1a: the rating given here is kept; the file says on track." in told
    again = bring(story, with_rag(read(story), Rag.AT_RISK))
    assert not [line for line in again if "is kept" in line]


def test_a_rating_that_nobody_gave_here_follows_the_file(story: Story) -> None:
    bring(story, with_rag(read(story), Rag.VULNERABLE))
    assert stored(story).rag is Rag.VULNERABLE
    bring(story, with_rag(read(story), Rag.ON_TRACK))
    assert stored(story).rag is Rag.ON_TRACK
    bring(story, with_rag(read(story), None))
    assert stored(story).rag is Rag.ON_TRACK


def test_what_was_said_here_stays(story: Story) -> None:
    story.say("A", "progress P1.1a twelve schools have it")
    story.say("A", "mitigation P1.1a by hand; A; Dec-22")
    bring(story, with_progress(read(story), ("2022-06-01", "It was begun.")))
    action = stored(story)
    assert [said.words for said in action.said] == ["twelve schools have it"]
    assert action.mitigation is not None
    assert [(entry.on, entry.text) for entry in action.plan_progress] == [(date(2022, 6, 1), "It was begun.")]


def test_a_progress_entry_is_there_once_however_often_it_is_imported(story: Story) -> None:
    plan = with_progress(read(story), ("2022-06-01", "Begun."), ("2022-06-01", "Begun."), (None, "In hand."))
    for _ in range(3):
        bring(story, plan)
    assert [entry.text for entry in stored(story).plan_progress] == ["Begun.", "In hand."]


def test_an_entry_the_file_has_put_right_takes_the_place_of_the_wrong_one(story: Story, tmp_path: Path) -> None:
    bring(story, with_progress(read(story), ("2022-06-01", "Ellie was seen."), (None, "Ellie waits.")))
    bring(story, with_progress(read(story), ("2022-06-01", "A child was seen."), (None, "A child waits.")))
    assert [entry.text for entry in stored(story).plan_progress] == ["A child was seen.", "A child waits."]
    story.close()
    assert not [path.name for path in tmp_path.iterdir() if b"Ellie" in path.read_bytes()]


def test_an_entry_of_a_date_the_file_no_longer_has_stays(story: Story) -> None:
    bring(story, with_progress(read(story), ("2022-06-01", "Begun.")))
    bring(story, with_progress(read(story), ("2022-07-01", "Half done.")))
    assert [entry.text for entry in stored(story).plan_progress] == ["Begun.", "Half done."]
    assert stored(story).last_entry_on == date(2022, 7, 1)


# What goes and comes back


def test_an_action_that_is_gone_is_not_found_and_comes_back_with_all_it_had(story: Story) -> None:
    story.say("A", "progress P1.1a twelve schools have it")
    story.say("A", "rag P1.1a at-risk no funds")
    agree_january(story)
    bring(story, without(read(story), "P1.1a"))
    assert "The plan no longer has P1.1a" in story.refused("A", "progress P1.1a hello")
    told = bring(story, read(story))
    action = stored(story)
    assert (action.rag, action.timescale.text) == (Rag.AT_RISK, "Jan-23")
    assert "twelve schools have it" in [said.words for said in action.said]
    assert "  P1.1a: the timescale agreed here, Jan-23, is kept; the file says Oct-22." in told


def test_an_action_that_comes_back_untouched_is_as_the_file_has_it(story: Story) -> None:
    bring(story, without(read(story), "P1.1a"))
    bring(story, with_timescale(read(story), "Dec-22"))
    assert stored(story).timescale.text == "Dec-22"


def test_an_action_that_is_gone_is_not_reminded_of(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    bring(story, without(read(story), "P1.1a"))
    story.mornings("2022-11-30")
    assert not [sent for sent in story.to("Ann")[1:] if "P1.1a" in sent.text]


def roles(story: Story) -> list[str]:
    with story.app.db.read() as tx:
        return [one.abbreviation for one in people.read_directory(tx, story.today).roles.values()]


def with_roles(plan: Plan, *kept: PlanRole) -> Plan:
    return dataclasses.replace(plan, roles=kept)


def test_a_role_that_somebody_holds_is_never_removed_and_one_that_nobody_holds_is(story: Story) -> None:
    plan = read(story)
    bring(story, with_roles(plan, *(one for one in plan.roles if one.abbreviation not in ("A", "C"))))
    assert "A" in roles(story)
    assert "C" not in roles(story)
    assert stored(story).owners[0].people[0].name == "Ann"


def test_a_role_whose_title_was_put_right_is_the_same_role(story: Story) -> None:
    plan = read(story)
    renamed = [
        dataclasses.replace(one, title="Senior officer A") if one.abbreviation == "A" else one for one in plan.roles
    ]
    bring(story, with_roles(plan, *renamed))
    assert roles(story) == [one.abbreviation for one in plan.roles]
    assert stored(story).owners[0].people[0].name == "Ann"


def test_an_owner_string_that_the_table_now_explains_is_that_role(tmp_path: Path) -> None:
    story = Story(tmp_path)
    text = tiny_plan(("P1.1a", "Write it.", "Q", "Oct-22"))
    story.load(text)
    story.give("Q", "Quin")
    plan = read(story, text)
    bring(story, with_roles(plan, *plan.roles, PlanRole("Q", "Officer Q", "Council: Three")))
    owner = stored(story).owners[0]
    assert [(role.title, role.listed) for role in owner.roles] == [("Officer Q", True)]
    assert owner.people[0].name == "Quin"
    story.close()


def test_roles_of_one_abbreviation_do_not_grow_with_each_import(story: Story) -> None:
    plan = read(story)
    doubled = with_roles(plan, *plan.roles, PlanRole("A", "Officer A", "Other"), PlanRole("A", "Officer AA", "Other"))
    for _ in range(3):
        bring(story, doubled)
    assert roles(story).count("A") == 3
    assert stored(story).owners[0].people[0].name == "Ann"


def test_groups_keep_their_chairs_meetings_and_what_the_office_set(story: Story) -> None:
    story.group("the board", "2022-10-04 10:00", strategic=True, holds=["P1.1"], papers=3)
    plan = read(story)
    fewer = tuple(dataclasses.replace(one, purpose="Another purpose.") for one in plan.groups if "Board" in one.name)
    bring(story, dataclasses.replace(plan, groups=fewer))
    with story.app.db.read() as tx:
        board, forum = people.list_groups(tx, people.read_directory(tx, story.today))
    assert (board.purpose, board.chair, board.strategic, board.papers) == ("Another purpose.", "X", True, 3)
    assert (board.holds, len(board.meetings)) == (("P1.1",), 1)
    assert forum.name == "The Forum"


def test_what_an_owner_string_means_survives_the_next_import(story: Story) -> None:
    plan = read(story, tiny_plan(("P1.1a", "Write it.", "The friends", "Oct-22")))
    bring(story, plan)
    with story.app.db.write() as tx:
        office.set_meaning(tx, "The friends", ["A"], today=story.today, now=story.now, account="tester")
    bring(story, read(story))
    bring(story, plan)
    assert [role.abbreviation for role in stored(story).owners[0].roles] == ["A"]


def test_an_import_is_on_record_with_the_account_that_ran_it(story: Story) -> None:
    with story.app.db.read() as tx:
        before = get_head(tx).number
    bring(story, read(story))
    with story.app.db.read() as tx:
        row = find_row(tx, before + 1)
    assert row is not None
    assert (row.verb, row.actor, row.account, row.at) == ("import", "office", "tester", story.now)
    assert row.facts == {"actions": 2, "kept": 0}
