"""What a message that was sent says once the facts have changed, and what a channel is told of a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from jobs.asking import renew_question
from jobs.compose import Also, Composer, Facts
from jobs.deliver import Composed, Nothing
from jobs.digests import DIGESTS, renew_digest
from jobs.home import compose_home
from programme.claims import compose_answered
from programme.facts import Action, Group, Person, Rung, find_holding_group
from programme.items import Item
from programme.listening import (
    Listening,
    compose_change,
    compose_standing,
    compose_told,
    find_group_listening,
    mark_of,
)
from programme.messages import Message, Text
from programme.reminders import ASKED, asked_of, compose_bundle, list_people
from programme.standing import Standing, find_standing
from storage import ledger, outbox
from storage.actions import list_actions
from storage.claims import find_claim
from storage.cover import find_absence
from storage.db import Tx
from storage.listening import find_listening
from storage.people import find_person, label_of, list_groups, list_persons, read_directory
from storage.plans import list_metrics
from storage.renewals import Sent, find_home, find_sent

_WITHDRAWN = "This message was withdrawn."
_REDACTED = "(redacted)"
_ALL_DONE = "Nothing in this message waits for you any more."


def compose_edit(composer: Composer, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
    """A message that stands in a channel, as it is true now; nothing is added to it. Where something in it was
    redacted, what cannot be said anew is withdrawn."""
    sent = find_sent(tx, row.facts["row"])
    if sent is None:
        return Nothing("the message it is about does not stand there")
    found: Message | Nothing
    if sent.kind == "reply":
        found = Message(_REDACTED, (Text(_REDACTED),))
    elif sent.kind in DIGESTS:
        found = renew_digest(composer, tx, row, sent, now)
    elif sent.kind == "claim":
        found = _renew_claim(tx, sent)
    elif sent.kind == "bundle":
        found = _renew_bundle(composer, tx, sent, now)
    elif sent.kind == "ask":
        found = renew_question(composer, tx, sent, now)
    elif sent.kind == "channel":
        found = _renew_told(composer, tx, sent, now)
    else:
        composed = composer.tell_alarm(tx, sent.facts, now, "correction" if sent.kind == "correction" else "edit")
        found = composed.message if isinstance(composed, Composed) else composed
    if isinstance(found, Nothing):
        if "redacted" not in row.facts or sent.kind in DIGESTS:
            return found
        found = Message(_WITHDRAWN, (Text(_WITHDRAWN),))
    return Composed(found, how="edit", conversation=sent.conversation, post=sent.post)


def _renew_claim(tx: Tx, sent: Sent) -> Message | Nothing:
    claim = find_claim(tx, sent.facts["claim"])
    if claim is None or claim.state == "open":
        return Nothing("nobody has answered it")
    return compose_answered(claim.who, claim.role, claim.state)


def _renew_bundle(composer: Composer, tx: Tx, sent: Sent, now: datetime) -> Message | Nothing:
    person = list_persons(tx).get(sent.facts["person"])
    there = find_person(tx, sent.address)
    if person is None or there is None or there.id != person.id:
        return Nothing("this person is no longer written to there")
    facts = composer.read(tx, now)
    rungs = [line.rung for line in ledger.list_carried(tx, sent.lines)]
    found = list_actions(tx, facts.directory, refs=sorted({rung.subject for rung in rungs}))
    message = _Renewed(composer, facts, sent, person, rungs, {one.ref: one for one in found})
    items = [item for rung in rungs if (item := message.find_item(rung))]
    if not items:
        return Message(_ALL_DONE, (Text(_ALL_DONE),))
    return compose_bundle(items, composer.calendar.today(now), composer.calendar, composer.policy)


@dataclass(frozen=True, slots=True)
class _Renewed:
    """A bundle that stands there: what it carried, and the actions as they are now."""

    composer: Composer
    facts: Facts
    sent: Sent
    reader: Person
    rungs: list[Rung]
    actions: dict[str, Action]

    def find_item(self, rung: Rung) -> Item | None:
        """What one of its rungs says now; None where what was to be passed on need not be any more."""
        action = self.actions.get(rung.subject)
        if rung.kind in ASKED and not rung.passed_for:
            return self._ask_again(rung, action)
        silence = self.composer.find_silence(self.facts, rung, action, self.reader) if rung.kind != "office" else None
        if silence is not None:
            gone = rung.passed_for or rung.kind in self.composer.tellers  # it stood under a title of its own
            return None if gone else Item(rung, action, f"{rung.subject}: {silence}.")
        return self.composer.make_item(self.facts, rung, action, {})

    def _ask_again(self, rung: Rung, action: Action | None) -> Item:
        if action is None:
            return Item(rung, None, standing=Standing("The plan no longer has it.", True))
        owners, today = asked_of(action, rung.kind), self.composer.calendar.today(self.facts.now)
        asked = list_people(owners, (), self.composer.schemes)
        is_away = find_absence(self.facts.directory, self.reader.id, owners)  # and may answer nevertheless
        if not is_away and self.reader not in [person for person, _passed_for in asked]:
            return Item(rung, None, standing=Standing("It is no longer yours.", True))
        calendar = self.composer.calendar
        meeting = self.facts.find_next_meeting(action)
        standing = find_standing(
            action,
            {one.kind for one in self.rungs if one.subject == rung.subject and one.kind in ASKED},
            self.reader,
            self.sent.at,
            lambda key: label_of(self.facts.tx, key, today),
            calendar,
            self.composer.policy.answer_lasts,
        )
        metrics = list_metrics(self.facts.tx) if rung.kind == "starting" and standing is None else {}
        words = self.composer.say(self.facts, rung, action, metrics)
        return Item(rung, action, words, calendar.today(meeting.starts_at) if meeting else None, standing)


def compose_shown(composer: Composer, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
    """Somebody's home, at the page they looked at last."""
    shown = find_home(tx, row.address)
    home = compose_home(tx, row.address, shown.page, now, composer.calendar, composer.policy, composer.schemes)
    return Composed(home, how="home", post=shown.hash)


def compose_channel(composer: Composer, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
    """A channel is told that a rating has changed, the first time in a message of its own, later in its thread."""
    heard = _find_heard(composer, tx, row.address, row.facts["ref"], now)
    if heard is None:
        return Nothing("the channel no longer hears of it")
    action, holding, listening = heard
    was, mark = row.facts["was"], mark_of(action.state, action.rag)
    if was == mark:
        return Nothing("it was changed back before this left")
    first = find_sent(tx, row.facts["first"]) if "first" in row.facts else None
    if first is None:
        if not listening.hears(action, holding, was, mark):
            return Nothing("the channel does not hear of this rating")
        return Composed(compose_told(action, was, with_reasons=listening.with_reasons), (action.ref,))
    message = compose_change(action, was, _find_since(composer, action))
    return Composed(message, (action.ref,), conversation=first.conversation, thread=first.post)


def _renew_told(composer: Composer, tx: Tx, sent: Sent, now: datetime) -> Message | Nothing:
    heard = _find_heard(composer, tx, sent.address, sent.facts["ref"], now)
    if heard is None:
        return Nothing("the channel no longer hears of it")
    action, _holding, listening = heard
    return compose_standing(action, _find_since(composer, action), with_reasons=listening.with_reasons)


def _find_since(composer: Composer, action: Action) -> date | None:
    """Since when it has had the rating it has; None for none."""
    agreed = action.last_said("agree") if action.state == "complete" else None
    if agreed is not None:
        return agreed.on
    return composer.calendar.today(action.rag_at) if action.rag_at else None


def _find_heard(
    composer: Composer, tx: Tx, address: str, ref: str, now: datetime
) -> tuple[Action, Group | None, Listening] | None:
    """The action, who holds it, and what the channel hears; None where that is nothing, or the plan lost the action."""
    directory = read_directory(tx, composer.calendar.today(now))
    groups = list_groups(tx, directory)
    found = list_actions(tx, directory, refs=[ref])
    if not found:
        return None
    holding = find_holding_group(found[0].focus_area, found[0].priority, groups)
    own = find_group_listening(holding)
    listening = find_listening(tx, address) or (own if own and own.address == address else None)
    return (found[0], holding, listening) if listening and listening.ratings else None


RENEWED: dict[str, Also] = {"edit": compose_edit, "channel": compose_channel, "home": compose_shown}
