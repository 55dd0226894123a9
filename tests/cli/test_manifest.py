"""`halfterm manifest`: JSON for Slack, from the settings that are there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.run import halfterm, well


def test_the_manifest_is_one_json_document_for_socket_mode() -> None:
    made = json.loads(well("manifest", "slack"))
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["features"]["slash_commands"][0]["command"] == "/halfterm"
    assert well("manifest", "slack", "--json") == well("manifest", "slack")


def test_a_prefix_stands_before_every_name_but_the_bots_own() -> None:
    made = json.loads(well("manifest", "slack", "--prefix", "ht"))
    names = [one["command"] for one in made["features"]["slash_commands"]]
    assert names[0] == "/halfterm"
    assert all(re.fullmatch("/ht-[a-z]+", name) for name in names[1:])
    assert "/ht-rag" in names


def test_scopes_are_added_by_flags() -> None:
    def scopes(*flags: str) -> set[str]:
        return set(json.loads(well("manifest", "slack", *flags))["oauth_config"]["scopes"]["bot"])

    assert scopes("--by-email") - scopes() == {"users:read.email"}
    assert scopes("--by-email", "--channels", "--files") - scopes("--by-email") >= {"channels:history", "files:read"}


def test_the_address_is_given_or_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given = json.loads(well("manifest", "slack", "--http", "https://here.example.gov.uk"))
    assert given["settings"]["interactivity"]["request_url"] == "https://here.example.gov.uk/slack/events"
    assert halfterm("manifest", "slack", "--http").sentence == (
        "Slack calls an address by HTTP: give it after --http, or set PUBLIC_URL."
    )
    monkeypatch.setenv("PUBLIC_URL", "https://there.example.gov.uk")
    found = json.loads(well("manifest", "slack", "--http"))
    assert found["settings"]["event_subscriptions"]["request_url"] == "https://there.example.gov.uk/slack/events"
    assert json.loads(well("manifest", "slack"))["settings"]["socket_mode_enabled"] is True


def test_where_many_workspaces_install_it_they_come_back_to_our_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://there.example.gov.uk")
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "a secret")
    made = json.loads(well("manifest", "slack"))
    assert made["oauth_config"]["redirect_urls"] == ["https://there.example.gov.uk/slack/oauth_redirect"]
    assert made["settings"]["token_rotation_enabled"] is True


def test_no_database_is_made_for_it(folder: Path) -> None:
    well("manifest", "slack")
    assert list(folder.iterdir()) == []


def test_what_slack_would_refuse_is_one_sentence() -> None:
    assert halfterm("manifest", "slack", "--prefix", "H T").sentence.startswith("“H T” is no prefix")
    assert halfterm("manifest", "slack", "--http", "http://x").sentence.startswith("“http://x” is not an address Slack")


def test_there_is_no_teams_app_yet() -> None:
    ran = halfterm("manifest", "teams")
    assert (ran.code, ran.sentence) == (2, "There is no Teams app yet, so it has no manifest.")
