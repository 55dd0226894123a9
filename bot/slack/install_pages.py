"""The two pages on which somebody installs the bot in their Slack workspace: setting out, and coming back."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, get_args

from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation, InstallationStore
from slack_sdk.oauth.state_store import OAuthStateStore
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.slack.installs import Installs, States, find_end
from bot.slack.manifest import OAUTH_PATH, Choice, list_scopes
from bot.slack.oauth import NoAnswer, Refused, SlackOAuth

INSTALL_PATH = "/slack/install"

_COOKIE = OAuthStateUtils.default_cookie_name
_COOKIE_LIVES = OAuthStateUtils.default_expiration_seconds
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address of the page that is come back to holds a code
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_CANCELLED = "Nothing was installed, because it was cancelled in Slack."
_STALE = (
    "Nothing was installed, because this did not begin in this browser within the last ten minutes, or was used before."
)
_REFUSED = "Nothing was installed, because Slack did not accept it."
_NO_ANSWER = "Nothing was installed, because Slack did not answer: wait a minute."
_WHOLE_ORGANISATION = "Nothing was installed, because the bot goes into one workspace at a time: choose a workspace."
_OUR_FAULT = (
    "Something went wrong on our side, so nothing was installed: if it happens twice, tell whoever runs the bot."
)

log = logging.getLogger("halfterm.slack")


def install_routes(installs: Installs, public_url: str, knows: Callable[[str], bool]) -> list[Route]:
    """The routes for the Slack app whose installations these are."""
    states = States(installs.db, installs.clock)
    return InstallPages(installs, states, installs.oauth, list_scopes, public_url, knows, installs.clock).routes()


@dataclass(frozen=True, slots=True)
class InstallPages:
    """`scopes` gives what the bot asks to be allowed, for what somebody chose beside the least it needs; `knows` says
    whether a workspace is part of the programme; `clock` when a token was given."""

    installs: InstallationStore
    states: OAuthStateStore
    oauth: SlackOAuth
    scopes: Callable[[Collection[Choice]], Sequence[str]]
    public_url: str
    knows: Callable[[str], bool]
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        """`GET /slack/install`, where `?with=by-email,files` chooses more, and `GET /slack/oauth_redirect`; both run in
        the thread pool."""
        return [
            Route(INSTALL_PATH, _guarded(self._install), methods=["GET"]),
            Route(OAUTH_PATH, _guarded(self._come_back), methods=["GET"]),
        ]

    @property
    def _redirect_uri(self) -> str:
        return self.public_url + OAUTH_PATH

    def _install(self, request: Request) -> Response:
        wanted = request.query_params.get("with", "").split(",")
        chosen = [choice for choice in get_args(Choice) if choice in wanted]
        state = self.states.issue()
        url = self.oauth.authorise_url(state, self.scopes(chosen), self._redirect_uri)
        response = RedirectResponse(url, 302, _HEADERS)
        response.set_cookie(
            _COOKIE, state, max_age=_COOKIE_LIVES, path="/slack", secure=True, httponly=True, samesite="lax"
        )
        return response

    def _come_back(self, request: Request) -> Response:
        asked = request.query_params
        state = asked.get("state", "")
        is_ours = hmac.compare_digest(state.encode(), request.cookies.get(_COOKIE, "").encode())
        is_fresh = bool(state) and is_ours and self.states.consume(state)
        if asked.get("error"):
            return _page(_CANCELLED, 200)
        if not is_fresh or not asked.get("code"):
            return _page(_STALE, 400)
        try:
            given = self.oauth.exchange(asked["code"], self._redirect_uri)
        except Refused as refusal:
            log.warning("an installation failed: Slack answered %s", refusal.code)
            return _page(_REFUSED, 400)
        except NoAnswer as silence:
            log.warning("an installation failed: %s", silence)
            return _page(_NO_ANSWER, 503)
        team = given.get("team") or {}
        if given.get("is_enterprise_install") or not team.get("id"):
            self._give_back(given["access_token"])
            return _page(_WHOLE_ORGANISATION, 400)
        self.installs.save(_as_installation(given, self.clock()))
        log.info("Slack workspace %s: the bot was installed", team["id"])
        name = escape(str(team.get("name") or team["id"]))
        told = f"The bot is installed in {name}."
        if not self.knows(team["id"]):
            join = f"<code>halfterm workspaces join {escape(team['id'])}</code>"
            told += f" It answers nobody there before the programme office lets the workspace join, with: {join}"
        return _page(told, 200, again=False)

    def _give_back(self, token: str) -> None:
        try:
            self.oauth.revoke(token)
        except (Refused, NoAnswer) as problem:
            log.warning("a token that is not wanted could not be given back: %s", problem)


def _guarded(handle: Callable[[Request], Response]) -> Callable[[Request], Response]:
    def guarded(request: Request) -> Response:
        try:
            return handle(request)
        except Exception as error:  # its text, and the address, may hold what nobody else should see
            log.error("an installation failed: %s", type(error).__name__)
            return _page(_OUR_FAULT, 500)

    return guarded


def _as_installation(given: dict[str, Any], now: datetime) -> Installation:
    ends = find_end(given, now)
    return Installation(
        app_id=given.get("app_id"),
        enterprise_id=(given.get("enterprise") or {}).get("id"),
        team_id=given["team"]["id"],
        team_name=given["team"].get("name"),
        bot_token=given["access_token"],
        bot_user_id=given.get("bot_user_id"),
        bot_scopes=given.get("scope") or "",
        bot_refresh_token=given.get("refresh_token"),
        bot_token_expires_at=int(ends.timestamp()) if ends else None,
        user_id=(given.get("authed_user") or {}).get("id") or "",
        installed_at=now.timestamp(),
    )


def _page(told: str, status: int, *, again: bool = True) -> Response:
    """A page of one sentence, and a link to begin again; whatever happened, the browser's state is done with."""
    link = f' <a href="{INSTALL_PATH}">Start again</a>' if again else ""
    page = (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>halfterm in Slack</title></head>\n'
        f"<body><main><h1>halfterm in Slack</h1>\n<p>{told}{link}</p></main></body>\n</html>\n"
    )
    response = HTMLResponse(page, status, _HEADERS)
    response.delete_cookie(_COOKIE, path="/slack", secure=True, httponly=True, samesite="lax")
    return response
