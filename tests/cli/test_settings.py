"""Settings: all mistakes at once, no value ever shown, and `.env.example` has a line for each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings
from tests.cli.run import ROOT, halfterm, well

# Section 7 lists them; what is not in Settings yet is marked so in `.env.example`.
NOT_YET = {
    "TEAMS_CLIENT_ID",
    "TEAMS_CLIENT_SECRET",
    "TEAMS_TENANT_ID",
    "SMTP_URL",
}
WRONG = {
    "DATABASE_URL": "hunter2.db",
    "SECRET_KEY": "hunter2",
    "PUBLIC_URL": "hunter2.example.org",
    "PORT": "hunter2",
    "SLACK_BOT_TOKEN": "hunter2",
    "SLACK_APP_TOKEN": "hunter2",
    "SLACK_API_URL": "http://[hunter2",
    "SLACK_POSTS_A_MINUTE": "hunter2",
    "TOKEN_KEYS": "hunter2",
}
MANY = {
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "s",
    "SLACK_SIGNING_SECRET": "s",
    "PUBLIC_URL": "https://halfterm.example.org",
}


def mistakes(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read_settings(environ)
    return str(refused.value).splitlines()


def test_without_any_setting_there_is_a_default_for_each() -> None:
    assert read_settings({}) == Settings()


def test_all_mistakes_are_listed_at_once_and_no_value_is_shown() -> None:
    found = mistakes(**WRONG)
    assert sorted(re.match(r"[A-Z_]+", line)[0] for line in found) == sorted(WRONG)
    assert "hunter2" not in "".join(found)
    assert all(line.endswith(".") for line in found)


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_each_mistake_is_told_by_its_name(name: str, value: str) -> None:
    assert any(line.startswith(name) for line in mistakes(**{name: value}))


@pytest.mark.parametrize("port", ["-1", "65536", "eighty", "8000.5", "0x50"])
def test_a_port_is_a_number_a_port_can_have(port: str) -> None:
    assert mistakes(PORT=port) == ["PORT must be a number from 0 to 65535, such as 8000."]


def test_slack_needs_a_token_and_a_way_in() -> None:
    with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN \(Socket Mode\) or SLACK_SIGNING_SECRET \(HTTP\)"):
        read_settings({"SLACK_BOT_TOKEN": "xoxb-1"}, listens=True)
    assert read_settings({"SLACK_BOT_TOKEN": "xoxb-1"}).has_slack  # to send, as `tick` does, the token is enough
    assert mistakes(SLACK_SIGNING_SECRET="s")[0].startswith("SLACK_BOT_TOKEN is missing")
    assert mistakes(SLACK_APP_TOKEN="xapp-1")[0].startswith("SLACK_BOT_TOKEN is missing")
    assert read_settings({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}).has_slack


def test_many_workspaces_need_no_token_of_their_own() -> None:
    found = read_settings(MANY, listens=True)
    assert (found.has_slack, found.has_many_workspaces, found.slack_bot_token) == (True, True, "")


def test_many_workspaces_need_both_of_a_pair_a_secret_to_sign_and_a_public_address() -> None:
    def without(*names: str, **others: str) -> list[str]:
        with pytest.raises(SettingsError) as refused:
            read_settings({name: value for name, value in MANY.items() if name not in names} | others, listens=True)
        return str(refused.value).splitlines()

    assert [line.split()[0] for line in without("SLACK_CLIENT_ID")] == ["SLACK_CLIENT_ID"]
    assert [line.split()[0] for line in without("SLACK_CLIENT_SECRET")] == ["SLACK_CLIENT_SECRET"]
    assert without("SLACK_SIGNING_SECRET", "PUBLIC_URL") == [
        "SLACK_CLIENT_ID needs SLACK_SIGNING_SECRET too: copy it from Slack, Basic Information.",
        "SLACK_CLIENT_ID needs PUBLIC_URL, beginning with https://: workspaces install the bot from "
        "PUBLIC_URL/slack/install.",
    ]
    assert without(PUBLIC_URL="http://halfterm.example.org")[0].startswith("SLACK_CLIENT_ID needs PUBLIC_URL")


def test_who_only_sends_to_many_workspaces_needs_no_way_in() -> None:
    assert read_settings({"SLACK_CLIENT_ID": "111.222", "SLACK_CLIENT_SECRET": "s"}).has_many_workspaces


def test_keys_for_tokens_are_separated_by_commas_or_spaces_and_spelt_either_way() -> None:
    plain, url = "+/" * 21 + "8=", "-_" * 21 + "8="
    other = "A" * 43 + "="
    assert read_settings({"TOKEN_KEYS": f"{plain}, {other}\n"}).token_keys == (url, other)
    assert read_settings({"TOKEN_KEYS": f"{other} {url}"}).token_keys == (other, url)


@pytest.mark.parametrize("key", ["A" * 42 + "==", "A" * 47 + "=", "é" * 44, "A" * 43])
def test_a_key_for_tokens_has_thirty_two_bytes(key: str) -> None:
    assert mistakes(TOKEN_KEYS=f"{'A' * 43}=,{key}") == [
        "TOKEN_KEYS holds something that is no key: make each with openssl rand -base64 32."
    ]


def test_the_environment_wins_over_the_file_and_nothing_over_neither(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        'PORT=1234\nHOST=::1 # here\nPUBLIC_URL="https://a.example.org/"\nSECRET_KEY=$HOME-0123456789abcdef\n'
    )
    found = read_settings({"HOST": "127.0.0.2", "PORT": ""}, file)
    assert (found.port, found.host, found.public_url) == (1234, "127.0.0.2", "https://a.example.org")
    assert found.secret_key == "$HOME-0123456789abcdef"
    assert read_settings({}, tmp_path / "none").port == 8000


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingsError, match="not text in UTF-8"):
        read_settings({}, tmp_path / ".env")


def test_the_file_in_the_folder_is_read_by_every_command(folder: Path) -> None:
    (folder / ".env").write_text("DATABASE_URL=sqlite:///other.db\nSECRET_KEY=0123456789abcdef0123456789abcdef\n")
    well("people", "office", "console:o")
    assert (folder / "other.db").exists()
    assert not list(folder.glob("halfterm.*"))
    assert not list(folder.glob("*.key"))


@pytest.mark.parametrize("words", [["people", "list"], ["serve"], ["doctor"], ["restore", "x"]])
def test_wrong_settings_stop_every_command_before_it_begins(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)
    ran = halfterm(*words)
    assert ran.code == 1
    assert len((ran.err or ran.out).splitlines()) == len(WRONG)
    assert "hunter2" not in ran.err + ran.out
    assert not list(folder.iterdir())


def test_postgresql_needs_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hunter2@localhost/halfterm")
    assert halfterm("people", "list").sentence.startswith("SECRET_KEY is not set")


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/new/place.db")
    key = settings.key()
    assert len(key) == 64
    assert settings.key() == key
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["place.key"]
    assert (tmp_path / "new" / "place.key").stat().st_mode & 0o077 == 0


def example() -> dict[str, str]:
    """Every setting of `.env.example` with the comment above it."""
    found, comment = {}, ""
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line.startswith("#"):
            comment = line
        elif line:
            found[line.partition("=")[0]] = comment
    return found


def test_the_example_has_a_line_for_every_setting() -> None:
    assert set(example()) == {name.upper() for name in Settings.__dataclass_fields__} | NOT_YET
    assert all(example().values())


def test_the_example_says_plainly_what_is_not_used_yet() -> None:
    assert {name for name, comment in example().items() if comment.endswith("not used yet.")} == NOT_YET


def test_the_example_is_what_it_is_without_it() -> None:
    assert read_settings({}, ROOT / ".env.example") == Settings()
