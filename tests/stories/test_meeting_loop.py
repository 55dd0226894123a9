"""One meeting from end to end: request, chase, pack, since the pack, minutes, decisions, what is carried forward."""

from __future__ import annotations

from pathlib import Path

from tests.stories.council import buttons, history_length
from tests.story import Sent, Story, tiny_plan

PLAN = tiny_plan(
    ("P1.1a", "Write the charter.", "A", "Mar-23"),
    ("P1.1b", "Run the survey.", "A", "Apr-23"),
    ("P1.1c", "Train the staff.", "B", "May-23"),
    ("P1.2a", "Publish the map.", "C", "Jun-23"),
)
MINUTES = """The Board, 4 October 2022
Present: the chair, A, B and C.

P1.1a: completion agreed
P1.1b: at risk, only 3 of 30 schools have answered
P1.1c - by 14 October: B to bring the training plan
P1.2a: the Board thanks the team
P1.2x: to be published in two languages
"""


def section(text: str, title: str) -> list[str]:
    """The lines under a heading of a digest."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if line.startswith(f"{title}:")]
    found = []
    for line in lines[starts[0] + 1 :] if starts else []:
        if not line.startswith("- "):
            break
        found.append(line)
    return found


def on(sent: list[Sent], day: str, who: str) -> str:
    """What somebody had on a day, as `09-12`; there must be one."""
    found = [one.text for one in sent if one.to == who and f"{one.at:%m-%d}" == day]
    assert len(found) == 1, found
    return found[0]


def test_a_meeting_from_the_request_to_the_digest_of_the_next(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.load(PLAN)
    for role in ("A", "B", "C", "D"):
        story.give(role)
    story.group("The Board", "2022-10-04 10:00", "2022-11-29 10:00", chair="D", strategic=True)
    story.tick("2022-09-05 09:00")

    # Updates are asked for on 12 September, of everybody.
    asked = story.mornings("2022-09-12")
    assert "say where each stands for the meeting on 4 October 2022." in on(asked, "09-12", "A")
    assert {one.to for one in asked if f"{one.at:%m-%d}" == "09-12"} >= {"A", "B", "C"}

    # Two answer; who has not is chased on 22 September, and nobody else.
    story.at("2022-09-13 11:00").say("A", "done P1.1a https://example.org/charter")
    story.say("A", "progress P1.1b the form is out")
    story.say("B", "slipping P1.1c Jul-23 the trainer is away")
    chased = story.mornings("2022-09-26")
    assert "4 October 2022" in on(chased, "09-22", "C")
    assert {one.to for one in chased if f"{one.at:%m-%d}" == "09-22"} == {"C"}

    # The chair has the pack on 27 September: what is proposed, and who has not answered.
    pack = on(story.mornings("2022-09-27"), "09-27", "D")
    assert "digest for the meeting on 4 October 2022" in pack
    assert [line[2:7] for line in section(pack, "To agree")] == ["P1.1a", "P1.1c"]
    assert [line[2:7] for line in section(pack, "No update for this meeting")] == ["P1.2a"]

    # What comes later is in the note of the morning of the meeting.
    story.at("2022-09-29 11:00").say("C", "progress P1.2a the map is at the printer")
    since = on(story.mornings("2022-10-04"), "10-04", "D")
    assert "what has moved since the pack of 27 September 2022" in since
    assert "P1.2a ⚪ Not yet rated: C: the map is at the printer" in since

    # The meeting: its minutes change nothing until the chair confirms them.
    story.at("2022-10-04 12:00")
    before = story.say("D", "agree")
    assert [line[2:7] for line in before.split("\n") if line.startswith("- ")] == ["P1.1a", "P1.1c"]
    listed = story.ask("D", f"minutes {MINUTES}")
    assert "Minutes: 5 to confirm, 1 kept aside" in listed.text
    assert story.say("D", "agree") == before
    assert "Not yet rated" in story.say("A", "action P1.1b")
    taps = buttons(listed)
    said = story.say("D", taps["Confirm all 4"])
    assert "Agreed: P1.1a (complete)." in said
    assert "P1.1b is now 🔴 At risk" in said
    assert "Minuted of P1.1c at The Board, 4 October 2022." in said
    assert "Minutes: 1 to confirm, 1 kept aside" in said
    corrected = story.ask("D", taps["It is P1.2a"])
    assert "P1.2a: minute it." in corrected.text
    assert "Minuted of P1.2a" in story.say("D", buttons(corrected)["Confirm"])
    assert story.say("D", "minutes drop aside").endswith("Nothing of the minutes is left to confirm.")
    assert "minuted on 4 October 2022 at The Board), rag: at risk: only 3 of 30 schools" in story.say(
        "A", "history P1.1b"
    )

    # The one list has what is left: the new timescale goes back, and its owner proposes another.
    assert [line[2:7] for line in story.say("D", "agree").split("\n") if line.startswith("- ")] == ["P1.1c"]
    assert "P1.1c goes back to B: June at the latest." in story.say("D", "return P1.1c June at the latest")
    assert story.say("D", "agree") == "Nothing is waiting for you to agree."

    # The owners hear of it all with their next reminders, the colleagues of what is at risk at once.
    heard = story.mornings("2022-10-07")
    of_b = "\n".join(one.text for one in heard if one.to == "B")
    assert "The minutes of The Board, 4 October 2022 say of P1.1c: by 14 October: B to bring the training plan." in of_b
    assert "P1.1c came back from D, who does not agree the new timescale yet: June at the latest." in of_b
    assert any("P1.2a: the Board thanks the team" in one.text for one in heard if one.to == "C")
    assert any("only 3 of 30 schools have answered" in one.text for one in heard if one.to == "office")

    # Carried forward: the digest for 29 November says what was decided and what still waits.
    story.at("2022-11-01 11:00").say("B", "slipping P1.1c Jun-23 the trainer is back in May")
    story.at("2022-11-22 08:00")
    digest = story.say("D", "digest The Board")
    assert "digest for the meeting on 29 November 2022" in digest
    assert "✅ Complete 1 (+1)" in digest
    assert [line[2:7] for line in section(digest, "Escalated")] == ["P1.1b"]
    assert "The Board thanks the team; to be published in two languages. No answer yet." in "\n".join(
        section(digest, "Decided at the last meeting")
    )
    [waiting] = section(digest, "To agree")
    assert "Jun-23 proposed in place of May-23. The trainer is back in May." in waiting
    assert "By 14 October: B to bring the training plan. Answered 1 November 2022]" in waiting

    # Nobody settles it at that meeting: it is carried into the next one.
    story.group("The Board", "2023-01-24 10:00", "2022-11-29 10:00", "2022-10-04 10:00")
    story.at("2022-12-05 10:00")
    [carried] = section(story.say("D", "digest The Board"), "Carried from the last meeting")
    assert carried.startswith("- P1.1c")
    assert history_length(story) > 0
    story.close()
