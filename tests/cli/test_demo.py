"""`halfterm demo` from outside: only its own database, only this machine, and on where it was."""

from __future__ import annotations

import re
import shutil
import signal
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.demo import STARTS, Demo
from programme.messages import UserError
from storage import ledger
from storage.history import list_rows
from tests.cli.run import halfterm, run, start, well


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example.org", ""])
def test_it_listens_on_this_machine_only(host: str, folder: Path) -> None:
    assert "The demo listens on this machine only" in halfterm("demo", "--host", host).sentence
    assert not list(folder.iterdir())


def test_it_refuses_a_folder_whose_database_is_not_its_own(planned: Path) -> None:
    (planned / "mine").mkdir()
    shutil.copyfile("halfterm.db", "mine/demo.db")
    before = (planned / "mine" / "demo.db").read_bytes()
    for flags in ([], ["--fresh"]):
        ran = halfterm("demo", "--folder", "mine", "--port", "0", *flags)
        assert "mine holds a database that is not the demo's" in ran.sentence
        assert (planned / "mine" / "demo.db").read_bytes() == before


def test_it_refuses_a_database_without_a_plan_that_is_not_its_own(folder: Path) -> None:
    well("people", "office", "console:o")
    (folder / "mine").mkdir()
    shutil.copyfile("halfterm.db", "mine/demo.db")
    with pytest.raises(UserError, match="not the demo's"):
        Demo(folder / "mine")


def test_the_tour_plays_the_whole_loop_and_exits(folder: Path) -> None:
    ran = run("demo", "--tour", folder=folder)
    assert (ran.code, ran.err) == (0, "")
    for said in (
        "Monday 5 September 2022, 08:55",
        "P2.3c is now",
        "the new template is live in 12 schools",
        "a weekly import by hand",
        "The escalation of P2.3c is acknowledged",
        "SEND Oversight Board",
        "Why, for P2.3c",
    ):
        assert said in ran.out
    assert not list(folder.iterdir())


def test_it_goes_on_where_it_was_and_begins_again_when_told(folder: Path) -> None:
    demo = Demo(folder / "demo-data")
    demo.move("hour")
    demo.say("BIA", "progress P2.3c twelve schools have it", {})
    lines, now = demo.lines("BIA"), demo.instant()
    demo.close()
    demo = Demo(folder / "demo-data")
    assert demo.instant() == now
    assert now.replace(second=0, microsecond=0) == STARTS + timedelta(hours=1)
    assert demo.lines("BIA") == lines
    demo.close()
    demo = Demo(folder / "demo-data", fresh=True)
    assert (demo.instant(), list(demo.lines("BIA"))) == (STARTS, [])
    demo.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_where_it_is_and_ends_well(folder: Path, how: signal.Signals) -> None:
    process = start("demo", "--port", "0", folder=folder, DATABASE_URL="nonsense", SLACK_BOT_TOKEN="nonsense")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line
        assert httpx.get(found[0], timeout=10).status_code == 200
        assert httpx.get(found[0] + "healthz", timeout=10).text == "ok\n"
        process.send_signal(how)
        _out, err = process.communicate(timeout=5)
        assert (process.returncode, err) == (0, "")
    finally:
        process.kill()
        process.communicate()
    assert {path.name for path in folder.iterdir()} == {"demo-data"}


def test_an_answer_given_as_soon_as_the_clock_has_moved_counts_as_one_to_what_was_sent(folder: Path) -> None:
    with closing(Demo(folder / "demo-data")) as demo:
        for _ in range(3):
            demo.move("morning")
        while "Please say where" not in _last(demo, "BSA"):
            demo.move("morning")
        demo.say("BSA", "nochange P2.1a", {})
        demo.say("office", "why P2.1a", {})
        with demo.app.db.read() as tx:
            (said,) = [row for row in list_rows(tx, ref="P2.1a") if row.actor == "web:BSA"]
            asked = [line.sent_at for line in ledger.list_of(tx, "P2.1a") if line.sent_at]
    assert said.at > max(asked)


def test_whoever_has_nothing_left_to_do_can_still_be_chosen_and_each_kind_stands_together(folder: Path) -> None:
    with closing(Demo(folder / "demo-data")) as demo:
        demo.move("morning")
        demo.say("Comms", "done P1.3d https://example.org/news", {})
        demo.say("FIS", "done P1.3d https://example.org/news", {})
        demo.say("SD EES&P", "agree P1.3d", {})
        found = demo.find_persona("Comms")
        groups = [one.group for one in demo.personas()]
    assert found is not None
    assert found.note == ""
    assert groups == sorted(groups, key=["Programme office", "Chairs", "Accountable leads", "Owners"].index)


def _last(demo: Demo, key: str) -> str:
    lines = [line.body.text for line in demo.lines(key) if not isinstance(line.body, str)]
    return lines[-1] if lines else ""
