"""What people say of an action, decided: each function returns an Update, which storage records in one transaction.

What was said is always saved; a detail that is missing is *owed* and asked for (section 5, RAG).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from programme.facts import Action, Actor
from programme.messages import UserError
from programme.rag import LOOKS, Rag
from programme.timescales import Timescale

Owed = Literal["reason", "mitigation", "timescale", "completion", "evidence"]
Alarm = Literal["raise", "explain", "close"]

UNDO_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class NewMitigation:
    text: str
    who: str
    by: Timescale | None


@dataclass(frozen=True, slots=True)
class Update:
    """One thing said of one action.

    `columns` are the action's facts to change, by name; `entry` the kind under which `words` and `value` are kept;
    `alarm` what happens to the escalation; `decide` settles the open proposal.
    """

    verb: str
    entry: str = ""
    value: str = ""
    words: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)
    alarm: Alarm | None = None
    rag: Rag | None = None
    propose: Literal["closure", "timescale"] | None = None
    timescale: Timescale | None = None
    decide: Literal["agreed", "returned"] | None = None
    mitigation: NewMitigation | None = None
    owed: tuple[Owed, ...] = ()


def _refuse_complete(action: Action) -> None:
    if action.state == "complete":
        raise UserError(f"{action.ref} is complete. If it is not, ask the programme office to open it again.")


def change_rag(
    action: Action, rag: Rag, reason: str, actor: Actor, today: date, quiet_until: date | None, *, decides: bool
) -> Update:
    """Rate an action. At risk, vulnerable and deferred owe a reason; on track over a colleague's alarm needs one now.

    `quiet_until` is the last day on which this answer silences reminders of the action; `decides` whether the actor
    chairs the holding group, and so may close a colleague's alarm.
    """
    _refuse_complete(action)
    reason = reason.strip()
    open_alarm = action.escalation if action.escalation and action.escalation.state == "open" else None
    owed: list[Owed] = []
    alarm: Alarm | None = None
    if rag in (Rag.AT_RISK, Rag.VULNERABLE):
        same = open_alarm is not None and open_alarm.kind == rag
        alarm = ("explain" if reason else None) if same else "raise"
        if not reason and not (same and open_alarm and open_alarm.reason_at):
            owed.append("reason")
        if rag is Rag.AT_RISK and (action.mitigation is None or action.mitigation.in_place_at):
            owed.append("mitigation")
    elif rag is Rag.ON_TRACK:
        if open_alarm:
            if open_alarm.by == actor.key or decides:
                alarm = "close"
            elif not reason:
                word = LOOKS[open_alarm.kind].word.lower()
                raise UserError(
                    f"A colleague rated {action.ref} {word}. Say why it is on track now: "
                    f"rag {action.ref} on-track because …"
                )
        overdue = action.timescale.due_on is not None and action.timescale.due_on < today
        if overdue and action.proposal is None:
            owed += ["timescale", "completion"]
    else:
        if not reason:
            owed.append("reason")
        if action.proposal is None:
            owed.append("timescale")
        if action.mitigation is None:
            owed.append("mitigation")
        alarm = "close" if open_alarm and open_alarm.by == actor.key else None
    return Update(
        "rag",
        entry="rating",
        value=rag,
        words=reason,
        columns={"rag": rag, "rag_by": actor.key, "quiet_until": quiet_until},
        alarm=alarm,
        rag=rag,
        owed=tuple(owed),
    )


def add_progress(action: Action, text: str, on: date, quiet_until: date | None) -> Update:
    """A dated progress entry in the owner's words."""
    if not text.strip():
        raise UserError(f"Say what has been done: progress {action.ref} and then a sentence.")
    columns: dict[str, object] = {"quiet_until": quiet_until}
    if action.last_entry_on is None or action.last_entry_on < on:
        columns["last_entry_on"] = on
    return Update("progress", entry="progress", words=text.strip(), columns=columns)


def add_evidence(action: Action, text: str, quiet_until: date | None) -> Update:
    """Evidence *supplied*: a link or where it is kept."""
    if not text.strip():
        raise UserError(f"Say where the evidence is: evidence {action.ref} and then a link.")
    return Update("evidence", entry="evidence", words=text.strip(), columns={"quiet_until": quiet_until})


def answer(action: Action, kind: Literal["no change", "still going"], quiet_until: date | None) -> Update:
    """A tap that says nothing new: it answers the reminder and is not progress."""
    _refuse_complete(action)
    return Update("answer", entry="answer", value=kind, columns={"quiet_until": quiet_until})


def disown(action: Action, quiet_until: date) -> Update:
    """Not mine: the office hears, and the chase stops for ten working days."""
    _refuse_complete(action)
    return Update("not_mine", entry="not_mine", columns={"quiet_until": quiet_until})


def propose_closure(action: Action, evidence: str, has_evidence: bool) -> Update:
    """Done: proposed to the holding group's chair. Evidence, or a reason for none, is owed with it."""
    _refuse_complete(action)
    if action.proposal and action.proposal.kind == "closure":
        raise UserError(f"{action.ref} is already done, awaiting agreement. Add evidence with: evidence {action.ref} …")
    owed: tuple[Owed, ...] = () if evidence.strip() or has_evidence else ("evidence",)
    return Update(
        "done", entry="evidence" if evidence.strip() else "", words=evidence.strip(), propose="closure", owed=owed
    )


def propose_timescale(action: Action, new: Timescale | None, reason: str, today: date) -> Update:
    """Slipping: a new timescale, proposed to the holding group's chair; the first is never overwritten."""
    _refuse_complete(action)
    if new is None or new.due_on is None:
        raise UserError(f"Which new timescale? Type for example: slipping {action.ref} Dec-22 waiting on the agreement")
    if new.due_on < today:
        raise UserError(f"{new.text} is past. Give a timescale from today on: slipping {action.ref} and a month")
    if new.due_on == action.timescale.due_on:
        raise UserError(f"{new.text} is already the timescale of {action.ref}. Give a later one, or rate it instead.")
    owed: tuple[Owed, ...] = () if reason.strip() else ("reason",)
    return Update(
        "slipping",
        entry="timescale",
        value=new.text,
        words=reason.strip(),
        propose="timescale",
        timescale=new,
        owed=owed,
    )


def decide_proposal(action: Action, decision: Literal["agreed", "returned"], reason: str) -> Update:
    """The chair agrees what was proposed, or returns it with a reason."""
    proposal = action.proposal
    if proposal is None:
        raise UserError(f"Nothing is waiting to be agreed for {action.ref}.")
    if decision == "returned":
        if not reason.strip():
            raise UserError(f"Say why it goes back: return {action.ref} and then the reason.")
        return Update("return", entry="return", value=proposal.kind, words=reason.strip(), decide="returned")
    if proposal.kind == "closure":
        return Update("agree", words=reason.strip(), columns={"state": "complete"}, alarm="close", decide="agreed")
    new = proposal.timescale
    if new is None:
        raise ValueError("a proposed timescale is stored with its timescale")
    return Update(
        "agree",
        value=new.text,
        words=reason.strip(),
        columns={"timescale": new.text, "due_on": new.due_on, "due_exact": new.exact, "due_state": new.state},
        decide="agreed",
    )


def snooze(action: Action, until: date, today: date, next_meeting: date | None) -> Update:
    """Quiet until a date before the holding group's next meeting; recorded."""
    _refuse_complete(action)
    if until <= today:
        raise UserError(f"Give a date after today: snooze {action.ref} 3 October")
    if next_meeting and until >= next_meeting:
        raise UserError(
            f"Its group meets on {next_meeting.day} {next_meeting:%B %Y}: snooze {action.ref} to a date before that."
        )
    return Update("snooze", value=until.isoformat(), columns={"quiet_until": until})


def add_mitigation(action: Action, text: str, who: str, by: Timescale | None) -> Update:
    """What is being done about the risk, who does it and by when; reminded as a timescale is."""
    if not text.strip():
        raise UserError(f"Say what is being done: mitigation {action.ref} what; who; by when")
    return Update("mitigation", words=text.strip(), mitigation=NewMitigation(text.strip(), who.strip(), by))


def confirm_mitigation(action: Action) -> Update:
    """The mitigation is in place."""
    if action.mitigation is None:
        raise UserError(
            f"No mitigation is written for {action.ref}. Add one: mitigation {action.ref} what; who; by when"
        )
    return Update("in_place")


def acknowledge(action: Action) -> Update:
    """The chair has seen the alarm."""
    if not (action.escalation and action.escalation.state == "open"):
        raise UserError(f"{action.ref} has no open escalation to acknowledge.")
    return Update("ack")
