"""The doctor, backups, and putting one back without saying anything twice."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import App
from bot.settings import Settings
from storage.outbox import list_lines
from tests.cli.run import halfterm, run, well
from tests.slack import FakeSlack

BOARD = "SEND Oversight Board"


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        names = [
            row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'setting'")
        ]
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}


# The doctor


def test_the_doctor_says_what_a_new_installation_lacks() -> None:
    ran = halfterm("doctor")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0].startswith("OK: ")
    assert "FIX: There is no plan yet: halfterm import FILE" in lines
    assert any(line.startswith("CHECK: The key that signs the history is in halfterm.key") for line in lines)
    assert any(line.startswith("CHECK: There are no term dates") for line in lines)


def test_the_doctor_finds_what_would_go_unheard(planned: Path) -> None:
    (planned / "halfterm.db").unlink()
    well("import", str(Path(__file__).parents[2] / "bot" / "sample" / "plan.txt"))
    out = halfterm("doctor").out
    assert "FIX: Nobody is the programme office" in out
    assert f"FIX: {BOARD} has no chair to agree anything" in out
    assert "CHECK: Nobody holds HoS SEND, SENDPO," in out


def test_the_doctor_is_content_when_all_is_there(planned: Path) -> None:
    sample = Path(__file__).parents[2] / "bot" / "sample"
    well("terms", str(sample / "terms.csv"))
    well("groups", "set", BOARD, "--chair", "BIA", "--meets", "2022-10-04T10:00")
    ran = halfterm("doctor")
    assert (ran.code, "FIX" in ran.out) == (0, False)
    assert all(check["ok"] for check in halfterm("doctor", "--json").json["checks"])


def test_the_doctor_warns_before_bank_holidays_and_terms_run_out(planned: Path) -> None:
    well("terms", str(Path(__file__).parents[2] / "bot" / "sample" / "terms.csv"))
    assert (
        "CHECK: Bank holidays are known only until 26 December 2028" in halfterm("doctor", now="2028-12-01T09:00").out
    )
    assert "FIX: Bank holidays are known only until 26 December 2028" in halfterm("doctor", now="2029-01-01T09:00").out
    assert "CHECK: Term dates are known only until" in halfterm("doctor", now="2030-01-01T09:00").out


def test_the_doctor_asks_slack_who_it_is(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "secret of slack")
    with FakeSlack() as slack:
        monkeypatch.setenv("SLACK_API_URL", slack.api_url)
        assert "OK: Slack answers for workspace T1; people reach the bot by signed HTTP" in halfterm("doctor").out
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
        ran = halfterm("doctor")
        assert "FIX: Slack does not answer as it should (Slack answered invalid_auth): check SLACK_BOT_TOKEN" in ran.out
        assert ran.code == 1
        assert {method for method, _fields in slack.calls} == {"auth.test"}
    assert "FIX: Slack does not answer as it should (Slack could not be reached)" in halfterm("doctor").out


def test_the_doctor_tells_of_a_database_that_cannot_be_opened(folder: Path) -> None:
    (folder / "halfterm.db").write_text("not a database at all, whatever it is called" * 20)
    ran = halfterm("doctor")
    assert (ran.code, ran.out.startswith("FIX: The database sqlite:///halfterm.db cannot be used")) == (1, True)


# Backups


def test_a_backup_holds_everything_and_prints_the_head(planned: Path) -> None:
    head = well("audit", "verify").splitlines()[-1]
    out = well("backup", "copy.db")
    assert out.splitlines() == [
        "Written: copy.db",
        "Keep halfterm.key too, somewhere else: without it the history cannot be checked.",
        head,
    ]
    assert tables(planned / "copy.db") == tables(planned / "halfterm.db")
    assert (planned / "copy.db").stat().st_mode & 0o077 == 0
    assert {path.name for path in planned.iterdir() if "copy" in path.name} == {"copy.db"}


def test_a_backup_is_made_while_the_database_is_in_use(planned: Path) -> None:
    with closing(sqlite3.connect(planned / "halfterm.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE programme SET paused = 1")
        well("backup", "copy.db")
        other.execute("ROLLBACK")
    assert tables(planned / "copy.db")["programme"] == tables(planned / "halfterm.db")["programme"]


def test_an_earlier_backup_is_written_over_and_nothing_else_is(planned: Path) -> None:
    well("backup", "copy.db")
    well("backup", "copy.db")
    (planned / "minutes.txt").write_text("of the last meeting")
    for name in ("minutes.txt", "halfterm.db"):
        assert halfterm("backup", name).sentence.startswith(f"{name} is not an earlier backup")
    assert (planned / "minutes.txt").read_text() == "of the last meeting"
    assert "There is no file" in halfterm("backup", "no/such/copy.db").sentence


# Restoring


def test_a_restored_database_is_as_it_was_and_says_that_it_was_restored(planned: Path) -> None:
    well("say", "--as", "BIA", "progress P2.3c twelve schools have it")
    well("backup", "copy.db")
    well("say", "--as", "BIA", "progress P2.3c and then thirteen")
    out = well("restore", "copy.db", now="2022-09-05T12:00")
    assert out.splitlines()[0] == "The backup was made at 2022-09-05T07:55+00:00; its history has 4 rows."
    assert out.splitlines()[-2:] == ["The database until now is kept as halfterm.db.before-restore-1.", "Restored."]
    told = well("say", "--as", "office", "history P2.3c")
    assert "twelve schools" in told
    assert "thirteen" not in told
    assert well("audit", "verify").splitlines()[:2] == ["5 rows.", "Every row is as it was written."]
    assert not [path.name for path in planned.iterdir() if path.name.startswith("halfterm.db.tmp")]


def test_the_database_until_now_may_be_put_back_too(planned: Path) -> None:
    well("backup", "copy.db")
    well("say", "--as", "BIA", "progress P2.3c said since")
    well("restore", "copy.db")
    shutil.copyfile("halfterm.db.before-restore-1", "halfterm.db")
    assert "said since" in well("say", "--as", "office", "history P2.3c")


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(planned: Path) -> None:
    well("backup", "copy.db")
    well("say", "--as", "BIA", "progress P2.3c said since")
    before = tables(planned / "halfterm.db")
    assert well("restore", "copy.db", "--dry-run").endswith("Dry run: nothing was changed.")
    assert tables(planned / "halfterm.db") == before
    assert {path.name for path in planned.iterdir()} <= {"copy.db", "halfterm.db", "halfterm.key"}


def test_a_broken_or_missing_database_is_no_hindrance(planned: Path) -> None:
    well("backup", "copy.db")
    (planned / "halfterm.db").write_text("a disk has failed" * 100)
    well("restore", "copy.db")
    assert "BIA: Bea (console:bia)" in well("people", "list")
    (planned / "halfterm.db").unlink()
    well("restore", "copy.db")
    assert "BIA: Bea (console:bia)" in well("people", "list")


def test_a_database_in_use_is_not_replaced(planned: Path) -> None:
    well("backup", "copy.db")
    app = App(Settings())
    try:
        with app.db.read() as tx:
            list_lines(tx)
        assert halfterm("restore", "copy.db").sentence == (
            "halfterm.db is in use: stop halfterm serve, then restore again."
        )
        with app.db.read() as tx:
            list_lines(tx)
    finally:
        app.close()


def test_what_is_no_backup_is_refused(planned: Path) -> None:
    (planned / "text.db").write_text("hello")
    with closing(sqlite3.connect("other.db")) as other:
        other.execute("CREATE TABLE setting (name, value)")
        other.commit()
    shutil.copyfile("halfterm.db", "plain.db")
    for name in ("text.db", "other.db", "plain.db"):
        assert halfterm("restore", name).sentence.startswith(f"{name} is not a backup")
    assert halfterm("restore", "none.db").sentence.startswith("There is no file none.db")


def test_a_backup_from_a_newer_version_is_refused(planned: Path) -> None:
    well("backup", "copy.db")
    with closing(sqlite3.connect("copy.db")) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
        copy.commit()
    assert "made by a newer version" in halfterm("restore", "copy.db").sentence
    assert "BIA: Bea" in well("people", "list")


def test_a_backup_whose_history_does_not_check_out_is_restored_only_on_demand(planned: Path) -> None:
    well("backup", "copy.db")
    (planned / "halfterm.key").rename("elsewhere.key")
    ran = halfterm("restore", "copy.db")
    assert ran.sentence.startswith("The history in copy.db does not check out (row 1 has been changed): put back")
    assert "Fault: row 1 has been changed." in well("restore", "copy.db", "--with-faults")


def test_postgresql_is_told_to_use_its_own_tools(folder: Path) -> None:
    (folder / ".env").write_text(f"DATABASE_URL=postgresql://u:hunter2@localhost/x\nSECRET_KEY={'k' * 32}\n")
    (folder / "copy.db").write_bytes(b"SQLite format 3\0")
    assert "use pg_restore" in run("restore", "copy.db", folder=folder).err


def states(folder: Path) -> dict[str, list[str]]:
    app = App(Settings(database_url=f"sqlite:///{folder / 'halfterm.db'}"))
    with app.db.read() as tx:
        found: dict[str, list[str]] = {}
        for line in list_lines(tx, kinds=["bundle"]):
            found.setdefault(line.address, []).append(line.state)
    app.close()
    return found


def test_what_was_due_since_is_not_sent_again_where_its_channel_cannot_be_asked(planned: Path) -> None:
    app = App(Settings())
    app.plan(datetime(2022, 9, 5, 7, 56, tzinfo=UTC))  # planned, not yet sent
    app.close()
    well("backup", "copy.db")
    assert "--- to console:bia" in well("tick", now="2022-09-05T09:00")
    out = well("restore", "copy.db", now="2022-09-05T09:30")
    assert (
        "messages may have been sent since and cannot be asked for: they are not sent, and the office is told." in out
    )
    assert set(states(planned)["console:bia"]) == {"failed"}
    assert "--- to console:bia" not in well("tick", now="2022-09-05T10:00")
    told = well("tick", now="2022-09-06T09:00")
    assert "--- to console:bia" not in told
    assert "--- to console:office" in told
    assert "Bea" in told


def test_slack_is_asked_what_arrived_since_and_only_the_rest_is_sent(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "secret of slack")
    with FakeSlack() as slack:
        monkeypatch.setenv("SLACK_API_URL", slack.api_url)
        well("people", "set", "SENDPO", "slack:T1:U1")
        well("people", "set", "SENDIO", "slack:T1:U2")
        app = App(Settings())
        app.senders["slack"] = app.senders["console"]
        app.plan(datetime(2022, 9, 5, 7, 56, tzinfo=UTC))
        app.close()
        well("backup", "copy.db")
        slack.fail("chat.postMessage", how="500", times=9, after=1)
        halfterm("tick", now="2022-09-05T09:00")
        assert len(slack.posts) == 1
        slack._failures.clear()
        out = well("restore", "copy.db", now="2022-09-05T09:30")
        assert "2 messages may have been sent since: their channel is asked before anything is said." in out
        well("tick", now="2022-09-05T10:00")
        assert sorted(post.channel for post in slack.posts) == ["DU1", "DU2"]
        well("tick", now="2022-09-06T09:00")
        well("tick", now="2022-09-07T09:00")
        assert len(slack.posts) == 2
    assert states(planned)["slack:T1:U1"] == ["sent"]


def test_an_id_that_was_given_out_since_the_backup_is_not_given_out_again(planned: Path) -> None:
    well("backup", "copy.db")
    well("tick", now="2022-09-05T09:00")
    with closing(sqlite3.connect("halfterm.db")) as db:
        highest = db.execute("SELECT max(id) FROM outbox").fetchone()[0]
    well("restore", "copy.db", now="2022-09-05T08:58")
    well("tick", now="2022-09-05T09:00")
    with closing(sqlite3.connect("halfterm.db")) as db:
        assert db.execute("SELECT min(id) FROM outbox WHERE kind <> 'restore'").fetchone()[0] > highest
