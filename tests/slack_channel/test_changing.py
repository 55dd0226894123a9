"""Changing what stands in Slack: a post edited in place, a person's Home, files shared in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.slack.sender import SlackSender
from jobs.deliver import Ambiguous, Attachment, CannotAsk, Delivery, NotSent, Receipt, Undeliverable
from programme.messages import Heading, Message, Text
from tests.slack import FakeSlack
from tests.slack_pace import unhurried

SHORT = Message("P2.3c is done", (Text("P2.3c is done"),))
POST = Delivery("ob-1", "slack:T1:U1", Message("P2.3c is due", (Text("P2.3c is due"),)))
HOME = replace(POST, how="home", message=Message("Your actions", (Heading("Your actions"),)))
PAPER = Attachment("digest.docx", "The digest", "", b"PK paper")
PICTURE = Attachment("ratings.png", "Ratings", "3 actions: 1 at risk and 2 on track.", b"PNG picture")
FILES = replace(POST, message=Message("The digest as a file"), files=(PAPER, PICTURE))


def long(parts: int, word: str = "line") -> Message:
    """A message of so many posts."""
    return Message(f"The {word}s", tuple(Heading(f"{word} {n}") for n in range(50 * parts - 20)))


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def sender(slack: FakeSlack) -> SlackSender:
    return SlackSender(slack.token, slack.api_url, limits=unhurried())


def edit(posted: Receipt, message: Message, **more: object) -> Delivery:
    told = replace(POST, how="edit", message=message, parts=posted.parts)
    return replace(told, conversation=posted.conversation, post=posted.post, **more)  # type: ignore[arg-type]  # a field


def heading(text: str) -> str:
    """The first line: what a part is, before the words that it shows."""
    return text.partition("\n")[0]


def texts(slack: FakeSlack) -> list[str]:
    return [heading(post.text) for post in slack.posts]


# A post edited in place


def test_a_post_says_something_else_in_place(slack: FakeSlack, sender: SlackSender) -> None:
    posted = sender.send(POST)
    assert sender.send(edit(posted, SHORT)) == posted
    (post,) = slack.posts
    assert (post.text, post.blocks[0]["text"]["text"], post.id) == ("P2.3c is done", "P2.3c is done", "ob-1")
    assert slack.asked("conversations.replies") == []


def test_an_edit_may_be_done_twice(slack: FakeSlack, sender: SlackSender) -> None:
    posted = sender.send(POST)
    slack.fail("chat.update", how="accept_and_drop")
    with pytest.raises(Ambiguous):
        sender.send(edit(posted, SHORT))
    sender.send(edit(posted, SHORT))
    assert texts(slack) == ["P2.3c is done"]


def test_each_part_of_a_long_message_is_edited_and_those_left_over_say_so(
    slack: FakeSlack, sender: SlackSender
) -> None:
    posted = sender.send(replace(POST, message=long(3)))
    assert posted.parts == 3
    assert sender.send(edit(posted, long(2, "new"))).parts == 3
    assert texts(slack) == ["The news", "The news (part 2 of 2)", "No more here."]
    sender.send(edit(posted, SHORT))
    assert texts(slack) == ["P2.3c is done", "No more here.", "No more here."]
    sender.send(edit(posted, long(3)))
    assert texts(slack) == ["The lines", "The lines (part 2 of 3)", "The lines (part 3 of 3)"]


def test_a_message_that_grows_goes_on_in_its_thread_once(slack: FakeSlack, sender: SlackSender) -> None:
    posted = sender.send(POST)
    slack.fail("chat.postMessage", how="accept_and_drop")
    with pytest.raises(Ambiguous):
        sender.send(edit(posted, long(2)))
    assert sender.send(edit(posted, long(2))).parts == 2
    assert texts(slack) == ["The lines", "The lines (part 2 of 2)"]
    assert [post.id for post in slack.posts] == ["ob-1", "ob-1/2"]
    assert slack.posts[1].thread_ts == posted.post


def test_a_message_in_a_thread_grows_in_that_thread(slack: FakeSlack, sender: SlackSender) -> None:
    asked = sender.send(replace(POST, id="ob-0"))
    posted = sender.send(replace(POST, thread=asked.post))
    sender.send(edit(posted, long(2), thread=asked.post))
    assert [post.thread_ts for post in slack.posts] == [None, asked.post, asked.post]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("message_not_found", "the message to change is gone"),
        ("cant_update_message", "the message to change is not the bot's"),
        ("edit_window_closed", "the message to change is too old for this workspace"),
    ],
)
def test_what_cannot_be_changed_any_more_is_given_up(
    slack: FakeSlack, sender: SlackSender, code: str, reason: str
) -> None:
    posted = sender.send(POST)
    slack.fail("chat.update", how=code)
    with pytest.raises(Undeliverable) as caught:
        sender.send(edit(posted, SHORT))
    assert caught.value.reason == reason


def test_parts_that_cannot_be_asked_for_are_not_posted_again(slack: FakeSlack, sender: SlackSender) -> None:
    posted = sender.send(replace(POST, message=long(2)))
    slack.scopes.remove("im:history")
    with pytest.raises(Undeliverable, match="could not be asked"):
        sender.send(edit(posted, long(3)))
    assert len(slack.posts) == 2


def test_nothing_is_posted_to_a_message_that_is_not_known_any_more(slack: FakeSlack, sender: SlackSender) -> None:
    posted = sender.send(POST)
    sender.send(edit(posted, SHORT, id=""))
    assert texts(slack) == ["P2.3c is done"]
    with pytest.raises(Undeliverable):
        sender.send(edit(posted, long(2), id=""))
    assert len(slack.posts) == 1


# The Home


def test_a_home_is_shown_and_its_hash_kept(slack: FakeSlack, sender: SlackSender) -> None:
    receipt = sender.send(HOME)
    assert slack.homes["U1"]["blocks"][0]["text"]["text"] == "Your actions"
    assert receipt.post == slack.homes["U1"]["hash"]
    assert slack.posts == []


def test_a_home_changed_meanwhile_is_still_replaced_once(slack: FakeSlack, sender: SlackSender) -> None:
    first = sender.send(HOME)
    sender.send(HOME)
    newest = replace(HOME, message=Message("Newest", (Heading("Newest"),)), post=first.post)
    assert sender.send(newest).post == slack.homes["U1"]["hash"]
    assert slack.homes["U1"]["blocks"][0]["text"]["text"] == "Newest"
    assert [fields.get("hash") for fields in slack.asked("views.publish")] == [None, None, first.post, None]


def test_a_home_that_is_switched_off_or_nobodys_is_given_up(slack: FakeSlack, sender: SlackSender) -> None:
    slack.home_enabled = False
    for address in ("slack:T1:U1", "slack:T1:U9", "slack:T1:C1", "mail:a@b.org"):
        with pytest.raises(Undeliverable):
            sender.send(replace(HOME, address=address))
    assert len(slack.asked("views.publish")) == 2


# Files


def share(sender: SlackSender, delivery: Delivery = FILES) -> Delivery:
    """Hand the files over; the delivery that shares them."""
    return replace(delivery, uploads=sender.upload(delivery))


def test_files_are_shared_together_in_the_messages_thread(slack: FakeSlack, sender: SlackSender) -> None:
    posted = sender.send(POST)
    ready = share(sender, replace(FILES, thread=posted.post))
    assert len(slack.posts) == 1
    assert [one.state for one in slack.files.values()] == ["uploaded", "uploaded"]
    receipt = sender.send(ready)
    post = slack.posts[1]
    assert (post.channel, post.thread_ts, post.text) == ("DU1", posted.post, "The digest as a file")
    paper, picture = slack.files.values()
    assert (paper.data, paper.name, paper.title) == (b"PK paper", "digest.docx", "The digest")
    assert (picture.data, picture.alt_txt) == (b"PNG picture", "3 actions: 1 at risk and 2 on track.")
    assert receipt == Receipt("DU1", paper.id)


def test_slack_is_asked_by_the_files_ids_whether_they_were_shared(slack: FakeSlack, sender: SlackSender) -> None:
    ready = share(sender)
    assert sender.find_sent(ready) is None
    slack.fail("files.completeUploadExternal", how="accept_and_drop")
    with pytest.raises(Ambiguous):
        sender.send(ready)
    assert sender.find_sent(replace(ready, message=Message(""), files=())) == Receipt("DU1", ready.uploads[0])


def test_files_that_slack_does_not_know_were_not_shared(slack: FakeSlack, sender: SlackSender) -> None:
    assert sender.find_sent(replace(FILES, uploads=("F9",))) is None


def test_without_its_permission_slack_cannot_be_asked_about_files(slack: FakeSlack, sender: SlackSender) -> None:
    ready = share(sender)
    slack.scopes.remove("files:read")
    with pytest.raises(CannotAsk, match="files:read"):
        sender.find_sent(ready)


def test_the_permission_that_files_need_is_named(slack: FakeSlack, sender: SlackSender) -> None:
    slack.scopes.remove("files:write")
    with pytest.raises(Undeliverable, match="permission: files:write"):
        sender.upload(FILES)


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload"])
@pytest.mark.parametrize("how", ["500", "drop", "accept_and_drop", "429"])
def test_handing_files_over_is_never_in_doubt(slack: FakeSlack, sender: SlackSender, method: str, how: str) -> None:
    slack.fail(method, how=how)
    with pytest.raises(NotSent):
        sender.upload(FILES)
    assert slack.posts == []


def test_files_for_a_channel_the_bot_is_not_in_are_given_up(slack: FakeSlack, sender: SlackSender) -> None:
    ready = share(sender, replace(FILES, address="slack:T1:C2"))
    with pytest.raises(Undeliverable):
        sender.send(ready)
