"""The stand-in's tokens: who one is, installing by OAuth, rotation. https://docs.slack.dev/authentication"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.slack_workspace import TOKEN_LIVES, Json, SlackError, Workspace

if TYPE_CHECKING:
    from tests.slack import FakeSlack

CODE_LIVES = 10 * 60  # seconds


@dataclass
class Code:
    """What Slack sends a browser back with, once somebody has allowed the app."""

    workspace: Workspace
    user: str
    redirect_uri: str
    made_at: float


@dataclass
class Client:
    """The app, as OAuth knows it."""

    client_id: str = "1.2"
    client_secret: str = "client-secret"
    rotates: bool = False
    for_organisation: bool = False  # whoever allows it allows it for a whole Enterprise Grid
    codes: dict[str, Code] = field(default_factory=dict)


def auth_test(slack: Workspace, fields: Json) -> Json:
    return {
        "url": f"https://{slack.team.lower()}.slack.com/",
        "team": slack.team,
        "team_id": slack.team,
        "user": "halfterm",
        "user_id": slack.bot_user,
        "bot_id": "BBOT",
        "is_enterprise_install": False,
    } | ({"enterprise_id": slack.organisation} if slack.organisation else {})


def auth_revoke(slack: Workspace, token: str, fields: Json) -> Json:
    if str(fields.get("test", "")).lower() in ("true", "1"):
        return {"revoked": False}
    slack.revoked.add(token)
    return {"revoked": True}


def oauth_v2_access(server: FakeSlack, fields: Json) -> Json:
    """A token for a code that was never used, or for a refresh token. Raises SlackError."""
    client = server.client
    if fields.get("client_id") != client.client_id:
        raise SlackError("invalid_client_id")
    if fields.get("client_secret") != client.client_secret:
        raise SlackError("bad_client_secret")
    match fields.get("grant_type") or "authorization_code":
        case "authorization_code":
            code = client.codes.pop(str(fields.get("code", "")), None)
            if code is None or server.clock() - code.made_at > CODE_LIVES:
                raise SlackError("invalid_code")
            if code.redirect_uri != (fields.get("redirect_uri") or ""):
                raise SlackError("bad_redirect_uri")
            workspace, user = code.workspace, code.user
        case "refresh_token":
            refresh, user = str(fields.get("refresh_token", "")), ""
            found = [one for one in server.workspaces.values() if refresh in one.refresh_tokens]
            if not found:
                raise SlackError("invalid_refresh_token")
            workspace = found[0]
            workspace.refresh_tokens.discard(refresh)
        case _:
            raise SlackError("invalid_grant_type")
    answer = {
        "token_type": "bot",
        "scope": ",".join(sorted(workspace.scopes)),
        "bot_user_id": workspace.bot_user,
        "app_id": "A1",
        "team": {"id": workspace.team, "name": f"Council {workspace.team}"},
        "enterprise": None,
        "is_enterprise_install": client.for_organisation,
        "authed_user": {"id": user},
    }
    return answer | _new_token(server, workspace, fields)


def _new_token(server: FakeSlack, workspace: Workspace, fields: Json) -> Json:
    if not server.client.rotates:
        workspace.revoked.discard(workspace.token)
        return {"access_token": workspace.token}
    number = next(workspace.numbers)
    token, refresh = f"xoxe.xoxb-1-{workspace.team}-{number}", f"xoxe-1-{workspace.team}-{number}"
    if fields.get("grant_type") != "refresh_token":
        workspace.token = token
    workspace.tokens[token] = server.clock() + TOKEN_LIVES
    workspace.refresh_tokens.add(refresh)
    return {"access_token": token, "refresh_token": refresh, "expires_in": TOKEN_LIVES}


def basic_credentials(header: str) -> Json:
    """client_id and client_secret from an Authorization header, if it has them."""
    if not header.startswith("Basic "):
        return {}
    client_id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return {"client_id": client_id, "client_secret": secret}
