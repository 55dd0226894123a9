"""What keeps the bot from its work in Slack, and what to click: token, scopes, way in, clock, channels, people."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.manifest import SCOPES, list_scopes
from bot.slack.people import SlackPeople
from programme.messages import UserError

Finding = tuple[bool | None, str]  # well, or better done otherwise (None), or to be put right (False)

MOST_PEOPLE = 100  # looked up; the first ones
_MOST_SKEW = timedelta(seconds=60)
_SCOPES_ARE_SET = "under Slack, OAuth & Permissions, Scopes, Bot Token Scopes"

# `_silent` because slack_sdk's own log lines hold what was asked.
_silent = logging.getLogger("halfterm.slack.web")
_silent.setLevel(logging.CRITICAL)


def examine_way_in(app_token: str, signing_secret: str, api_url: str) -> Iterator[Finding]:
    """Whether Socket Mode opens, or without it whether the signing secret is one."""
    if app_token:
        try:
            _ask(_web(app_token, api_url).apps_connections_open, app_token=app_token)
        except _NoAnswer as trouble:
            yield (
                False,
                f"Socket Mode does not open ({trouble.reason}): switch it on under Slack, Socket Mode, and copy "
                "SLACK_APP_TOKEN again from Slack, Basic Information, App-Level Tokens, made with the scope "
                "connections:write.",
            )
        else:
            yield True, "Socket Mode opens."
    elif not re.fullmatch("[0-9a-f]{32}", signing_secret):
        yield (
            False,
            "SLACK_SIGNING_SECRET is not 32 of the characters 0-9 and a-f, so whatever Slack sends would be refused: "
            "copy it again from Slack, Basic Information, Signing Secret.",
        )
    else:
        yield True, "The signing secret looks like one."


def examine_workspace(
    token: str,
    api_url: str,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    *,
    way: str,
    mend: str,
    channels: Mapping[str, str],
    people: Mapping[str, str],
) -> Iterator[Finding]:
    """One workspace by its token. `channels` and `people` are addresses there to what they are to the office; `mend`
    says how a good token comes about. Nobody is written to."""
    web = _web(token, api_url)
    try:
        answer = _ask(web.auth_test)
    except _NoAnswer as trouble:
        yield (
            False,
            f"Slack does not answer as it should ({trouble.reason}): {mend}, and check the network.",
        )
        return
    team = str(answer.get("team_id", ""))
    yield True, f"Slack answers for workspace {team}; people reach the bot by {way}."
    yield from _check_clock(answer, clock())
    yield from _check_scopes(answer, with_channels=bool(channels))
    slack = SlackPeople(token, api_url, sleep)
    elsewhere = {one: label for one, label in [*channels.items(), *people.items()] if one.split(":")[1] != team}
    for met in _list_met(slack, elsewhere):
        del elsewhere[met]
    if elsewhere:
        yield (
            False,
            f"The bot is not in the workspace of {_list(elsewhere)}: set addresses that begin with slack:{team}, or "
            "have it installed there.",
        )
    yield from _check_channels(web, {one: label for one, label in channels.items() if one not in elsewhere})
    here = {one: label for one, label in people.items() if one not in elsewhere}
    yield from _check_people(slack, here)


def _check_clock(answer: SlackResponse, now: datetime) -> Iterator[Finding]:
    try:
        there = parsedate_to_datetime(_header(answer, "date"))
    except ValueError:
        return
    off = now - there
    if abs(off) <= _MOST_SKEW:
        yield True, "This machine's clock agrees with Slack's."
    else:
        seconds, side = int(abs(off).total_seconds()), "ahead of" if off > timedelta() else "behind"
        yield (
            False,
            f"This machine's clock is {seconds} seconds {side} Slack's: set it, best by NTP; at 300 whatever Slack "
            "signs is refused.",
        )


def _check_scopes(answer: SlackResponse, *, with_channels: bool) -> Iterator[Finding]:
    given = {scope.strip() for scope in _header(answer, "x-oauth-scopes").split(",")} - {""}
    if not given:
        return
    lacking = [scope for scope in list_scopes(()) if scope not in given]
    if lacking:
        why = "; ".join(f"{scope} {SCOPES[scope].why}" for scope in lacking)
        yield False, f"The Slack app lacks scopes: {why}. Add them {_SCOPES_ARE_SET}, and install the app again."
    else:
        yield True, "The Slack app has the scopes it needs."
    more = [scope for scope in list_scopes(["channels"]) if scope not in given and scope not in lacking]
    if with_channels and more:
        yield (
            None,
            f"The Slack app cannot look into the channels it writes to without {', '.join(more)}: add them "
            f"{_SCOPES_ARE_SET} (halfterm manifest slack --channels has them), and install the app again.",
        )
    idle = sorted(given - set(SCOPES))
    if idle:
        yield None, f"Nothing here needs the scopes {', '.join(idle)}: take them out {_SCOPES_ARE_SET}."


def _check_channels(web: WebClient, channels: Mapping[str, str]) -> Iterator[Finding]:
    for address, label in channels.items():
        try:
            found: dict[str, Any] = _ask(web.conversations_info, channel=address.split(":")[2]).get("channel") or {}
        except _NoAnswer as trouble:
            if trouble.code == "missing_scope":
                return  # said with the scopes
            if trouble.code == "channel_not_found":
                yield (
                    False,
                    f"Slack shows the bot no channel {address} ({label}): it is private and the bot is not in it, so "
                    "type /invite @halfterm there; or it is gone, so set another.",
                )
            else:
                yield None, f"The channel {address} ({label}) could not be looked at ({trouble.reason})."
            continue
        name = f"#{found.get('name') or address}"
        if found.get("is_archived"):
            yield False, f"The channel {name} ({label}) is archived: set another, or have it opened again."
        elif found.get("is_member") is False:
            yield False, f"The bot is not in the channel {name} ({label}): type /invite @halfterm there."
        else:
            yield True, f"The bot is in the channel {name} ({label})."


def _list_met(slack: SlackPeople, elsewhere: Iterable[str]) -> list[str]:
    """Those who are of another organisation and are reached from here, as a channel is shared with it."""
    met: list[str] = []
    for address in list(elsewhere)[:MOST_PEOPLE]:
        _, team, user = address.split(":")
        try:
            found = slack.find_by_id(user) if user[:1] in ("U", "W") else None
        except UserError:
            return met  # why is said where role holders are looked up
        if found and found.team == team:
            met.append(address)
    return met


def _check_people(slack: SlackPeople, people: Mapping[str, str]) -> Iterator[Finding]:
    fine = 0
    for address, label in list(people.items())[:MOST_PEOPLE]:
        try:
            found = slack.find_by_id(address.split(":")[2])
        except UserError as trouble:
            yield None, f"Role holders could not be looked up. {trouble.text}"
            return
        if found is None:
            yield False, f"Slack knows nobody at {address} ({label}): set another address with halfterm people set."
        elif found.wrong:
            yield False, f"Nothing reaches {address} ({label}), for {found.wrong}: halfterm people end ROLE {address}"
        else:
            fine += 1
    if fine:
        yield True, f"{fine} {'person has' if fine == 1 else 'people have'} an open Slack account."
    if len(people) > MOST_PEOPLE:
        yield None, f"Only the first {MOST_PEOPLE} of {len(people)} people were looked up in Slack."


def _web(token: str, api_url: str) -> WebClient:
    return WebClient(token, base_url=api_url, retry_handlers=[], logger=_silent, timeout=10)


def _ask(method: Callable[..., SlackResponse], **fields: str) -> SlackResponse:
    try:
        return method(**fields)
    except SlackApiError as refusal:
        code = str(refusal.response.get("error", ""))
        shown = f"Slack answered {code}" if re.fullmatch(r"\w+", code) else f"HTTP {refusal.response.status_code}"
        raise _NoAnswer(shown, code) from None
    except (URLError, OSError):
        raise _NoAnswer("Slack could not be reached") from None
    except Exception as error:  # half an answer, a proxy's page
        raise _NoAnswer(type(error).__name__) from None


def _header(answer: SlackResponse, name: str) -> str:
    """A header of an answer, whatever its case; "" where there is none."""
    return next((str(value) for key, value in answer.headers.items() if key.lower() == name), "")


def _list(labels: Mapping[str, str], most: int = 5) -> str:
    shown: Sequence[str] = [f"{label} ({address})" for address, label in list(labels.items())[:most]]
    return ", ".join(shown) + (f" and {len(labels) - most} more" if len(labels) > most else "")


class _NoAnswer(Exception):
    """Slack said no, in its own word, or nothing."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
