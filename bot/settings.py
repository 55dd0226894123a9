"""Settings from the environment and `.env`: read once, checked together, so that all mistakes are shown at once."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from programme.messages import UserError
from programme.policy import Policy
from programme.policy_file import parse_policy

RULES = "halfterm.toml"
SLACK_API = "https://slack.com/api/"
_LEAST_KEY = 16  # characters


class SettingsError(Exception):
    """Every setting that is wrong, a line each, with what to write instead. No value is ever shown."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `.env.example` explains, one field a line there."""

    database_url: str = "sqlite:///halfterm.db"
    secret_key: str = ""
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_api_url: str = SLACK_API
    slack_posts_a_minute: int = 200
    slack_client_id: str = ""
    slack_client_secret: str = ""
    token_keys: tuple[str, ...] = ()
    halfterm_toml: str = RULES

    @property
    def has_slack(self) -> bool:
        return bool(self.slack_bot_token) or self.has_many_workspaces

    @property
    def has_many_workspaces(self) -> bool:
        """Whether Slack workspaces install the bot themselves, so that each has a token of its own."""
        return bool(self.slack_client_id)

    def key(self) -> bytes:
        """The key that signs the history: SECRET_KEY, else one kept in a file beside an SQLite database.

        SettingsError where there is neither; the file is made at the first start, readable by its owner alone.
        """
        if self.secret_key:
            return self.secret_key.encode()
        path = self.key_file()
        if path is None:
            raise SettingsError(
                "SECRET_KEY is not set: give it 32 or more random characters, kept outside the database."
            )
        if not path.exists():
            _make_key(path)
        key = path.read_bytes().strip()
        if len(key) < _LEAST_KEY:
            raise SettingsError(f"{path} holds no key: put back the one it held, or the history cannot be checked.")
        return key

    def find_rules(self) -> Path | None:
        """The programme's own settings file; None where it keeps to the defaults. Another name than the usual one is
        of a file that is there."""
        path = Path(self.halfterm_toml)
        return path if self.halfterm_toml != RULES or path.exists() else None

    def read_policy(self) -> Policy:
        """The programme's rules, from its settings file. SettingsError has a line for every mistake in it."""
        path = self.find_rules()
        if path is None:
            return Policy()
        try:
            return parse_policy(path.read_text(encoding="utf-8"))
        except UserError as error:
            raise SettingsError("\n".join(f"{path}: {line}" for line in error.text.splitlines())) from None
        except UnicodeDecodeError:
            raise SettingsError(f"{path} is not text in UTF-8: save it again as plain text.") from None
        except FileNotFoundError:
            raise SettingsError(
                f"There is no file {path}, which HALFTERM_TOML names: write where it is, or leave HALFTERM_TOML out."
            ) from None
        except OSError as error:
            raise SettingsError(f"{path} cannot be read ({error.strerror}): check its name and its rights.") from None

    def key_file(self) -> Path | None:
        """Where the key is kept without SECRET_KEY: beside the SQLite file; None for other databases."""
        prefix = "sqlite:///"
        if not self.database_url.startswith(prefix) or self.database_url in (prefix, prefix + ":memory:"):
            return None
        return Path(self.database_url.removeprefix(prefix)).with_suffix(".key")


def _make_key(path: Path) -> None:
    """Make the key's file, whole or not at all; where another process is first, its key stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # readable by its owner alone
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)


def read_settings(environ: Mapping[str, str], env_file: Path | None = None, *, listens: bool = False) -> Settings:
    """Settings from an environment over a `.env` file. SettingsError lists everything that is wrong.

    Who only sends (`tick`) needs no way in from Slack; who `listens` does.
    """
    values: dict[str, str] = {}
    if env_file is not None and env_file.is_file():
        values |= _read_file(env_file)
    values |= {name: value for name, value in environ.items() if value}
    wrong: list[str] = []

    def text(name: str, default: str = "") -> str:
        return values.get(name, default).strip()

    def number(name: str, default: int, least: int, most: int) -> int:
        try:
            found = int(text(name, str(default)))
        except ValueError:
            found = least - 1
        if not least <= found <= most:
            wrong.append(f"{name} must be a number from {least} to {most}, such as {default}.")
        return found

    def starts(name: str, prefix: str, where: str) -> str:
        value = text(name)
        if value and not value.startswith(prefix):
            wrong.append(f"{name} must begin with {prefix}: copy it from {where}.")
        return value

    def url(name: str, default: str = "") -> str:
        value = text(name, default)
        if value and not _is_web_address(value):
            wrong.append(f"{name} must be a whole address such as https://halfterm.example.gov.uk.")
        return value

    database_url = text("DATABASE_URL", "sqlite:///halfterm.db")
    if not database_url.startswith(("sqlite:///", "postgresql://", "postgresql+")):
        wrong.append("DATABASE_URL must be a whole address such as sqlite:///halfterm.db.")
    api = url("SLACK_API_URL", SLACK_API)
    token_keys = [_find_key(key) for key in re.split(r"[\s,]+", text("TOKEN_KEYS")) if key]
    if None in token_keys:
        wrong.append("TOKEN_KEYS holds something that is no key: make each with openssl rand -base64 32.")
    settings = Settings(
        database_url=database_url,
        secret_key=text("SECRET_KEY"),
        public_url=url("PUBLIC_URL").rstrip("/"),
        host=text("HOST", "127.0.0.1"),
        port=number("PORT", 8000, 0, 65535),
        slack_bot_token=starts("SLACK_BOT_TOKEN", "xox", "Slack, OAuth & Permissions"),
        slack_app_token=starts("SLACK_APP_TOKEN", "xapp-", "Slack, Basic Information, App-Level Tokens"),
        slack_signing_secret=text("SLACK_SIGNING_SECRET"),
        slack_api_url=api if api.endswith("/") else api + "/",
        slack_posts_a_minute=number("SLACK_POSTS_A_MINUTE", 200, 1, 6000),
        slack_client_id=text("SLACK_CLIENT_ID"),
        slack_client_secret=text("SLACK_CLIENT_SECRET"),
        token_keys=tuple(key for key in token_keys if key),
        halfterm_toml=text("HALFTERM_TOML") or RULES,
    )
    if settings.secret_key and len(settings.secret_key) < _LEAST_KEY:
        wrong.append("SECRET_KEY is too short: use 32 or more random characters.")
    wrong += _wrong_with_slack(settings, listens=listens)
    try:
        settings.read_policy()
    except SettingsError as error:
        wrong += str(error).splitlines()
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _wrong_with_slack(settings: Settings, *, listens: bool) -> Iterator[str]:
    """What does not fit together among Slack's settings: one workspace by its token, or many by installing."""
    if bool(settings.slack_client_id) != bool(settings.slack_client_secret):
        given, missing = ("ID", "SECRET") if settings.slack_client_id else ("SECRET", "ID")
        yield (
            f"SLACK_CLIENT_{missing} is missing beside SLACK_CLIENT_{given}: copy both from Slack, Basic Information, "
            "or leave both out."
        )
    elif settings.has_many_workspaces:
        if listens and not settings.slack_signing_secret:
            yield "SLACK_CLIENT_ID needs SLACK_SIGNING_SECRET too: copy it from Slack, Basic Information."
        if listens and not settings.public_url.startswith("https://"):
            yield (
                "SLACK_CLIENT_ID needs PUBLIC_URL, beginning with https://: workspaces install the bot from "
                "PUBLIC_URL/slack/install."
            )
        return
    has_way_in = settings.slack_app_token or settings.slack_signing_secret
    if has_way_in and not (settings.slack_bot_token or settings.slack_client_id or settings.slack_client_secret):
        yield "SLACK_BOT_TOKEN is missing: copy it from Slack, OAuth & Permissions."
    if listens and settings.slack_bot_token and not has_way_in:
        yield "Slack needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside SLACK_BOT_TOKEN."


def _find_key(text: str) -> str | None:
    """A key of 32 bytes in the one spelling of base64 that the vault takes; None where it is none."""
    try:
        data = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.urlsafe_b64encode(data).decode() if len(data) == 32 else None


def _read_file(path: Path) -> dict[str, str]:
    try:
        found = dotenv_values(path, interpolate=False)
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not text in UTF-8: save it again as plain text.") from None
    return {name: value for name, value in found.items() if value}


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:  # such as half of an IPv6 address
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
