"""What the commands about the programme's own rules and about people's addresses do, once their words are read."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from pathlib import Path

from bot import office
from bot.app import account
from bot.settings import read_settings
from bot.verbs import open_for
from programme.messages import UserError
from programme.policy import Policy
from programme.policy_file import policy_to_dict
from programme.policy_words import list_rules
from storage.choices import add_address, remove_address
from storage.people import find_person


def show_policy(options: Namespace) -> int:
    """The rules in force; no database is opened."""
    settings = read_settings(os.environ, Path(".env"))
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
