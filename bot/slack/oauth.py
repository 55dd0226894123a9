"""Slack's side of installing: where a workspace agrees to it, and the calls that give, renew and revoke its tokens."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

_PATIENCE = 8  # seconds; far less than a lease on renewing a token lasts

# `_silent` because every failure is raised, and slack_sdk's own log lines would hold tokens.
_silent = logging.getLogger("halfterm.slack.web")
_silent.setLevel(logging.CRITICAL)


class Refused(Exception):
    """Slack says no; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoAnswer(Exception):
    """Slack could not be asked, or what came back was no answer of Slack's."""


@dataclass(frozen=True, slots=True)
class SlackOAuth:
    """One Slack app, as the calls about its installations need it. Its calls raise Refused or NoAnswer."""

    client_id: str
    client_secret: str
    api_url: str

    def authorise_url(self, state: str, scopes: Sequence[str], redirect_uri: str) -> str:
        """The page of Slack's, or of GovSlack's, on which somebody agrees to the installation."""
        asked = {"client_id": self.client_id, "scope": ",".join(scopes), "state": state, "redirect_uri": redirect_uri}
        return f"{self.api_url.removesuffix('api/')}oauth/v2/authorize?{urlencode(asked)}"

    def exchange(self, code: str, redirect_uri: str) -> dict[str, Any]:
        """What Slack gives for the code that somebody comes back with: the workspace and its token."""
        return self._access(code=code, redirect_uri=redirect_uri)

    def renew(self, refresh_token: str) -> dict[str, Any]:
        """A new token and a new refresh token for one that is good for a single use."""
        return self._access(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> None:
        """Make a token worthless."""
        _ask(lambda: self._web(token).auth_revoke())

    def _access(self, **fields: str) -> dict[str, Any]:
        web = self._web(None)
        answer = _ask(lambda: web.oauth_v2_access(client_id=self.client_id, client_secret=self.client_secret, **fields))
        if not answer.get("access_token"):
            raise NoAnswer("an answer without a token")
        return answer

    def _web(self, token: str | None) -> WebClient:
        return WebClient(token, base_url=self.api_url, timeout=_PATIENCE, retry_handlers=[], logger=_silent)


def _ask(call: Any) -> dict[str, Any]:
    try:
        answer: SlackResponse = call()
    except SlackApiError as refusal:
        code = str(refusal.response.get("error", ""))
        if refusal.response.status_code >= 500 or not re.fullmatch(r"\w+", code):  # not Slack's JSON: a proxy's page
            raise NoAnswer(f"HTTP {refusal.response.status_code}") from None
        raise Refused(code) from None  # the error's own text may hold what was sent
    except Exception as error:  # unreachable, too slow, half an answer
        raise NoAnswer(type(error).__name__) from None
    return dict(answer.data) if isinstance(answer.data, dict) else {}
