"""A digest's files: a row of their own that follows the message, shared once whatever happens."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from programme.messages import Message, Request, Where
from storage import outbox
from tests.delivery.scene import MONDAY, Scene
from tests.delivery.test_kills import NINE, kill_at
from tests.slack import Posted
from tests.story import london

CHAIR = "slack:T1:U1"
TO_SHARE = "files.completeUploadExternal"


def chaired(scene: Scene, meets: str = "2022-09-12 10:00") -> Scene:
    """The first person chairs the Board, which meets in a week: its pack is due on Monday."""
    scene.group("The Board", meets, chair="A")
    return scene


def queue(scene: Scene, at: str = MONDAY) -> None:
    """The files alone, as a chair asks for them."""
    with scene.app.db.write() as tx:
        outbox.say(tx, "asked", "file", CHAIR, due_at=london(at), facts={"group": "The Board"})


def shared(scene: Scene) -> list[Posted]:
    return [post for post in scene.slack.posts if post.files]


def state(scene: Scene) -> tuple[str, bool]:
    (row,) = scene.rows("file")
    return row.state, row.doubtful


def test_the_pack_is_followed_by_the_whole_as_word_and_the_picture_in_its_thread(scene: Scene) -> None:
    chaired(scene).tick(MONDAY)
    (pack,) = [post for post in scene.posts_to("U1") if post.text.startswith("The Board")]
    assert "The whole as a Word file follows in the thread." in str(pack.blocks)
    (files,) = shared(scene)
    assert (files.channel, files.thread_ts) == ("DU1", pack.ts)
    paper, picture = (scene.slack.files[one] for one in files.files)
    assert paper.name == "digest-the-board-2022-09-12.docx"
    assert "P1.1a" in ZipFile(BytesIO(paper.data)).read("word/document.xml").decode()
    assert picture.data.startswith(b"\x89PNG")
    assert "not yet rated" in picture.alt_txt
    assert state(scene) == ("sent", False)
    scene.tick("2022-09-05 10:00")
    assert len(shared(scene)) == 1


def test_a_chair_whose_channel_takes_no_files_is_sent_none(scene: Scene) -> None:
    scene.give("X", "Chair of the Board")
    scene.group("The Board", "2022-09-12 10:00", chair="X")
    sent = scene.tick(MONDAY)
    assert any(one.to == "Chair of the Board" and one.text.startswith("The Board") for one in sent)
    assert scene.rows("file") == []


def test_who_asks_for_a_digest_in_slack_is_sent_its_files_at_any_hour(scene: Scene) -> None:
    chaired(scene).pause(True)
    scene.at("2022-09-05 22:00")
    asked = Request(CHAIR, "digest The Board", Where("slack", "C1", workspace="T1"), seen_id="Ev1")
    reply = scene.app.door(lambda: scene.now).answer(asked)
    assert isinstance(reply, Message)
    assert reply.text.endswith("The whole as a Word file follows in your direct messages.")
    scene.tick()
    (files,) = shared(scene)
    assert (files.channel, files.thread_ts, len(files.files)) == ("DU1", None, 2)
    assert "The Board" in files.text


def test_elsewhere_a_digest_promises_no_file(scene: Scene) -> None:
    assert "direct messages" not in chaired(scene).say("office", "digest The Board")
    assert scene.rows("file") == []


def test_who_may_not_read_the_digest_any_more_is_sent_no_files(scene: Scene) -> None:
    queue(chaired(scene))
    scene.take("A", CHAIR)
    scene.tick(MONDAY)
    assert shared(scene) == []
    assert state(scene) == ("dropped", False)


@pytest.mark.parametrize(("how", "at_first"), [("accept_and_drop", 1), ("drop", 0), ("500", 0)])
def test_after_a_lost_answer_slack_is_asked_by_the_files_id(scene: Scene, how: str, at_first: int) -> None:
    queue(chaired(scene))
    scene.slack.fail(TO_SHARE, how=how)
    scene.app.deliver(lambda: NINE)
    assert (len(shared(scene)), state(scene)) == (at_first, ("sending", False))
    scene.app.deliver(lambda: NINE + timedelta(minutes=6))
    assert (len(shared(scene)), state(scene)) == (1, ("sent", False))
    assert len(scene.slack.asked("files.info")) == (1 if at_first else 2)


def test_files_that_cannot_be_asked_for_are_shared_once_more_and_the_office_is_told(scene: Scene) -> None:
    queue(chaired(scene))
    scene.slack.scopes.remove("files:read")
    scene.slack.fail(TO_SHARE, how="accept_and_drop")
    scene.app.deliver(lambda: NINE)
    scene.app.deliver(lambda: NINE + timedelta(minutes=6))
    assert (len(shared(scene)), state(scene)) == (2, ("sent", True))


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload"])
def test_a_file_that_could_not_be_handed_over_is_handed_over_later(scene: Scene, method: str) -> None:
    queue(chaired(scene))
    scene.slack.fail(method, how="500")
    scene.app.deliver(lambda: NINE)
    assert (shared(scene), state(scene)) == ([], ("due", False))
    scene.app.deliver(lambda: NINE + timedelta(minutes=2))
    assert (len(shared(scene)), state(scene)) == (1, ("sent", False))


def test_without_the_permission_the_digest_goes_and_the_office_is_told_which_is_missing(scene: Scene) -> None:
    scene.slack.scopes.remove("files:write")
    chaired(scene).tick(MONDAY)
    assert any(post.text.startswith("The Board") for post in scene.posts_to("U1"))
    assert state(scene) == ("failed", False)
    scene.tick("2022-09-06 09:00")
    told = scene.to("office")[-1].text
    assert "could not be shared: the Slack app lacks a permission: files:write. The digest itself has gone." in told


def test_files_that_a_restored_backup_doubts_are_not_shared_again(scene: Scene) -> None:
    queue(chaired(scene))
    with scene.app.db.write() as tx:
        row = outbox.claim(tx, NINE, lease="restored", schemes=["slack"], kinds=["file"])
        assert row is not None
        outbox.mark_sending(tx, row, {"not_again": "it may have gone before the restore"}, NINE)
    scene.app.deliver(lambda: NINE + timedelta(minutes=6))
    assert (shared(scene), state(scene)) == ([], ("failed", False))


@pytest.mark.parametrize(
    ("step", "at_its_death"),
    [
        ("claimed", 0),
        ("uploaded", 0),
        ("before the post", 0),
        ("after the post", 1),
        ("before settling", 1),
        ("settled", 1),
    ],
)
def test_killed_while_sharing_files_they_are_shared_once(scene: Scene, step: str, at_its_death: int) -> None:
    queue(chaired(scene, meets="2022-12-06 10:00"))
    kill_at(scene, step, time=1)
    assert len(shared(scene)) == at_its_death
    before = scene.rows("file")
    scene.app.deliver(lambda: NINE)  # what the dead process had in hand is left alone
    assert scene.rows("file") == before
    scene.app.deliver(lambda: NINE + timedelta(minutes=6))
    assert (len(shared(scene)), state(scene)) == (1, ("sent", False))
    asked = {"claimed": 0, "uploaded": 0, "before the post": 2, "settled": 0}
    assert len(scene.slack.asked("files.info")) == asked.get(step, 1)


def test_a_pack_whose_answer_was_lost_is_followed_by_its_files_once_it_is_found(scene: Scene) -> None:
    chaired(scene).slack.fail("chat.postMessage", how="accept_and_drop", times=9)
    scene.tick(MONDAY)
    (pack,) = [post for post in scene.posts_to("U1") if post.text.startswith("The Board")]
    assert scene.rows("file") == []
    scene.tick("2022-09-05 09:06")
    (files,) = shared(scene)
    assert files.thread_ts == pack.ts


def test_killed_once_the_pack_is_settled_its_files_still_follow(scene: Scene) -> None:
    chaired(scene)
    scene.slack.fail("upload", how="500", times=1)  # so that the first try leaves them due
    scene.tick(MONDAY)
    (pack,) = [post for post in scene.posts_to("U1") if post.text.startswith("The Board")]
    assert shared(scene) == []
    kill_at(scene, "uploaded", time=1, at=NINE + timedelta(minutes=2))
    scene.tick("2022-09-05 09:09")
    (files,) = shared(scene)
    assert files.thread_ts == pack.ts
