"""Where the bot is installed in Slack: Bolt's two stores over our own storage, and each workspace's token.

What stands here is of Slack's time, not of a run's: when a token ends is for Slack to say. Tokens are only ever locked
in the database, and unlocked in memory for a minute at a time.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore
from slack_sdk.oauth.state_store import OAuthStateStore

from bot.settings import Settings
from bot.slack.oauth import NoAnswer, Refused, SlackOAuth
from jobs.sender import NotSent, Undeliverable
from programme.messages import UserError
from storage import installations as stored
from storage.db import Database
from storage.installations import Installed
from storage.vault import UnknownKey, Vault

NOT_INSTALLED = "the bot is not installed in that Slack workspace"
INSTALL_AGAIN = "the bot must be installed again in that Slack workspace, at PUBLIC_URL/slack/install"
UNKNOWN_KEY = (
    "the token of that Slack workspace is locked with a key that is not in TOKEN_KEYS: put that key back, or install "
    "the bot there again"
)
EARLY = timedelta(hours=2)  # a token is renewed when it ends sooner than this
KEPT_FOR = timedelta(minutes=1)

# A refresh token that is worth nothing any more; all else may be mended without the workspace's doing.
_LOST = frozenset({"invalid_refresh_token", "invalid_grant", "token_revoked", "account_inactive", "team_not_found"})

log = logging.getLogger("halfterm.slack")


class TokenLost(NotSent):
    """There is an installation, and no token of it that can be used before somebody sees to it; `reason` says who."""


class _Kept(NamedTuple):
    token: str
    until: datetime


class Installs(InstallationStore):
    """Every workspace's installation, bot tokens only, one a workspace."""

    def __init__(self, db: Database, vault: Vault, oauth: SlackOAuth, clock: Callable[[], datetime]) -> None:
        self.oauth = oauth
        self.db = db
        self._vault = vault
        self.clock = clock
        self._kept: dict[str, _Kept] = {}
        self._renewing = threading.Lock()  # within this process one at a time; between processes the lease

    # What Bolt asks of a store.

    @property
    def logger(self) -> logging.Logger:
        return log

    def save(self, installation: Installation) -> None:
        """Keep an installation. UserError for one that is of no workspace, or without a bot token."""
        if installation.is_enterprise_install or not installation.team_id or not installation.bot_token:
            raise UserError("The bot is installed in one workspace at a time, not in a whole organisation.")
        now = self.clock()
        ends = installation.bot_token_expires_at
        installed = Installed(
            team_id=installation.team_id,
            team_name=installation.team_name or "",
            enterprise_id=installation.enterprise_id or "",
            app_id=installation.app_id or "",
            bot_id=installation.bot_id or "",
            bot_user_id=installation.bot_user_id or "",
            installer=installation.user_id or "",
            scopes=",".join(installation.bot_scopes or ()),
            token=self._vault.lock(installation.bot_token, now),
            refresh_token=self._lock(installation.bot_refresh_token, now),
            expires_at=datetime.fromtimestamp(ends, UTC) if ends else None,
            installed_at=now,
        )
        with self.db.write() as tx:
            stored.record_installation(tx, installed)
        self._kept.pop(installed.team_id, None)

    def find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = self.find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found else None

    def find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The workspace's installation, whoever made it, with its tokens unlocked. Raises UnknownKey."""
        installed = self._find(team_id or "")
        if installed is None or is_enterprise_install or user_id not in (None, installed.installer):
            return None
        return Installation(
            app_id=installed.app_id,
            enterprise_id=installed.enterprise_id or None,
            team_id=installed.team_id,
            team_name=installed.team_name,
            bot_token=self._vault.unlock(installed.token),
            bot_id=installed.bot_id,
            bot_user_id=installed.bot_user_id,
            bot_scopes=installed.scopes,
            bot_refresh_token=self._vault.unlock(installed.refresh_token) if installed.refresh_token else None,
            bot_token_expires_at=int(installed.expires_at.timestamp()) if installed.expires_at else None,
            user_id=installed.installer,
            token_type="bot",  # noqa: S106 - the kind of a token, not one
            installed_at=installed.installed_at.timestamp(),
        )

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        self.uninstall(team_id or "")

    def delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget the workspace's installation; what was given for one person's own use is not kept at all."""
        if user_id is None:
            self.uninstall(team_id or "")

    def delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        self.uninstall(team_id or "")

    # What the rest of the bot asks.

    def uninstall(self, team: str, at: datetime | None = None) -> None:
        """Forget a workspace's tokens: what waits for people there is not sent, with that as the reason.

        Slack may say so late, or twice: an installation made since that instant stays.
        """
        with self.db.write() as tx:
            known = stored.find_installation(tx, team)
            is_newer = known is not None and at is not None and known.installed_at > at
            gone = not is_newer and stored.remove_installation(tx, team)
        self._kept.pop(team, None)
        if gone:
            log.info("Slack workspace %s: the bot was uninstalled", team)

    def token_of(self, team: str) -> str:
        """The workspace's bot token, renewed first where it ends soon (a `bot.slack.sender.TokenOf`).

        Raises Undeliverable where the bot is not installed there, TokenLost where somebody must see to it, and NotSent
        where a later try may do.
        """
        now = self.clock()
        kept = self._kept.get(team)
        if kept is not None and now < kept.until:
            return kept.token
        installed = self._get(team)
        if installed.expires_at is not None and installed.expires_at - now < EARLY and not installed.trouble:
            installed = self._renewed(installed, now)
        if installed.expires_at is not None and installed.expires_at <= now:
            raise TokenLost(installed.trouble or INSTALL_AGAIN)
        token = self._unlock(installed.token)
        until = now + KEPT_FOR if installed.expires_at is None else min(now + KEPT_FOR, installed.expires_at)
        self._kept[team] = _Kept(token, until)
        return token

    def _get(self, team: str) -> Installed:
        installed = self._find(team)
        if installed is None:
            raise Undeliverable(NOT_INSTALLED)
        return installed

    def _find(self, team: str) -> Installed | None:
        with self.db.read() as tx:
            return stored.find_installation(tx, team)

    def _renewed(self, installed: Installed, now: datetime) -> Installed:
        """The installation with a token that is good: renewed by us or by somebody else, or the old one while it lasts.

        Raises as `token_of`.
        """
        team, has_ended = installed.team_id, installed.expires_at is None or installed.expires_at <= now
        if not self._renewing.acquire(blocking=has_ended):
            return installed
        try:
            lease = uuid4().hex
            with self.db.write() as tx:
                mine = stored.lease_refresh(tx, team, lease, now, due_by=now + EARLY)
            if mine is not None:
                return self._renew(mine, lease, now)
            found = self._get(team)
            if found.expires_at is not None and found.expires_at <= now and found.refresh_token and not found.trouble:
                raise NotSent("that Slack workspace's token is being renewed")
            return found
        finally:
            self._renewing.release()

    def _renew(self, mine: Installed, lease: str, now: datetime) -> Installed:
        """Renew under a lease. Where that fails, the old token is given back while it is good."""
        team, trouble = mine.team_id, ""
        problem: NotSent
        try:
            given = self.oauth.renew(self._unlock(mine.refresh_token or ""))
        except Refused as refusal:
            trouble = INSTALL_AGAIN if refusal.code in _LOST else ""
            problem = TokenLost(trouble or f"Slack would not renew that workspace's token ({refusal.code})")
        except NoAnswer as silence:
            problem = NotSent(f"Slack could not be asked to renew that workspace's token ({silence})")
        except TokenLost as unknown:
            problem = unknown
        else:
            return self._keep(mine, given, lease, now)
        log.warning("Slack workspace %s: %s", team, problem.reason)
        with self.db.write() as tx:
            stored.release_refresh(tx, team, lease, trouble=trouble)
        if mine.expires_at is None or mine.expires_at <= now:
            raise problem
        return replace(mine, trouble=trouble)

    def _keep(self, mine: Installed, given: dict[str, Any], lease: str, now: datetime) -> Installed:
        renewed = replace(
            mine,
            token=self._vault.lock(str(given["access_token"]), now),
            refresh_token=self._lock(given.get("refresh_token"), now) or mine.refresh_token,
            expires_at=find_end(given, now),
        )
        with self.db.write() as tx:
            kept = stored.settle_refresh(
                tx,
                mine.team_id,
                lease,
                token=renewed.token,
                refresh_token=renewed.refresh_token,
                expires_at=renewed.expires_at,
            )
        return renewed if kept else self._get(mine.team_id)  # installed again meanwhile, or uninstalled

    def _lock(self, token: str | None, now: datetime) -> str | None:
        return self._vault.lock(token, now) if token else None

    def _unlock(self, locked: str) -> str:
        try:
            return self._vault.unlock(locked)
        except UnknownKey:
            raise TokenLost(UNKNOWN_KEY) from None


def open_installs(settings: Settings, db: Database, clock: Callable[[], datetime]) -> Installs:
    """The installations of the Slack app that the settings name."""
    oauth = SlackOAuth(settings.slack_client_id, settings.slack_client_secret, settings.slack_api_url)
    return Installs(db, Vault(settings.token_keys, settings.key()), oauth, clock)


def find_end(given: dict[str, Any], now: datetime) -> datetime | None:
    """When the token in Slack's answer ends; None where it never does."""
    seconds = given.get("expires_in")
    return now + timedelta(seconds=int(seconds)) if seconds else None


@dataclass(frozen=True, slots=True)
class States(OAuthStateStore):
    """The random words that tie a coming back from Slack to a setting out from here: ten minutes, one use."""

    db: Database
    clock: Callable[[], datetime]

    @property
    def logger(self) -> logging.Logger:
        return log

    def issue(self, *args: Any, **kwargs: Any) -> str:
        state = secrets.token_urlsafe(32)
        with self.db.write() as tx:
            stored.record_state(tx, state, self.clock())
        return state

    def consume(self, state: str) -> bool:
        with self.db.write() as tx:
            return stored.use_state(tx, state, self.clock())
