"""The council's story with everybody on Slack: the real Bolt app in, the real sender out, both to the stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from bot.app import App, run_clock
from bot.settings import Settings
from bot.slack.app import slack_app
from bot.slack.around import join_around
from bot.slack.manifest import FILE_MESSAGE, UPDATE_ACTION
from bot.slack.sender import SlackSender
from bot.slack.windows import Windows
from programme.policy import Report
from tests.slack import FakeSlack
from tests.slack_channel.test_app import Slack, block_actions, event_callback
from tests.slack_pace import unhurried
from tests.stories.council import PLAN
from tests.story import Story

Json = dict[str, Any]
PEOPLE = {"A": "U1", "B": "U2", "C": "U3", "D": "U4", "X": "U5", "N": "U6"}  # role to Slack's id; D chairs the Board
OFFICE = "U9"
METRICS = (
    "\nMeasures\t\tHow far it has come.\t\t\t\n"
    "Ref\tFocus area\tActions\tSuccess criteria\tMetrics\t\n"
    "\t\t\t\tJan 2024\n"
    "P1.1\tWhat was found.\ta. Write the charter.\tIt is done.\t\n"
)
REPORT = Report("Quarterly report", (date(2022, 12, 30),))

_ready: dict[str, Any] = {}  # set up once, then copied


@dataclass
class Workplace(Story):
    """`now` is 10:00 on Monday 5 September 2022; everybody has had their starting list.

    The database is an SQLite file, set up once and then copied, or the empty one at `url`.
    """

    slack: FakeSlack = field(default_factory=FakeSlack)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    url: str = ""

    def __post_init__(self) -> None:
        ready = bool(_ready) and not self.url
        if ready:
            (self.folder / "story.db").write_bytes(_ready["db"])
            self.slack.posts += [replace(post) for post in _ready["posts"]]
            self.slack.post_numbers = count(len(self.slack.posts))
            self.slack.direct |= _ready["direct"]
        self._open()
        self.slack.users = dict.fromkeys([*PEOPLE.values(), OFFICE, "U7"], True)
        self._connect()
        if not ready:
            self._set_up()
        self.door = self.app.door(lambda: self.now)
        windows = Windows(self.slack.token, self.slack.api_url)
        self.bolt = slack_app(self.door.answer, join_around(self.door, windows, lambda team, at: None))
        self.http = Slack(self.bolt)
        self.at("2022-09-05 10:00")

    def _set_up(self) -> None:
        self.office(f"slack:T1:{OFFICE}")
        self.load(PLAN + METRICS)
        for role, user in PEOPLE.items():
            self.give(role, address=f"slack:T1:{user}")
        self.group("The Board", "2022-10-04 10:00", "2022-11-29 10:00", chair="D", strategic=True)
        self.tick("2022-09-05 09:00")
        if self.url:
            return
        self.app.close()
        _ready["db"] = (self.folder / "story.db").read_bytes()
        _ready["posts"] = [replace(post) for post in self.slack.posts]
        _ready["direct"] = dict(self.slack.direct)
        self._open()
        self._connect()

    def _connect(self) -> None:
        self.app.senders["slack"] = SlackSender(self.slack.token, self.slack.api_url, limits=unhurried())

    def _open(self) -> None:
        if self.url:
            self.app = App(Settings(self.url, "a key for the story"), senders={"console": self})
            self.office("console:office")
        else:
            super().__post_init__()
        self.app.policy = replace(self.app.policy, reports=(REPORT,))

    # What people do.

    def slash(self, user: str, command: str, text: str = "", channel: str = "C1") -> Json:
        """A slash command; the answer in the response."""
        answer = self.http.command(command, text, user_id=user, channel_id=channel, trigger_id=self.trigger(user))
        assert answer.status_code == 200
        return answer.json() if answer.text else {}

    def write(self, user: str, text: str, thread: str = "", **more: Any) -> list[str]:
        """A direct message, or a reply in a thread there; what the bot then posts to them."""
        event = {"type": "message", "channel": f"D{user}", "channel_type": "im", "user": user, "text": text}
        return self._hear(user, event | ({"thread_ts": thread} if thread else {}) | more)

    def edit(self, user: str, ts: str, before: str, after: str, thread: str = "") -> list[str]:
        """A direct message put anew by its author."""
        message = {"user": user, "ts": ts, "text": after} | ({"thread_ts": thread} if thread else {})
        previous = {"previous_message": message | {"text": before}, "message": message}
        event = {"type": "message", "subtype": "message_changed", "channel": f"D{user}", "channel_type": "im"}
        return self._hear(user, event | previous)

    def mention(self, user: str, text: str, channel: str = "C1", **more: Any) -> list[str]:
        event = {"type": "app_mention", "channel": channel, "user": user, "text": f"<@UBOT> {text}"}
        return self._hear(user, event | more)

    def tap(self, user: str, command: str, ts: str = "") -> list[str]:
        """A button with that command on one of the bot's messages to them."""
        body = block_actions(
            user={"id": user, "team_id": "T1"},
            channel={"id": f"D{user}"},
            trigger_id=self.trigger(user),
            message={"ts": ts or self.last_to(user)},
            actions=[{"type": "button", "block_id": "b", "action_id": "say:0", "value": command}],
        )
        assert self.http.form(payload=json.dumps(body)).status_code == 200
        return self.deliver_to(user)

    def submit(self, user: str, **answers: str) -> Json:
        """Fill in the modal that is open and submit it; what Slack is answered."""
        view = self.slack.views[user]
        values: Json = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element, name = block["element"], block["block_id"].removeprefix("field:")
                values[block["block_id"]] = {element["action_id"]: _state(element, answers.pop(name, None))}
        assert answers == {}, f"the form does not ask for {list(answers)}"
        body = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": user, "team_id": "T1"}}
        body |= {"trigger_id": self.trigger(user), "view": view | {"state": {"values": values}}}
        answer = self.http.form(payload=json.dumps(body))
        assert answer.status_code == 200
        told: Json = answer.json() if answer.text else {}
        self.slack.settle(user, told)
        return told

    def shortcut(self, user: str, callback: str = UPDATE_ACTION, **more: Any) -> None:
        """A global shortcut, or with FILE_MESSAGE the one on a message."""
        kind = "message_action" if callback == FILE_MESSAGE else "shortcut"
        who = {"team": {"id": "T1", "domain": "council"}, "user": {"id": user, "name": user.lower()}}
        body = {"type": kind, "callback_id": callback, "trigger_id": self.trigger(user)} | who | more
        assert self.http.form(payload=json.dumps(body)).status_code == 200

    def open_home(self, user: str) -> Json:
        """Open the App Home; the view that is then shown."""
        self._hear(user, {"type": "app_home_opened", "tab": "home", "channel": f"D{user}", "user": user})
        return self.slack.homes[user]

    # What they see.

    def trigger(self, user: str) -> str:
        return self.slack.trigger(user)

    def last_to(self, user: str) -> str:
        """The `ts` of the last message to them that is not in a thread; they say hello where there is none."""
        mine = [post.ts for post in self.slack.posts if post.channel == f"D{user}" and not post.thread_ts]
        return mine[-1] if mine or not self.write(user, "hello") else self.last_to(user)

    def deliver_to(self, user: str) -> list[str]:
        """Let the outbox go now; the new messages to them."""
        before = len(self.slack.posts)
        self.app.deliver(run_clock(self.now))
        return [post.text for post in self.slack.posts[before:] if post.channel == f"D{user}"]

    def _hear(self, user: str, event: Json) -> list[str]:
        body = event_callback(f"Ev{next(self.numbers)}", **({"ts": f"1662366000.{next(self.numbers):06d}"} | event))
        assert self.http.send(json.dumps(body)).status_code == 200
        return self.deliver_to(user)


@contextmanager
def open_workplace(folder: Path, url: str = "") -> Iterator[Workplace]:
    with FakeSlack() as slack:
        place = Workplace(folder, slack=slack, url=url)
        try:
            yield place
        finally:
            place.close()


def buttons_of(blocks: list[Json]) -> dict[str, str]:
    """Label to command of every button in a message, a modal or a Home."""
    taps = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return {tap["text"]["text"]: tap["value"] for tap in taps}


def _state(element: Json, answer: str | None) -> Json:
    """How Slack tells what an element holds: what was filled in, else what it was opened with."""
    kind = element["type"]
    if kind == "static_select":
        options = {option["value"]: option for option in element["options"]}
        chosen = options[answer] if answer is not None else element.get("initial_option")
        return {"type": kind, "selected_option": chosen}
    if kind == "datepicker":
        return {"type": kind, "selected_date": answer if answer is not None else element.get("initial_date")}
    return {"type": kind, "value": answer if answer is not None else element.get("initial_value")}
