"""The history: nothing in it can be changed unseen, and what is redacted is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import office
from programme.messages import Request, Where
from storage import history
from storage.db import Database
from storage.history import Head, Verdict
from tests.storage.conftest import NOW
from tests.story import Story, tiny_plan


@pytest.fixture
def told(db: Database) -> Database:
    """Four rows: two with words, one without, one of the office's own."""
    with db.write() as tx:
        history.record(tx, "progress", actor="console:a", now=NOW, ref="P1.1a", text="the template is live")
        history.record(tx, "rag", actor="console:b", now=NOW, ref="P1.1a", facts={"value": "at_risk"}, account="jo")
        history.record(tx, "progress", actor="console:a", now=NOW, ref="P1.1b", text="Ellie has been seen")
        history.record(tx, "terms", actor="office", now=NOW)
    return db


def verify(db: Database, head: Head | None = None) -> Verdict:
    with db.read() as tx:
        return history.verify(tx, head)


def tamper(db: Database, statement: str) -> None:
    """What somebody with the file and no key could do: the triggers are no obstacle to them."""
    with db.write() as tx:
        for verb in ("update", "delete"):
            tx.conn.execute(sa.text(f"DROP TRIGGER IF EXISTS history_no_{verb}"))
        tx.conn.execute(sa.text(statement))


def redact(db: Database, number: int, reason: str = "it named a child") -> bool:
    with db.write() as tx:
        return history.redact(tx, number, reason, actor="office", now=NOW)


def test_an_untouched_history_has_no_faults(told: Database) -> None:
    verdict = verify(told)
    assert (verdict.faults, verdict.redacted, verdict.head.number) == ((), (), 4)
    with told.read() as tx:
        assert verdict.head == history.get_head(tx)


def test_an_empty_history_has_no_faults(db: Database) -> None:
    assert verify(db) == Verdict(Head(0, ""), (), ())
    assert verify(db, Head(0, "")).faults == ()


@pytest.mark.parametrize(
    "statement", ["UPDATE history SET actor = 'x'", "DELETE FROM history", "DELETE FROM history WHERE number = 4"]
)
def test_the_database_itself_refuses_to_change_a_row(told: Database, statement: str) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), told.write() as tx:
        tx.conn.execute(sa.text(statement))
    assert verify(told).faults == ()


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'console:somebody else'",
        "account = ''",
        "verb = 'snooze'",
        "ref = 'P1.1b'",
        'facts = \'{"value": "on_track"}\'',
        "facts = 'not even JSON'",
        "at = '2022-09-01 08:00:00.000000'",
        "mac = 'ffff'",
        "mac = 'ü'",
    ],
)
def test_a_changed_row_is_found(told: Database, change: str) -> None:
    tamper(told, f"UPDATE history SET {change} WHERE number = 2")
    assert "row 2 has been changed" in verify(told).faults


def test_an_instant_that_is_none_is_found(told: Database) -> None:
    tamper(told, "UPDATE history SET at = 'yesterday' WHERE number = 2")
    assert any("an instant in it has been changed" in fault for fault in verify(told).faults)


def test_changed_words_are_found(told: Database) -> None:
    tamper(told, "UPDATE words SET text = 'the template is late' WHERE text = 'the template is live'")
    assert verify(told).faults == ("the words of row 1 have been changed",)


def test_words_given_to_another_row_are_found(told: Database) -> None:
    tamper(told, "UPDATE history SET words_id = (SELECT words_id FROM history WHERE number = 3) WHERE number = 1")
    assert verify(told).faults == ("the words of row 1 have been changed",)


def test_a_missing_row_is_found(told: Database) -> None:
    tamper(told, "DELETE FROM history WHERE number = 2")
    assert verify(told).faults == ("row 2 is missing",)


def test_several_missing_rows_are_found_together(told: Database) -> None:
    tamper(told, "DELETE FROM history WHERE number IN (1, 2, 3)")
    assert verify(told).faults == ("rows 1 to 3 are missing",)


def test_a_row_that_was_put_in_is_found(told: Database) -> None:
    copied = "programme_id, at, actor, account, verb, ref, facts, words_id, words_mac, mac"
    tamper(told, f"INSERT INTO history (number, {copied}) SELECT 5, {copied} FROM history WHERE number = 4")
    assert "row 5 has been changed" in verify(told).faults


def test_a_cut_off_end_is_found_by_the_count_kept_beside_it(told: Database) -> None:
    tamper(told, "DELETE FROM history WHERE number = 4")
    assert verify(told).faults == ("the history ends at row 3, but 4 were recorded",)


def test_a_cut_off_end_with_its_count_mended_is_found_only_by_a_head_kept_elsewhere(told: Database) -> None:
    head = verify(told).head
    tamper(told, "DELETE FROM history WHERE number = 4")
    last = "(SELECT mac FROM history WHERE number = 3)"
    tamper(told, f"UPDATE programme SET chain_number = 3, chain_mac = {last}")
    assert verify(told).faults == ()
    assert verify(told, head).faults == ("the history ends at row 3, but had 4 rows before",)


def test_a_history_rewritten_with_the_key_is_found_by_a_head_kept_elsewhere(told: Database) -> None:
    head = verify(told).head
    tamper(told, "DELETE FROM history WHERE number = 4")
    tamper(told, "UPDATE programme SET chain_number = 3, chain_mac = (SELECT mac FROM history WHERE number = 3)")
    with told.write() as tx:
        history.record(tx, "resume", actor="office", now=NOW)
    assert verify(told).faults == ()
    assert verify(told, head).faults == ("row 4 is not the one that was signed then",)


def test_a_history_that_went_on_agrees_with_an_earlier_head(told: Database) -> None:
    head = verify(told).head
    with told.write() as tx:
        history.record(tx, "resume", actor="office", now=NOW)
    assert verify(told, head).faults == ()


def test_another_key_agrees_with_nothing(told: Database) -> None:
    other = Database(told.url, b"another key than the history's")
    assert "row 1 has been changed" in verify(other).faults
    other.close()


def test_a_redacted_row_is_said_to_be_redacted_and_is_no_fault(told: Database) -> None:
    assert redact(told, 3)
    verdict = verify(told)
    assert (verdict.redacted, verdict.faults) == ((3,), ())
    with told.read() as tx:
        row = history.find_row(tx, 3)
        said = history.find_row(tx, 5)
    assert row is not None
    assert (row.words, row.redacted, row.actor) == (None, True, "console:a")
    assert said is not None
    assert (said.verb, said.ref, said.facts, said.words) == ("redact", "P1.1b", {"redacts": 3}, "it named a child")


def test_the_reason_of_a_redaction_may_be_redacted_too(told: Database) -> None:
    redact(told, 3, "it named Ellie")
    assert redact(told, 5, "so did the reason")
    assert (verify(told).redacted, verify(told).faults) == ((3, 5), ())


@pytest.mark.parametrize("number", [2, 99])
def test_a_row_without_words_cannot_be_redacted(told: Database, number: int) -> None:
    assert not redact(told, number)
    assert verify(told).head.number == 4


def test_a_row_is_redacted_once(told: Database) -> None:
    assert (redact(told, 3), redact(told, 3)) == (True, False)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE words SET text = NULL WHERE text LIKE 'Ellie%'", "UPDATE history SET words_id = NULL WHERE number = 3"],
)
def test_words_taken_out_without_a_redaction_are_a_fault(told: Database, statement: str) -> None:
    tamper(told, statement)
    assert verify(told).faults == ("the words of row 3 are missing and no redaction says so",)


def test_a_redaction_that_was_forged_excuses_nothing(told: Database) -> None:
    redact(told, 1)
    tamper(told, "UPDATE words SET text = NULL WHERE text LIKE 'Ellie%'")
    tamper(told, "UPDATE history SET facts = '{\"redacts\": 3}' WHERE verb = 'redact'")
    faults = verify(told).faults
    assert "row 5 has been changed" in faults
    assert "the words of row 3 are missing and no redaction says so" in faults


def test_the_words_are_kept_as_they_were_said(db: Database) -> None:
    words = "  „ß“ – 𝔘 \t\n'; DROP TABLE words; --  "
    with db.write() as tx:
        history.record(tx, "progress", actor="a", now=NOW, text=words)
    with db.read() as tx:
        assert [row.words for row in history.list_rows(tx)] == [words]
    assert verify(db).faults == ()


def test_rows_are_listed_newest_first_by_action_and_by_actor(told: Database) -> None:
    with told.read() as tx:
        assert [row.number for row in history.list_rows(tx)] == [4, 3, 2, 1]
        assert [row.number for row in history.list_rows(tx, ref="P1.1a")] == [2, 1]
        assert [row.number for row in history.list_rows(tx, actor="console:a", most=1)] == [3]


def test_a_transaction_that_fails_leaves_no_row(told: Database) -> None:
    def fail() -> None:
        with told.write() as tx:
            history.record(tx, "progress", actor="a", now=NOW, text="never said")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (verify(told).head.number, verify(told).faults) == (4, ())


# Redacting what people said through the door: the words stand in many places.

SECRET = "Ellie Marsh of year 4 has been seen"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = Story(tmp_path)
    one.load(tiny_plan(("P1.1a", "Write it.", "A", "Oct-22"), ("P1.1b", "Send it.", "A", "Oct-22")))
    one.give("A", "Ann")
    yield one
    one.close()


def number_of(story: Story, verb: str) -> int:
    with story.app.db.read() as tx:
        return next(row.number for row in history.list_rows(tx) if row.verb == verb)


@pytest.mark.parametrize(
    ("typed", "verb"),
    [
        (f"progress P1.1a {SECRET}", "progress"),
        (f"evidence P1.1a {SECRET}", "evidence"),
        (f"rag P1.1a at-risk {SECRET}", "rag"),
        (f"slipping P1.1a Dec-22 {SECRET}", "slipping"),
        (f"done P1.1a {SECRET}", "done"),
        (f"mitigation P1.1a {SECRET}; A; Dec-22", "mitigation"),
    ],
)
def test_redacted_words_are_nowhere_left(story: Story, tmp_path: Path, typed: str, verb: str) -> None:
    story.say("A", typed)
    number = number_of(story, verb)
    story.say("office", f"redact {number} it named a child")
    for asked in ("action P1.1a", "history P1.1a", "digest The Board", "actions all"):
        assert "Ellie" not in story.say("office", asked)
    assert f"Row {number}: redacted." in "\n".join(verified(story))
    story.close()
    assert not [path.name for path in tmp_path.iterdir() if b"Ellie" in path.read_bytes()]


def verified(story: Story) -> list[str]:
    with story.app.db.read() as tx:
        lines, faults = office.verify_audit(tx, None)
    assert faults == 0
    return lines


def test_answers_that_repeat_redacted_words_are_rid_of_them(story: Story, tmp_path: Path) -> None:
    where = Where("slack", "D1", "", "T1")
    story.give("A", "Ann", address="slack:T1:U1")
    door = story.app.door(lambda: story.now)
    door.note(Request("slack:T1:U1", f"mitigation P1.1a {SECRET}; A; Dec-22", where, seen_id="event:1"))
    story.say("office", f"redact {number_of(story, 'mitigation')} it named a child")
    with story.app.db.read() as tx:
        facts = tx.conn.execute(sa.text("SELECT facts FROM outbox WHERE kind = 'reply'")).scalar_one()
    assert "(redacted)" in facts
    story.close()
    assert not [path.name for path in tmp_path.iterdir() if b"Ellie" in path.read_bytes()]


def test_only_the_office_may_redact(story: Story) -> None:
    story.say("A", "progress P1.1a it is written")
    story.refused("A", f"redact {number_of(story, 'progress')} I would rather not have said it")
    story.refused("office", f"redact {number_of(story, 'progress')}")
    assert "it is written" in story.say("A", "history P1.1a")


def test_a_redaction_takes_the_mitigations_name_and_leaves_refs_alone(story: Story) -> None:
    story.say("Ann", "mitigation P1.1a P1; Ellie Smith; 30 September 2022")
    with story.app.db.write() as tx:
        outbox = sa.text("SELECT facts FROM outbox WHERE kind <> 'reply' ORDER BY id")
        before = tx.conn.execute(outbox).all()
        number = history.list_rows(tx, most=1)[0].number
        assert history.redact(tx, number, "a name", actor="office", now=NOW)
        assert tx.conn.execute(outbox).all() == before
        assert tx.conn.execute(sa.text("SELECT who FROM mitigation")).scalars().all() == [""]
