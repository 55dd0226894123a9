"""Where the bot is installed, and which workspaces a programme answers. Tokens come and go locked (`storage.vault`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from programme.messages import UserError
from storage import ledger
from storage.addresses import EVERY_ADDRESS, REACHED_AT
from storage.db import PROGRAMME, Tx, insert
from storage.history import record
from storage.schema import installation, oauth_state, person, programme, workspace

STATE_LIVES = timedelta(minutes=10)
_MOST_STATES = 1_000  # anybody may ask for one
_LEFT = "their workspace has left the programme"
LEASE = timedelta(minutes=1)  # longer than Slack is ever waited for


@dataclass(frozen=True, slots=True)
class Installed:
    """The bot's installation in one workspace. Both tokens are locked; without `expires_at` they never end. With
    `trouble` nothing is sent there until it is installed again."""

    team_id: str
    team_name: str
    enterprise_id: str
    app_id: str
    bot_id: str
    bot_user_id: str
    installer: str
    scopes: str
    token: str
    refresh_token: str | None
    expires_at: datetime | None
    installed_at: datetime
    trouble: str = ""


_COLUMNS = [installation.c[field.name] for field in fields(Installed)]
_INSTALLED = sa.select(*_COLUMNS)


def record_installation(tx: Tx, installed: Installed) -> None:
    """Keep an installation, in the place of an earlier one in that workspace."""
    values: dict[str, Any] = {field.name: getattr(installed, field.name) for field in fields(Installed)}
    theirs = installation.c.team_id == installed.team_id
    renewed = tx.conn.execute(sa.update(installation).where(theirs).values(**values, lease=None, lease_until=None))
    if renewed.rowcount == 0:
        tx.conn.execute(sa.insert(installation).values(**values))
    _touch_people(tx)


def find_installation(tx: Tx, team_id: str) -> Installed | None:
    row = tx.conn.execute(_INSTALLED.where(installation.c.team_id == team_id)).one_or_none()
    return Installed(*row) if row else None


def list_installations(tx: Tx) -> list[Installed]:
    return [Installed(*row) for row in tx.conn.execute(_INSTALLED.order_by(installation.c.team_id))]


def remove_installation(tx: Tx, team_id: str) -> bool:
    """Forget an installation, tokens and all; False where there is none."""
    gone = tx.conn.execute(sa.delete(installation).where(installation.c.team_id == team_id)).rowcount > 0
    if gone:
        _touch_people(tx)
    return gone


def lease_refresh(tx: Tx, team_id: str, lease: str, now: datetime, *, due_by: datetime) -> Installed | None:
    """Take the turn to renew a token that ends by `due_by`; None where it was renewed, or somebody else is at it."""
    taken = tx.conn.execute(
        sa.update(installation)
        .where(
            installation.c.team_id == team_id,
            installation.c.expires_at <= due_by,
            installation.c.refresh_token.is_not(None),
            installation.c.trouble == "",
            sa.or_(installation.c.lease.is_(None), installation.c.lease_until <= now),
        )
        .values(lease=lease, lease_until=now + LEASE)
    )
    return find_installation(tx, team_id) if taken.rowcount else None


def settle_refresh(
    tx: Tx, team_id: str, lease: str, *, token: str, refresh_token: str | None, expires_at: datetime | None
) -> bool:
    """Keep the renewed tokens; False where the lease is lost, as when it was installed again meanwhile."""
    return _end_lease(tx, team_id, lease, token=token, refresh_token=refresh_token, expires_at=expires_at)


def release_refresh(tx: Tx, team_id: str, lease: str, *, trouble: str = "") -> bool:
    """Leave the tokens as they are; with `trouble`, for good. False where the lease is lost."""
    return _end_lease(tx, team_id, lease, trouble=trouble)


def _end_lease(tx: Tx, team_id: str, lease: str, **values: Any) -> bool:
    mine = (installation.c.team_id == team_id, installation.c.lease == lease)
    changed = sa.update(installation).where(*mine).values(**values, lease=None, lease_until=None)
    return tx.conn.execute(changed).rowcount > 0


def relock_tokens(tx: Tx, relock: Callable[[str], str | None]) -> tuple[int, list[str]]:
    """Put in the place of every token what `relock` makes of it. Returns of how many workspaces, and those with a
    token for which it gave None: these are left as they are."""
    done, left = 0, []
    query = sa.select(installation.c.team_id, installation.c.token, installation.c.refresh_token).with_for_update()
    for team_id, token, refresh_token in tx.conn.execute(query.order_by(installation.c.team_id)).all():
        renewed = [None if locked is None else relock(locked) for locked in (token, refresh_token)]
        if renewed[0] is None or (refresh_token is not None and renewed[1] is None):
            left.append(team_id)
            continue
        values = {"token": renewed[0], "refresh_token": renewed[1]}
        tx.conn.execute(sa.update(installation).where(installation.c.team_id == team_id).values(**values))
        done += 1
    return done, left


def record_state(tx: Tx, state: str, now: datetime) -> None:
    """Keep the hash of a state that an installation begins with; those that have ended are forgotten, and of too many
    the oldest."""
    last = sa.select(oauth_state.c.id).order_by(oauth_state.c.id.desc()).offset(_MOST_STATES - 1).limit(1)
    old = sa.or_(oauth_state.c.expires_at <= now, oauth_state.c.id <= last.scalar_subquery())
    tx.conn.execute(sa.delete(oauth_state).where(old))
    tx.conn.execute(sa.insert(oauth_state).values(hash=_hash(state), expires_at=now + STATE_LIVES))


def use_state(tx: Tx, state: str, now: datetime) -> bool:
    """Whether that state was given out less than ten minutes ago and not used yet; now it is."""
    unused = (oauth_state.c.hash == _hash(state), oauth_state.c.used_at.is_(None), oauth_state.c.expires_at > now)
    return tx.conn.execute(sa.update(oauth_state).where(*unused).values(used_at=now)).rowcount == 1


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that joined the programme or left it, holds people's addresses, or has the bot installed; `trouble`
    is what is wrong with that installation."""

    channel: str
    external_id: str
    name: str
    people: int
    joined: bool
    left_at: datetime | None
    installed: bool
    trouble: str


_STANDING = sa.select(workspace.c.left_at).where(
    workspace.c.programme_id == PROGRAMME,
    workspace.c.channel == sa.bindparam("channel"),
    workspace.c.external_id == sa.bindparam("external_id"),
)
_ANYBODY_THERE = (
    sa.select(EVERY_ADDRESS.c.address)
    .where(
        EVERY_ADDRESS.c.programme_id == PROGRAMME,
        sa.func.substr(EVERY_ADDRESS.c.address, 1, sa.bindparam("length")) == sa.bindparam("prefix"),
    )
    .limit(1)
)


def knows_workspace(tx: Tx, channel: str, external_id: str) -> bool:
    """Whether the programme answers who speaks there: the office let it join, or set somebody's address there."""
    return bool(find_standing(tx, channel, external_id))


def find_standing(tx: Tx, channel: str, external_id: str) -> bool | None:
    """As `knows_workspace`; False only where the office let it leave, None where nothing has been said about it."""
    values = {"programme": tx.programme, "channel": channel, "external_id": external_id}
    row = tx.conn.execute(_STANDING, values).one_or_none()
    if row is not None:
        return row.left_at is None
    prefix = f"{channel}:{external_id}:"
    there = {"programme": tx.programme, "prefix": prefix, "length": len(prefix)}
    return True if tx.conn.execute(_ANYBODY_THERE, there).one_or_none() else None


def join_workspace(tx: Tx, channel: str, external_id: str, *, name: str | None, now: datetime, account: str) -> None:
    """Let the programme answer who speaks in a workspace, and write to them."""
    for number in _list_people(tx, channel, external_id):
        ledger.revive(tx, number, _LEFT, now)
    _set_standing(tx, channel, external_id, {"left_at": None} | ({} if name is None else {"name": name}))
    facts = {"workspace": f"{channel}:{external_id}"}
    record(tx, "workspace_join", actor="office", account=account, now=now, facts=facts)


def leave_workspace(tx: Tx, channel: str, external_id: str, *, now: datetime, account: str) -> int:
    """Let the programme answer nobody there any more, nor write to them: what was planned for them is silenced.
    Returns how many people are still written to there.

    UserError where it is not known.
    """
    if not knows_workspace(tx, channel, external_id):
        raise UserError(f"{external_id} is not part of the programme: see halfterm workspaces list.")
    _set_standing(tx, channel, external_id, {"left_at": now})
    facts = {"workspace": f"{channel}:{external_id}"}
    record(tx, "workspace_leave", actor="office", account=account, now=now, facts=facts)
    people = _list_people(tx, channel, external_id)
    for number in people:
        ledger.silence(tx, number, _LEFT, now)
    return len(people)


def _list_people(tx: Tx, channel: str, external_id: str) -> list[int]:
    """Everybody who is written to in a workspace."""
    there = REACHED_AT.startswith(f"{channel}:{external_id}:", autoescape=True)
    return list(tx.conn.execute(sa.select(person.c.id).where(person.c.programme_id == tx.programme, there)).scalars())


def _set_standing(tx: Tx, channel: str, external_id: str, values: dict[str, Any]) -> None:
    one = (
        workspace.c.programme_id == tx.programme,
        workspace.c.channel == channel,
        workspace.c.external_id == external_id,
    )
    if tx.conn.execute(sa.update(workspace).where(*one).values(**values)).rowcount == 0:
        insert(tx, workspace, channel=channel, external_id=external_id, **values)


def list_workspaces(tx: Tx) -> list[Workspace]:
    """Every workspace that joined or left, holds somebody's address, or has the bot installed."""
    said = {
        (row.channel, row.external_id): row
        for row in tx.conn.execute(sa.select(workspace).where(workspace.c.programme_id == tx.programme))
    }
    people = _count_people(tx)
    installed = {("slack", one.team_id): one for one in list_installations(tx)}
    found = []
    for key in sorted({*said, *people, *installed}):
        row, one = said.get(key), installed.get(key)
        name = (row.name if row else "") or (one.team_name if one else "")
        left_at = row.left_at if row else None
        joined, trouble = row is not None and left_at is None, one.trouble if one else ""
        found.append(Workspace(*key, name, people.get(key, 0), joined, left_at, one is not None, trouble))
    return found


def _count_people(tx: Tx) -> dict[tuple[str, str], int]:
    """How many people have an address in each workspace, of the channels that have workspaces."""
    found: dict[tuple[str, str], int] = {}
    here = EVERY_ADDRESS.c.programme_id == tx.programme
    for (address,) in tx.conn.execute(sa.select(EVERY_ADDRESS.c.address).where(here)):
        channel, _, rest = address.partition(":")
        if channel == "slack" and ":" in rest:
            key = (channel, rest.partition(":")[0])
            found[key] = found.get(key, 0) + 1
    return found


def _touch_people(tx: Tx) -> None:
    """What was read of workspaces is read anew, whichever programme it was read for."""
    tx.conn.execute(sa.update(programme).values(people_revision=programme.c.people_revision + 1))
