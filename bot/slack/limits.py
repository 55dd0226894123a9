"""How much Slack takes a minute, kept before it has to refuse: https://docs.slack.dev/apis/web-api/rate-limits"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import timedelta

from jobs.deliver import NotSent
from jobs.sender import Rests

POSTS_A_MINUTE = 200  # "several hundred messages per minute" a workspace, says Slack
_APART = 1.0  # seconds between two posts to one channel
_MINUTE = 60.0
_STORM = 3  # so many refusals on end are meant for the whole workspace

# A minute and workspace, by slack_sdk's name of the method: Slack's tiers 3 and 4. Any other is not counted.
_A_MINUTE = {
    "conversations_open": 50,
    "chat_update": 50,
    "conversations_history": 50,
    "conversations_replies": 50,
    "views_publish": 100,
    "files_getUploadURLExternal": 100,
    "files_completeUploadExternal": 100,
    "files_info": 100,
}
# What has to wait when there has been too much of it; any other method keeps nothing back but its own address.
_KEEPS_BACK: dict[str, Rests] = {
    "chat_update": "kind",
    "views_publish": "kind",
    "files_getUploadURLExternal": "kind",
    "files_completeUploadExternal": "kind",
    "files_info": "kind",
}


class Limits:
    """Counts the calls of this process; where Slack counts otherwise its own answer is heeded.

    `clock` is monotonic, in seconds; `wait` lets so many of them pass.
    """

    def __init__(
        self,
        posts_a_minute: int = POSTS_A_MINUTE,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._most = _A_MINUTE | {"chat_postMessage": posts_a_minute}
        self._clock = clock
        self._wait = wait
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._last_post: dict[tuple[str, str], float] = {}
        self._refused: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, method: str, team: str, channel: str = "", *, patiently: bool = False) -> None:
        """Count a call about to be made; NotSent where it must not be made yet. `channel`: where it posts.

        `patiently`: wait for the channel's second to pass, as the later posts of one message do.
        """
        with self._lock:
            if patiently and (left := self._until_next_post(team, channel)) > 0:
                self._wait(left)
            now = self._clock()
            if (left := self._until_next_post(team, channel)) > 0:
                raise _too_much(left, "address")
            calls, most = self._calls[team, method], self._most.get(method)
            if most is not None:
                while calls and calls[0] <= now - _MINUTE:
                    calls.popleft()
                if len(calls) >= most:
                    rests = "workspace" if method == "chat_postMessage" else _KEEPS_BACK.get(method, "address")
                    raise _too_much(calls[0] + _MINUTE - now, rests)
                calls.append(now)
            if channel:
                self._last_post[team, channel] = now

    def note_refused(self, method: str, team: str) -> Rests:
        """Slack refused a call as too many: what has to wait."""
        if method != "chat_postMessage":
            return "workspace" if method == "conversations_open" else _KEEPS_BACK.get(method, "address")
        self._refused[team] = self._refused.get(team, 0) + 1
        return "workspace" if self._refused[team] >= _STORM else "address"

    def note_taken(self, method: str, team: str, channel: str = "") -> None:
        """Slack took a call. It may have come there as late as its answer: a minute and a channel's second are counted
        from then."""
        with self._lock:
            if channel:
                self._last_post[team, channel] = self._clock()
            if calls := self._calls.get((team, method)):
                calls[-1] = self._clock()
        if method == "chat_postMessage":
            self._refused.pop(team, None)

    def _until_next_post(self, team: str, channel: str) -> float:
        last = self._last_post.get((team, channel))
        return last + _APART - self._clock() if last is not None else 0.0


def _too_much(seconds: float, rests: Rests) -> NotSent:
    return NotSent("Slack takes no more for now", timedelta(seconds=seconds), rests, asked=False)
