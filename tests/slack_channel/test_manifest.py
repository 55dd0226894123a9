"""The Slack app's manifest: what Slack's own documents allow, no built-in name, and no scope that nothing needs.

Its documented fields: https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.handle import Door
from bot.slack.manifest import (
    BUILT_IN,
    EVENTS,
    FILE_MESSAGE,
    SCOPES,
    UPDATE_ACTION,
    build_manifest,
    list_scopes,
    list_slash_commands,
)
from bot.slack.read import read_command
from programme.messages import UserError
from tests.slack_judges import NODE, TSC

assert Door  # importing it makes every command known

Json = dict[str, Any]

# A field to its kind and, of a text, its least and most characters; `!` where it must be there. Of a list: how many.
WORD = re.compile(r"/[a-z0-9_-]+")
URL = re.compile(r"https?://.+")
DOCUMENTED: dict[str, tuple[type, int, int]] = {
    "display_information!": (dict, 0, 0),
    "display_information.name!": (str, 1, 35),
    "display_information.description": (str, 1, 140),
    "display_information.long_description": (str, 175, 4000),
    "display_information.background_color": (str, 4, 7),
    "features": (dict, 0, 0),
    "features.app_home": (dict, 0, 0),
    "features.app_home.home_tab_enabled": (bool, 0, 0),
    "features.app_home.messages_tab_enabled": (bool, 0, 0),
    "features.app_home.messages_tab_read_only_enabled": (bool, 0, 0),
    "features.bot_user": (dict, 0, 0),
    "features.bot_user.display_name!": (str, 1, 80),
    "features.bot_user.always_online": (bool, 0, 0),
    "features.shortcuts": (list, 1, 10),
    "features.shortcuts[]": (dict, 0, 0),
    "features.shortcuts[].name!": (str, 1, 24),
    "features.shortcuts[].type!": (str, 6, 7),
    "features.shortcuts[].callback_id!": (str, 1, 255),
    "features.shortcuts[].description!": (str, 1, 150),
    "features.slash_commands": (list, 1, 50),
    "features.slash_commands[]": (dict, 0, 0),
    "features.slash_commands[].command!": (str, 2, 32),
    "features.slash_commands[].url": (str, 8, 3000),
    "features.slash_commands[].description!": (str, 1, 2000),
    "features.slash_commands[].usage_hint": (str, 1, 1000),
    "features.slash_commands[].should_escape": (bool, 0, 0),
    "oauth_config": (dict, 0, 0),
    "oauth_config.redirect_urls": (list, 0, 1000),
    "oauth_config.redirect_urls[]": (str, 8, 2500),
    "oauth_config.scopes": (dict, 0, 0),
    "oauth_config.scopes.bot": (list, 0, 255),
    "oauth_config.scopes.bot[]": (str, 1, 50),
    "settings": (dict, 0, 0),
    "settings.event_subscriptions": (dict, 0, 0),
    "settings.event_subscriptions.request_url": (str, 8, 3500),
    "settings.event_subscriptions.bot_events": (list, 0, 100),
    "settings.event_subscriptions.bot_events[]": (str, 1, 50),
    "settings.interactivity": (dict, 0, 0),
    "settings.interactivity.is_enabled!": (bool, 0, 0),
    "settings.interactivity.request_url": (str, 8, 3500),
    "settings.org_deploy_enabled": (bool, 0, 0),
    "settings.socket_mode_enabled": (bool, 0, 0),
    "settings.token_rotation_enabled": (bool, 0, 0),
}
MANIFEST_TYPE = NODE / "node_modules" / "@slack" / "web-api" / "dist" / "types" / "request" / "manifest.js"
HTTP = "https://halfterm.example.gov.uk"
MANIFESTS = {
    "socket mode": {},
    "prefix": {"prefix": "ht"},
    "http": {"public_url": HTTP},
    "many": {"public_url": HTTP + "/", "many": True},
    "everything": {"public_url": HTTP, "prefix": "abcdefghijkl", "chosen": ("by-email", "channels", "files")},
}


def find_faults(value: Any, path: str = "") -> list[str]:
    """What a manifest has that is not documented, or lacks, or says at the wrong length."""
    known = {name.rstrip("!"): rule for name, rule in DOCUMENTED.items()}
    faults = []
    if path:
        if path not in known:
            return [f"{path} is not documented"]
        kind, least, most = known[path]
        if not isinstance(value, kind):
            return [f"{path} is no {kind.__name__}"]
        if kind in (str, list) and not least <= len(value) <= most:
            faults.append(f"{path} has {len(value)}")
    if isinstance(value, dict):
        below = f"{path}." if path else ""
        names = [name.removeprefix(below) for name in DOCUMENTED if name.startswith(below)]
        faults += [
            f"{below}{name[:-1]} is missing" for name in names if re.fullmatch(r"\w+!", name) and name[:-1] not in value
        ]
        for name, each in value.items():
            faults += find_faults(each, below + name)
    for each in value if isinstance(value, list) else ():
        faults += find_faults(each, f"{path}[]")
    return faults


def make(**given: Any) -> Json:
    return build_manifest(COMMANDS.values(), **given)


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_has_only_what_slack_documents(name: str) -> None:
    made = make(**MANIFESTS[name])
    assert find_faults(made) == []
    shortcuts = {one["callback_id"]: one["type"] for one in made["features"]["shortcuts"]}
    assert shortcuts == {FILE_MESSAGE: "message", UPDATE_ACTION: "global"}
    assert re.fullmatch("#[0-9a-f]{6}", made["display_information"]["background_color"])
    commands = [one["command"] for one in made["features"]["slash_commands"]]
    assert len(set(commands)) == len(commands)
    assert all(WORD.fullmatch(one) for one in commands)
    settings = made["settings"]
    given = [one.get("url") for one in made["features"]["slash_commands"]]
    given += [settings["event_subscriptions"].get("request_url"), settings["interactivity"].get("request_url")]
    by_http = "public_url" in MANIFESTS[name]
    assert set(given) == ({f"{HTTP}/slack/events"} if by_http else {None})
    assert settings["socket_mode_enabled"] is not by_http


def judge_by_types(manifests: list[Json], folder: Path) -> list[str]:
    """What `tsc` refuses of these manifests, by Slack's own type of one."""
    lines = [f"import type {{ Manifest }} from {json.dumps(str(MANIFEST_TYPE))};"]
    lines += [f"export const m{number}: Manifest = {json.dumps(one)};" for number, one in enumerate(manifests)]
    (folder / "manifests.ts").write_text("\n".join(lines))
    options = {"skipLibCheck": True}
    config = {"extends": str(NODE / "tsconfig.json"), "compilerOptions": options, "files": ["manifests.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    ran = subprocess.run([TSC, "--pretty", "false", "-p", folder], cwd=folder, capture_output=True, text=True)
    found = re.findall(r"^manifests\.ts\(\d+,\d+\): error (.*)$", ran.stdout, re.MULTILINE)
    assert (ran.returncode != 0) == bool(found), ran.stdout + ran.stderr
    return found


def test_slacks_own_type_takes_every_manifest(tmp_path: Path) -> None:
    assert judge_by_types([make(**given) for given in MANIFESTS.values()], tmp_path) == []


def test_slacks_own_type_knows_a_wrong_manifest(tmp_path: Path) -> None:
    wrong: list[Json] = [make() for _ in range(4)]
    wrong[0]["settings"]["event_subscriptions"]["bot_events"].append("message.nowhere")
    wrong[1]["oauth_config"]["scopes"]["bot"].append("chat:read.all")
    wrong[2]["features"]["shortcuts"][0]["type"] = "anywhere"
    wrong[3]["settings"]["socket_mode"] = True
    assert len(judge_by_types(wrong, tmp_path)) == 4


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"features": {}}, "display_information is missing"),
        ({"display_information": {"name": "x" * 36}}, "display_information.name has 36"),
        ({"display_information": {"name": "x", "colour": "red"}}, "display_information.colour is not documented"),
        ({"display_information": {"name": 3}}, "display_information.name is no str"),
        (
            {"display_information": {"name": "x"}, "features": {"shortcuts": [{"name": "x" * 25}]}},
            "features.shortcuts[].name has 25",
        ),
    ],
)
def test_the_check_finds_what_slack_would_refuse(wrong: Json, fault: str) -> None:
    assert fault in find_faults(wrong)


@pytest.mark.parametrize("prefix", ["", "ht"])
def test_no_slash_command_has_the_name_of_one_of_slacks_own(prefix: str) -> None:
    names = {one["command"].removeprefix("/") for one in list_slash_commands(COMMANDS.values(), prefix, "")}
    assert names.isdisjoint(BUILT_IN)
    assert {"away", "status", "who", "remind", "help", "topic"} <= BUILT_IN


@pytest.mark.parametrize("prefix", ["", "ht"])
def test_every_slash_command_is_read_as_the_command_it_stands_for(prefix: str) -> None:
    made = list_slash_commands(COMMANDS.values(), prefix, "")
    words = [read_command({"command": one["command"], "text": ""}).removeprefix("/") for one in made]
    assert words[0] == "halfterm"
    assert set(words[1:]) <= set(COMMANDS)
    assert {"rag", "actions", "progress", "done", "slipping", "nochange", "why", "digest", "agree", "iam"} <= set(words)
    for one, word in zip(made[1:], words[1:], strict=True):
        assert one["description"] == COMMANDS[word].summary
        assert f"{word} {one.get('usage_hint', '')}".strip() == COMMANDS[word].usage


def test_the_least_scopes_are_asked_for_and_more_only_by_choice() -> None:
    least = ["commands", "chat:write", "im:write", "im:history", "app_mentions:read", "users:read", "files:write"]
    assert make()["oauth_config"]["scopes"] == {"bot": least}
    assert set(list_scopes(["by-email"])) - set(least) == {"users:read.email"}
    assert set(list_scopes(["channels"])) - set(least) == {
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
    }
    assert set(list_scopes(["files"])) - set(least) == {"files:read"}
    assert "chat:write.public" not in SCOPES
    assert all(scope.why for scope in SCOPES.values())


def test_the_app_hears_no_channel_it_is_not_called_in() -> None:
    assert make()["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert not {"message.channels", "message.groups", "message.mpim"} & set(EVENTS)


def test_tokens_rotate_where_many_workspaces_install_the_app() -> None:
    made = make(public_url=HTTP, many=True)
    assert made["settings"]["token_rotation_enabled"] is True
    assert made["oauth_config"]["redirect_urls"] == [f"{HTTP}/slack/oauth_redirect"]
    assert make()["settings"]["token_rotation_enabled"] is False
    assert "redirect_urls" not in make()["oauth_config"]


@pytest.mark.parametrize("prefix", ["HT", "h t", "ht-", "1", "a" * 13, "/ht"])
def test_a_prefix_that_slack_would_refuse_is_refused(prefix: str) -> None:
    with pytest.raises(UserError, match="is no prefix"):
        make(prefix=prefix)


@pytest.mark.parametrize("url", ["http://halfterm.example.gov.uk", "halfterm.example.gov.uk", "https://"])
def test_an_address_that_slack_would_not_call_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="is not an address Slack calls"):
        make(public_url=url)
