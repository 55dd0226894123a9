"""What the commands about the programme's own rules and about people's addresses do, once their words are read."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from pathlib import Path

from bot import office
from bot.app import account
from bot.settings import Settings, read_settings
from bot.verbs import open_for
from jobs.pausing import find_pause
from programme.messages import UserError
from programme.policy import Policy
from programme.policy_file import policy_to_dict
from programme.policy_words import list_rules
from storage.choices import add_address, remove_address
from storage.db import DatabaseError, find_sqlite_file
from storage.people import find_person


def show_policy(options: Namespace) -> int:
    """The rules in force, and whether the programme is paused; no database is made for that."""
    settings = read_settings(os.environ, Path(".env"))
    if paused := _find_pause(options, settings):
        print(paused, file=sys.stderr if options.json else sys.stdout)
    policy, path = settings.read_policy(), settings.find_rules()
    rules = list_rules(policy)
    if options.json:
        texts = [{"text": rule.text, "changed": rule.changed, "default": rule.default or None} for rule in rules]
        found = {"file": str(path) if path else None, "settings": policy_to_dict(policy), "rules": texts}
        print(json.dumps(found | {"defaults": policy_to_dict(Policy())}, ensure_ascii=False, indent=2))
        return 0
    where = (
        f"as {path} sets them"
        if path
        else f"none of them set here: copy halfterm.toml.example to {settings.halfterm_toml}"
    )
    print("\n".join([f"The rules in force, {where}.", *(f"- {rule}" for rule in rules)]))
    return 0


def _find_pause(options: Namespace, settings: Settings) -> str:
    """The line to say first; "" where nothing is paused, or where there is no database yet."""
    file = find_sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        return ""
    try:
        with open_for(options) as app, app.db.read() as tx:
            return find_pause(tx, app.calendar.today(options.now))
    except DatabaseError as error:
        return f"Whether it is paused is not known: {error}"


def also(options: Namespace) -> int:
    """Let an address be another one of a person's, or theirs no longer."""
    address, other = office.check_address(options.address), office.check_address(options.other)
    with open_for(options) as app, app.db.write() as tx:
        one = find_person(tx, address)
        if one is None:
            raise UserError(f"Nobody has the address {address}: see halfterm people list.")
        if options.remove:
            remove_address(tx, one, other, options.now, account=account())
            line = f"{other} is {one.label}'s no longer."
        else:
            add_address(tx, one, other, options.now, account=account())
            line = (
                f"{other} is {one.label}'s too: what comes from there is theirs. They are still written to at "
                f"{one.reached_at}; they choose by typing prefer channel."
            )
    print(line)
    return 0
