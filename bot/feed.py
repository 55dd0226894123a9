"""The calendar feed: `GET /calendar/TOKEN.ics`, what one person may see as an iCalendar file; off without a URL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from textwrap import shorten
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.app import App
from documents.calendar_ics import Event, write_calendar
from programme.calendar import Calendar, say_date
from programme.facts import Action, Actor, Group, find_holding_group
from programme.permissions import is_member, owns
from programme.policy import Policy
from programme.reminders import plan_meeting
from storage.actions import list_actions
from storage.db import Tx
from storage.feeds import find_reader
from storage.meetings import list_cancelled
from storage.people import find_actor, list_groups, list_leads, read_directory

_NAME = "halfterm: meetings and timescales"
_BACK = timedelta(days=92)  # what lies further back is left out
_WIDTH = 80
_HEADERS = {"Cache-Control": "private, max-age=900", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def feed_routes(app: App, clock: Callable[[], datetime]) -> list[Route]:
    """The feed's address, where the web reaches this bot at all."""

    def feed(request: Request) -> Response:
        data = write_feed(app, request.path_params["token"], clock())
        if data is None:
            return PlainTextResponse("Not Found", status_code=404)
        return Response(data, media_type="text/calendar; charset=utf-8", headers=_HEADERS)

    return [Route("/calendar/{token}.ics", feed)] if app.settings.public_url else []


def write_feed(app: App, token: str, now: datetime) -> bytes | None:
    """The file behind a link; None where the link is nobody's."""
    host = urlsplit(app.settings.public_url).netloc
    with app.db.read() as tx:
        address = find_reader(tx, token)
        if address is None:
            return None
        calendar = app.read_calendar()
        events = list(_list_events(tx, address, host, now, calendar, app.policy))
    return write_calendar(_NAME, sorted(events, key=lambda one: (_day_of(one, calendar), one.uid)), now)


def _day_of(event: Event, calendar: Calendar) -> str:
    day = calendar.local(event.at).date() if isinstance(event.at, datetime) else event.at
    return day.isoformat()


def _list_events(tx: Tx, address: str, host: str, now: datetime, calendar: Calendar, policy: Policy) -> Iterator[Event]:
    today = calendar.today(now)
    directory = read_directory(tx, today)
    groups, leads = list_groups(tx, directory), list_leads(tx, directory)
    actor = find_actor(tx, address, today, directory, groups, leads)
    if actor is None:
        return
    everything = actor.office or actor.reads_all
    shown: dict[str, Group] = {group.name: group for group in groups if everything or _is_of(actor, group)}
    for action in list_actions(tx, directory, only_open=True):
        holding = find_holding_group(action.focus_area, action.priority, groups)
        if not (everything or _is_theirs(actor, action, holding)):
            continue
        if holding is not None:
            shown.setdefault(holding.name, holding)
        due = action.timescale.due_on
        if due and due >= today - _BACK:
            agreed = action.last_said("agree")
            words = f"Timescale as written: {action.timescale.text}"
            summary = f"{action.ref} due: {shorten(action.text, _WIDTH, placeholder='…')}"
            uid = f"action-{action.id}@{host}"
            yield Event(uid, due, summary, words, sequence=len(action.moves), changed_at=agreed.at if agreed else None)
    for group in shown.values():
        yield from _list_meetings(group, host, now, calendar, policy)
    for one in list_cancelled(tx):
        if one.group in shown and one.starts_at >= now - _BACK:
            yield Event(
                f"meeting-{one.origin}@{host}",
                one.starts_at,
                one.group,
                status="CANCELLED",
                sequence=one.sequence,
                changed_at=one.changed_at,
            )


def _is_theirs(actor: Actor, action: Action, holding: Group | None) -> bool:
    return owns(actor, action) or (holding is not None and _is_of(actor, holding))


def _is_of(actor: Actor, group: Group) -> bool:
    return group.name in actor.chairs or is_member(actor, group)


def _list_meetings(group: Group, host: str, now: datetime, calendar: Calendar, policy: Policy) -> Iterator[Event]:
    """A group's meetings, and the deadline of the papers for each."""
    for one in group.meetings:
        if one.starts_at < now - _BACK:
            continue
        dates = plan_meeting(one, group.papers, calendar, policy)
        loop = f"Updates asked for {say_date(dates.request)}, chased {say_date(dates.chase)}. " if group.asks else ""
        yield Event(
            f"meeting-{one.origin}@{host}",
            one.starts_at,
            f"{group.name} (to be confirmed)" if one.to_confirm else group.name,
            f"{loop}Papers {say_date(dates.papers)}.",
            "TENTATIVE" if one.to_confirm else "CONFIRMED",
            one.sequence,
            one.changed_at,
        )
        yield Event(
            f"papers-{one.origin}@{host}",
            dates.papers,
            f"Papers for {group.name}",
            f"For the meeting on {say_date(dates.day)}.",
            sequence=one.sequence,
            changed_at=one.changed_at,
        )
