"""What people say of an action, decided: each function returns an Update, which storage records in one transaction.

What was said is always saved; a detail that is missing is *owed* and asked for (section 5, RAG).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from programme.facts import Action, Actor, Escalation
from programme.messages import Button, UserError
from programme.rag import LOOKS, Rag
from programme.timescales import Timescale, say_next_day, say_next_month

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
    `alarm` what happens to the escalation, which is `seen` by whoever raises it as chair; `decide` settles the open
    proposal.
    """

    verb: str
    entry: str = ""
    value: str = ""
    words: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)
    alarm: Alarm | None = None
    seen: bool = False
    rag: Rag | None = None
    propose: Literal["closure", "timescale"] | None = None
    timescale: Timescale | None = None
    decide: Literal["agreed", "returned"] | None = None
    mitigation: NewMitigation | None = None
    owed: tuple[Owed, ...] = ()


def refuse_complete(action: Action) -> None:
    """UserError where the action is complete: nothing more is said of it until it is open again."""
    if action.state == "complete":
        raise UserError(f"{action.ref} is complete: if it is not, please ask the chair or the office to reopen it.")


def change_rag(
    action: Action,
    rag: Rag,
    reason: str,
    actor: Actor,
    today: date,
    quiet_until: date | None,
    *,
    owner: bool,
    decides: bool,
) -> Update:
    """Rate an action. At risk, vulnerable and deferred owe a reason; over a
    colleague's alarm a calmer one needs it now.

    `quiet_until` is the last day on which this answer silences reminders of the action; `owner` whether the actor owns
    it (anybody else owes a reason for every rating); `decides` whether they may close a colleague's alarm.
    """
    refuse_complete(action)
    reason = reason.strip()
    open_alarm = find_open_alarm(action)
    theirs = open_alarm is not None and bool(list_alarmed(action, open_alarm) - {actor.key}) and not decides
    eased = rag is Rag.ON_TRACK or (rag is Rag.VULNERABLE and open_alarm is not None and open_alarm.kind == Rag.AT_RISK)
    if open_alarm and theirs and eased and not reason:
        raise UserError(
            f"A colleague rated {action.ref} {LOOKS[open_alarm.kind].word.lower()}, so please say why it is "
            f"{LOOKS[rag].word.lower()} now: rag {action.ref} {rag.typed} because …",
            field="reason",
        )
    alarm: Alarm | None = None
    owed: list[Owed] = []
    if rag in (Rag.AT_RISK, Rag.VULNERABLE):
        same = open_alarm is not None and open_alarm.kind == rag
        explained = open_alarm is not None and same and open_alarm.reason_at is not None
        if not same:
            alarm = None if theirs and eased else "raise"
        elif reason and not explained:
            alarm = "explain"
        if not reason and not explained:
            owed.append("reason")
        if rag is Rag.AT_RISK and (action.mitigation is None or action.mitigation.in_place_at):
            owed.append("mitigation")
    elif rag is Rag.ON_TRACK:
        if open_alarm and not theirs:
            alarm = "close"
        elif not owner and not reason and not open_alarm:
            owed.append("reason")
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
        if open_alarm and not theirs:
            alarm = "close"
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


def find_open_alarm(action: Action) -> Escalation | None:
    """The escalation that is still open, if any."""
    return action.escalation if action.escalation and action.escalation.state == "open" else None


def list_alarmed(action: Action, alarm: Escalation) -> set[str]:
    """The keys of those whose alarm it still is: who rated it so since it was raised, and not otherwise later."""
    last = {said.by: said.value for said in action.said if said.kind == "rating" and said.at >= alarm.at}
    return {by for by, value in last.items() if value == alarm.kind}


def is_calm(action: Action) -> bool:
    """Whether it was rated otherwise while an alarm about it is still open."""
    alarm = find_open_alarm(action)
    return alarm is not None and action.rag is not None and action.rag != alarm.kind


def agree_calm(action: Action) -> Update:
    """The chair, or the colleague who raised the alarm, agrees that it is over; the rating stays."""
    if not is_calm(action):
        raise UserError(f"Nothing is waiting to be agreed for {action.ref}.")
    return Update("agree", value=LOOKS[action.rag].word.lower(), alarm="close")


def add_progress(action: Action, text: str, on: date, quiet_until: date | None) -> Update:
    """A dated progress entry in the owner's words."""
    if not text.strip():
        raise UserError(f"Say what has been done: progress {action.ref} and then a sentence.", field="text")
    columns: dict[str, object] = {"quiet_until": quiet_until}
    if action.last_entry_on is None or action.last_entry_on < on:
        columns["last_entry_on"] = on
    return Update("progress", entry="progress", words=text.strip(), columns=columns)


def add_figure(action: Action, period: str, text: str, on: date, quiet_until: date | None) -> Update:
    """The figure of an action's metric for a period, as given."""
    if not text.strip():
        raise UserError(f"Say the figure: figure {action.ref} {period}: 65 of 91 schools", field="text")
    columns: dict[str, object] = {"quiet_until": quiet_until}
    if action.last_entry_on is None or action.last_entry_on < on:
        columns["last_entry_on"] = on
    return Update("figure", entry="figure", value=period, words=text.strip(), columns=columns)


_NONE = re.compile(
    r"(?:there (?:is|was|will be) )?(?:no evidence|none|nothing|no link|not? (?:yet|available|needed|applicable)"
    r"|n/?a|because|without)\b",
    re.IGNORECASE,
)


def says_none(text: str) -> bool:
    """Whether words given as evidence say why there is none: `none, it was a telephone call`."""
    return bool(_NONE.match(text.strip()))


def add_evidence(action: Action, text: str, quiet_until: date | None) -> Update:
    """Evidence *supplied*: a link or where it is kept; or a stated reason for none, which never counts as evidence."""
    if not text.strip():
        raise UserError(f"Say where the evidence is: evidence {action.ref} and then a link.", field="text")
    kind = "reason" if says_none(text) else "evidence"
    return Update("evidence", entry=kind, words=text.strip(), columns={"quiet_until": quiet_until})


def answer(action: Action, kind: Literal["no change", "still going"], quiet_until: date | None) -> Update:
    """A tap that says nothing new: it answers the reminder and is not progress."""
    refuse_complete(action)
    return Update("answer", entry="answer", value=kind, columns={"quiet_until": quiet_until})


def disown(action: Action, words: str, quiet_until: date) -> Update:
    """Not mine: the office hears, and the chase stops for ten working days."""
    refuse_complete(action)
    return Update("not_mine", entry="not_mine", words=words.strip(), columns={"quiet_until": quiet_until})


def propose_closure(action: Action, evidence: str) -> Update:
    """Done: proposed to the holding group's chair. Evidence, or a reason for none, is owed with it."""
    refuse_complete(action)
    evidence = evidence.strip()
    if action.proposal and action.proposal.kind == "closure":
        raise UserError(
            f"{action.ref} is already done, awaiting agreement; to add evidence type: evidence {action.ref} and a link"
        )
    known = any(said.kind in ("evidence", "reason") for said in action.said)
    owed: tuple[Owed, ...] = () if evidence or known else ("evidence",)
    kind = "reason" if says_none(evidence) else "evidence"
    return Update("done", entry=kind if evidence else "", words=evidence, propose="closure", owed=owed)


def propose_timescale(action: Action, new: Timescale, reason: str, today: date) -> Update:
    """Slipping: a new timescale, proposed to the holding group's chair; the first is never overwritten."""
    refuse_complete(action)
    reason = reason.strip()
    if new.due_on is None:
        raise UserError(
            f"“{new.text[:60]}” could not be read as a date: type for example slipping {action.ref} "
            f"{say_next_month(today)} and why.",
            field="timescale",
        )
    if new.due_on < today:
        raise UserError(
            f"{new.text} is past, so please give a timescale from today on: slipping {action.ref} "
            f"{say_next_month(today)}",
            field="timescale",
        )
    if new.due_on == action.timescale.due_on:
        raise UserError(
            f"{new.text} is already the timescale of {action.ref}: give another one, or rate it with rag {action.ref}.",
            field="timescale",
        )
    owed: tuple[Owed, ...] = () if reason else ("reason",)
    return Update(
        "slipping", entry="timescale", value=new.text, words=reason, propose="timescale", timescale=new, owed=owed
    )


def lacks_evidence(action: Action) -> bool:
    """Whether an action is said to be done, with neither evidence nor a reason for none."""
    proposal = action.proposal
    if proposal is None or proposal.kind != "closure" or proposal.words:
        return False
    return not any(said.kind in ("evidence", "reason") for said in action.said)


def decide_proposal(action: Action, decision: Literal["agreed", "returned"], reason: str) -> Update:
    """The chair agrees what was proposed, or returns it with a reason. Done without evidence, or a reason for none, is
    agreed for a reason of the chair's."""
    proposal = action.proposal
    if proposal is None:
        raise UserError(f"Nothing is waiting to be agreed for {action.ref}.")
    if decision == "returned":
        if not reason.strip():
            raise UserError(f"Say why it goes back: return {action.ref} and then the reason.", field="reason")
        return Update("return", entry="return", value=proposal.kind, words=reason.strip(), decide="returned")
    if proposal.kind == "closure":
        if lacks_evidence(action) and not reason.strip():
            raise UserError(
                f"{action.ref} has no evidence and no reason for none: say why you agree it all the same, "
                f"agree {action.ref} because …, or return {action.ref} and ask for it.",
                (Button(f"Return {action.ref}", f"return {action.ref}"),),
                field="reason",
            )
        return Update(
            "agree",
            entry="agree",
            value="complete",
            words=reason.strip(),
            columns={"state": "complete"},
            alarm="close",
            decide="agreed",
        )
    new = proposal.timescale
    if new is None:
        raise ValueError("a proposed timescale is stored with its timescale")
    return Update(
        "agree",
        entry="agree",
        value=new.text,
        words=reason.strip(),
        columns={"timescale": new.text, "due_on": new.due_on, "due_exact": new.exact, "due_state": new.state},
        decide="agreed",
    )


def reopen(action: Action, reason: str) -> Update:
    """A complete action is open again, with the reason why; it is asked about as if nobody had answered."""
    if action.state != "complete":
        raise UserError(f"{action.ref} is open already, so there is nothing to change.")
    if not reason.strip():
        raise UserError(f"Say why it is open again: reopen {action.ref} and then the reason.")
    return Update("reopen", entry="reopen", words=reason.strip(), columns={"state": "open", "quiet_until": None})


def snooze(action: Action, until: date, reason: str, today: date, next_meeting: date | None) -> Update:
    """Quiet until a date before the holding group's next meeting; recorded."""
    refuse_complete(action)
    if until <= today:
        raise UserError(
            f"That day is not after today, so please give a later one: snooze {action.ref} {say_next_day(today)}",
            field="until",
        )
    if next_meeting and until >= next_meeting:
        before = max(next_meeting - timedelta(days=1), today)
        raise UserError(
            f"Its group meets on {next_meeting.day} {next_meeting:%B %Y}, so please give a day before that: "
            f"snooze {action.ref} {before.day} {before:%B}",
            field="until",
        )
    return Update("snooze", value=until.isoformat(), words=reason.strip(), columns={"quiet_until": until})


def add_mitigation(action: Action, text: str, who: str, by: Timescale | None) -> Update:
    """What is being done about the risk, who does it and by when; reminded as a timescale is."""
    refuse_complete(action)
    if not text.strip():
        raise UserError(f"Say what is being done: mitigation {action.ref} what; who; by when", field="what")
    return Update("mitigation", words=text.strip(), mitigation=NewMitigation(text.strip(), who.strip(), by))


def confirm_mitigation(action: Action) -> Update:
    """The mitigation is in place."""
    if action.mitigation is None:
        raise UserError(f"No mitigation is written for {action.ref}: type mitigation {action.ref} what; who; by when")
    if action.mitigation.in_place_at:
        raise UserError(f"The mitigation for {action.ref} is in place already, so there is nothing to change.")
    return Update("in_place")


def acknowledge(action: Action) -> Update:
    """The chair has seen the alarm."""
    alarm = find_open_alarm(action)
    if alarm is None:
        raise UserError(f"{action.ref} has no open escalation to acknowledge.")
    if alarm.acknowledged_at:
        raise UserError(f"The escalation of {action.ref} is acknowledged already, so there is nothing to change.")
    return Update("ack")
