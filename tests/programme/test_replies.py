"""Free replies: what each suggests, and the many that suggest nothing."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.rag import Rag
from programme.replies import read_reply
from tests.programme.test_timescales import TERMS

TODAY = date(2022, 9, 5)

RATED_OR_MOVED = [
    ("slipping to Dec, waiting on the MOU", Rag.VULNERABLE, "Dec-22", "waiting on the MOU"),
    ("Slipping to December – the trust has not signed", Rag.VULNERABLE, "Dec-22", "the trust has not signed"),
    ("this has slipped to Jan-23 because the trainer left", Rag.VULNERABLE, "Jan-23", "the trainer left"),
    ("we're delayed until end of November, two posts vacant", Rag.VULNERABLE, "Nov-22", "two posts vacant"),
    (
        "pushed back to 15 December as the panel was cancelled",
        Rag.VULNERABLE,
        "15 December 2022",
        "the panel was cancelled",
    ),
    ("won't make it till January, data team is short", Rag.VULNERABLE, "Jan-23", "data team is short"),
    ("We won't be ready until the end of the spring term", Rag.VULNERABLE, "Mar-23", ""),
    ("needs until March", Rag.VULNERABLE, "Mar-23", ""),
    ("will now be December", None, "Dec-22", ""),
    ("it will now be done in December", None, "Dec-22", ""),
    ("moved to Feb 2023", None, "Feb-23", ""),
    ("New timescale: Dec-22", None, "Dec-22", ""),
    ("revised date is 16 December 2022", None, "16 December 2022", ""),
    ("Unfortunately we've had to push this back to Feb", Rag.VULNERABLE, "Feb-23", ""),
    (
        "can't finish this until Jan-23, the parent carer forum meets then",
        Rag.VULNERABLE,
        "Jan-23",
        "the parent carer forum meets then",
    ),
    ("waiting for legal so this will slip to November", Rag.VULNERABLE, "Nov-22", "waiting for legal"),
    ("slipping", Rag.VULNERABLE, None, ""),
    ("Slipping, no trainer", Rag.VULNERABLE, None, "no trainer"),
    ("behind schedule because of sickness", Rag.VULNERABLE, None, "sickness"),
    ("running late, two schools still to reply", Rag.VULNERABLE, None, "two schools still to reply"),
    ("we won't meet the deadline - staffing", Rag.VULNERABLE, None, "staffing"),
    ("needs an extension to 31 January", Rag.VULNERABLE, "31 January 2023", ""),
    ("on track", Rag.ON_TRACK, None, ""),
    ("on track for end of March", Rag.ON_TRACK, None, "for end of March"),
    ("On track - 9 of 12 schools trained", Rag.ON_TRACK, None, "9 of 12 schools trained"),
    ("we're on track", Rag.ON_TRACK, None, ""),
    ("We are still on track to publish in March", Rag.ON_TRACK, None, "to publish in March"),
    ("it's on track 👍", Rag.ON_TRACK, None, ""),
    ("at risk", Rag.AT_RISK, None, ""),
    ("at risk: no printer", Rag.AT_RISK, None, "no printer"),
    ("At risk because the supplier has pulled out", Rag.AT_RISK, None, "the supplier has pulled out"),
    ("at risk the supplier has gone", Rag.AT_RISK, None, "the supplier has gone"),
    ("we are at risk of missing the date, no SENCO in post", Rag.AT_RISK, None, "missing the date, no SENCO in post"),
    ("It's red, nobody in post", Rag.AT_RISK, None, "nobody in post"),
    ("RAG: red", Rag.AT_RISK, None, ""),
    ("Status: amber - waiting on health", Rag.VULNERABLE, None, "waiting on health"),
    ("status is green", Rag.ON_TRACK, None, ""),
    ("I'd say amber, the data is late", Rag.VULNERABLE, None, "the data is late"),
    ("amber", Rag.VULNERABLE, None, ""),
    ("amber, no printer", Rag.VULNERABLE, None, "no printer"),
    ("still amber as the survey is not back", Rag.VULNERABLE, None, "the survey is not back"),
    ("now green", Rag.ON_TRACK, None, ""),
    ("was amber, now green", Rag.ON_TRACK, None, ""),
    ("moved from amber to green", Rag.ON_TRACK, None, ""),
    ("green because the printer is back", Rag.ON_TRACK, None, "the printer is back"),
    ("gone red, funding withdrawn", Rag.AT_RISK, None, "funding withdrawn"),
    ("not at risk, on track", Rag.ON_TRACK, None, ""),
    ("🔴 no staff", Rag.AT_RISK, None, "no staff"),
    (":large_green_circle: all fine", Rag.ON_TRACK, None, "all fine"),
    ("🟢", Rag.ON_TRACK, None, ""),
    ("deferred to March, printer is away", Rag.DEFERRED, "Mar-23", "printer is away"),
    ("deferred until the printer is back", Rag.DEFERRED, None, "until the printer is back"),
    ("Hi all\n\nslipping to Dec\nwaiting on the MOU", Rag.VULNERABLE, "Dec-22", "waiting on the MOU"),
    (
        "Vulnerable - slipping to Dec-22: the MOU is with the trust",
        Rag.VULNERABLE,
        "Dec-22",
        "the MOU is with the trust",
    ),
    ("at risk, needs until Feb as nobody is in post", Rag.AT_RISK, "Feb-23", "nobody is in post"),
    ("“vulnerable”", Rag.VULNERABLE, None, ""),
    ("postponed to Spring term 2023", None, "Mar-23", ""),
    ("slipping into January because of vetting", Rag.VULNERABLE, "Jan-23", "vetting"),
    ("timescale needs to move to Feb", None, "Feb-23", ""),
    ("new target date is the end of February", None, "Feb-23", ""),
    ("date moved to March", None, "Mar-23", ""),
    ("not until Feb-23 now", None, "Feb-23", ""),
    ("now due Feb-23", None, "Feb-23", ""),
    ("RAG amber", Rag.VULNERABLE, None, ""),
    ("red\n\nno lead in post", Rag.AT_RISK, None, "no lead in post"),
    ("gone from green to red", Rag.AT_RISK, None, ""),
    ("<@U1> at risk: no staff", Rag.AT_RISK, None, "no staff"),
    ("(amber)", Rag.VULNERABLE, None, ""),
    ("its red im afraid", Rag.AT_RISK, None, ""),
    ("its slipping to nov", Rag.VULNERABLE, "Nov-22", ""),
    ("at risk: لا يوجد موظفون", Rag.AT_RISK, None, "لا يوجد موظفون"),
    ("Slipping to Dec—waiting on the MOU", Rag.VULNERABLE, None, "to Dec-waiting on the MOU"),
    ("slipping to 15/12/2022, panel moved", Rag.VULNERABLE, "15 December 2022", "panel moved"),
    ("delayed to Q4 2022/23, see https://example.org/red", Rag.VULNERABLE, "Mar-23", ""),
    ("Sorry, this has slipped. The trust has no one in post.", Rag.VULNERABLE, None, "The trust has no one in post"),
    ("```\nold notes: red\n```\nwe are on track", Rag.ON_TRACK, None, ""),
    ("> is it red?\nno, we are on track", Rag.ON_TRACK, None, "no"),
    ("🟠 waiting on health", Rag.VULNERABLE, None, "waiting on health"),
    ("pushed back from Oct to Dec because of half term", Rag.VULNERABLE, "Dec-22", "half term"),
    ("The action is still amber; the MOU is unsigned", Rag.VULNERABLE, None, "the MOU is unsigned"),
    ("we can't make it until Feb, sorry", Rag.VULNERABLE, "Feb-23", ""),
    ("Training has been delayed but the action is on track", Rag.ON_TRACK, None, "Training has been delayed"),
    ("Green - 2 schools outstanding but fine", Rag.ON_TRACK, None, "2 schools outstanding but fine"),
    ("at risk - see email", Rag.AT_RISK, None, "see email"),
    (
        "At risk of not being completed by October as no capacity in health",
        Rag.AT_RISK,
        None,
        "not being completed by October as no capacity in health",
    ),
    ("Please extend to December", None, "Dec-22", ""),
    ("deadline now Dec-22", None, "Dec-22", ""),
    ("now aiming for December", None, "Dec-22", ""),
    ("no change, still on track", Rag.ON_TRACK, None, "no change"),
    ("nothing to report - on track", Rag.ON_TRACK, None, "nothing to report"),
    ("fully on track", Rag.ON_TRACK, None, ""),
    ("on track!!", Rag.ON_TRACK, None, ""),
    ("On Track", Rag.ON_TRACK, None, ""),
    ("OnTrack", Rag.ON_TRACK, None, ""),
    ("ON TRACK for Dec", Rag.ON_TRACK, None, "for Dec"),
    ("stays amber", Rag.VULNERABLE, None, ""),
    ("I think amber", Rag.VULNERABLE, None, ""),
    ("slipping to 31/12/22", Rag.VULNERABLE, "31 December 2022", ""),
    ("slipping to end of term", Rag.VULNERABLE, None, "to end of term"),
    ("slipping to half term", Rag.VULNERABLE, None, "to half term"),
    ("slipping until after Christmas", Rag.VULNERABLE, None, "until after Christmas"),
    ("slipping by a month because of sickness", Rag.VULNERABLE, None, "by a month because of sickness"),
    ("will be delayed", Rag.VULNERABLE, None, ""),
    ("been delayed by procurement", Rag.VULNERABLE, None, "by procurement"),
    ("delayed due to procurement", Rag.VULNERABLE, None, "procurement"),
    ("delay to January due to procurement", Rag.VULNERABLE, "Jan-23", "procurement"),
    ("delayed - new date TBC", Rag.VULNERABLE, None, "new date TBC"),
]
COMPLETE = [
    "all done",
    "All done!",
    "completed, report is at https://example.org/report",
    "This is now complete. Report attached.",
    "It's done, minutes at https://example.org",
    "done and dusted",
    "we have finished",
    "blue",
    "All complete, thanks",
    "complete",
    "Complete - evidence to follow",
    "done - evidence with Jo's team",
    "Completed last week",
    "It is finished.",
]
NOTHING = [
    "half of them are trained",
    "vulnerable pupils were seen first",
    "Vulnerable families have a named worker now",
    "red tape is holding us up",
    "at-risk pupils were seen first",
    "at risk of exclusion list now shared weekly",
    "pupils at risk of exclusion are tracked",
    "12 children are at risk and have been seen",
    "the supplier is at risk",
    "green light from the board",
    "green energy is not ours",
    "amber alert system tested",
    "we met in December",
    "the December meeting agreed the form",
    "done the first visit",
    "completed the training for 12 schools",
    "Completed forms are coming back",
    "not at risk any more",
    "no longer red",
    "isn't on track",
    "we were on track until May",
    "was at risk last term",
    "is this red?",
    "Are we on track?",
    "should this be amber?",
    "what does vulnerable mean",
    "slipping to Dec?",
    "could slip to Dec",
    "might slip to December if the trust is late",
    "on track if the data comes",
    "at risk unless the post is filled",
    'the chair said "at risk" and we disagreed',
    "> slipping to Dec\nnot any more",
    "```slipping to Dec```",
    "the meeting has been moved to December",
    "Visit moved to 3 October",
    "the launch event is delayed until November",
    "training pushed back to Jan",
    "slipped to Aug-22",
    "moved to 1 September 2022",
    "it was pushed back to Aug-22 last year",
    "next meeting is 15 December",
    "met the trust on 12 September, next meeting 3 October",
    "report due in October",
    "survey goes out in Oct-22",
    "the deadline for schools is 30 September",
    "12 schools trained, 9 to go by December",
    "80% complete",
    "nearly done",
    "all done apart from two schools",
    "done in 3 of 12 schools",
    "half complete",
    "to be completed by December",
    "will be done by December",
    "not done yet",
    "completed, waiting for sign-off",
    "first phase complete",
    "see https://example.org/at-risk-register",
    "https://example.org/red/amber/green",
    "ratings are red, amber and green",
    "somewhere between amber and red",
    "red/amber",
    "amber or red",
    "delayed transfers of care have fallen",
    "delayed response from the trust",
    "pushed back on the draft",
    "slipped through the net last year",
    "moved to the new office",
    "moving to Teams in October",
    "we moved to a new system in December",
    "extended family support is offered",
    "no slippage",
    "we are not slipping",
    "not slipping to December any more",
    "won't slip",
    "we have a plan to get back on track",
    "getting back on track",
    "keep on track with visits",
    "the project officer is on track to qualify",
    "recruitment is on track but training is late",
    "thanks, will do",
    "the pupil was excluded until December",
    "closed for half term",
    "school is closed",
    "March was busy",
    "May need a new date",
    "may slip",
    "the red book was updated",
    "red: 3, amber: 4, green: 12",
    "🔴🟠🟢",
    "👍",
    "💚 lovely work",
    "في المسار الصحيح",
    "needs December",
    "needs more time",
    "not in December",
    "not until the board has met",
    "not December",
    "deferred payments are set up",
    "defer to colleagues in health",
    "deferred entry requests are up",
    "we are at risk of losing the building",
    "slipping standards in transport were raised",
    "the green paper was published",
    "new date for the workshop is 3 October",
    "new dates: 3 October and 10 October",
    "slipping to Dec or Jan",
    "slipping to Dec, then Jan",
    "moved to December meeting",
    "it's red hot in here",
    "at risk register reviewed",
    "on track record of the supplier",
    "back to green field site",
    "everyone now has a red folder",
    "Bob thinks we're slipping",
    "It would be red without the extra post",
    "Not sure if this is red",
    "hopefully on track",
    "by December",
    "December",
    "Dec-22",
    "12/12/2022",
    "phase 2 will now be December",
    "not on track",
    "moved to the December meeting, waiting",
    "slipping to Dec-22 schools",
    "in the red, amber and green columns",
    "",
    "The LA's view was: at risk, ours differs? Unsure",
    "`at risk`",
    "if we lose the post it's red",
    "The MOU is now signed and we expect to publish in December",
    "Data sharing agreement moved to legal, should be back by October",
    "Met with DCO on 3 Oct. Next steps: draft to board in Nov-22",
    "We have slipped a disc lol",
    "The delayed start means we're at risk of missing March",
    "Report now with EDCS for sign off by 30 September",
    "needs approval until then nothing to add",
    "Vulnerable learners' panel moved to Jan",
    "I'm on leave until 3 October",
    "Not due until March",
    "Not due until March, nothing to report",
    "This isn't due until Dec-22",
    "It's not due till the end of March",
    "moved to new office in December",
    "I have moved to a new role, please reassign",
    "The post is now expected to be filled in January",
    "Amber rated by the board last time",
    "rated red by Ofsted",
    "All schools completed the survey",
    "We'll be done by October",
    "Risk of slipping",
    "Some slippage expected",
    "There may be a delay until November",
    "expect this to slip to November",
    "likely to slip to Nov",
    "Can we extend to December?",
    "can this be extended to Dec",
    "Could we push back to Nov",
    "this will be late",
    "health say green",
    "green from us, amber from health",
    "delays due to procurement",
    "slipping to Dec " * 100,
]


@pytest.mark.parametrize(("text", "rating", "timescale", "reason"), RATED_OR_MOVED)
def test_a_rating_or_a_date_that_can_be_nothing_else_is_suggested(
    text: str, rating: Rag | None, timescale: str | None, reason: str
) -> None:
    found = read_reply(text, TODAY, TERMS)
    assert found is not None
    assert (found.rating, found.timescale.text if found.timescale else None) == (rating, timescale)
    assert found.reason == reason
    assert not found.complete


@pytest.mark.parametrize("text", COMPLETE)
def test_what_is_finished_is_suggested_as_that_alone(text: str) -> None:
    found = read_reply(text, TODAY, TERMS)
    assert found is not None
    assert (found.rating, found.timescale, found.complete) == (None, None, True)


@pytest.mark.parametrize("text", NOTHING)
def test_whatever_may_mean_something_else_suggests_nothing(text: str) -> None:
    assert read_reply(text, TODAY, TERMS) is None


def test_the_table_is_long_enough_to_be_trusted() -> None:
    assert len(set(NOTHING)) >= 45
    assert len(set(NOTHING)) + len(RATED_OR_MOVED) + len(COMPLETE) >= 110


def test_a_date_is_suggested_with_its_year_and_never_one_that_is_past() -> None:
    found = read_reply("slipping to the end of the summer term", date(2023, 5, 1), ())
    assert found is not None
    assert found.timescale is None  # no term dates: the rating is certain, the day is not
    assert read_reply("slipping to June", date(2022, 9, 5)) is not None
    assert read_reply("moved to August", date(2022, 9, 5)) is None  # last August as likely as the next


@pytest.mark.parametrize(
    "text",
    [
        "now " * 1_000,
        "so and but " * 300,
        "hi, " * 900 + "slipping to Dec",
        "now being been be will " * 160,
        "it is going " * 300 + "red",
        '"a' * 2_000,
        "`" * 4_000,
        "from a to " * 400,
    ],
)
def test_no_words_take_long_to_read(text: str) -> None:
    began = time.perf_counter()
    read_reply(text, TODAY, TERMS)
    assert time.perf_counter() - began < 1


@given(st.text(max_size=300))
def test_any_text_at_all_is_read(text: str) -> None:
    found = read_reply(text, TODAY, TERMS)
    assert found is None or found.rating or found.timescale or found.complete


@given(st.sampled_from([each[0] for each in RATED_OR_MOVED] + COMPLETE))
def test_asked_as_a_question_nothing_is_suggested(text: str) -> None:
    asked = text.replace("\n", " ").replace(". ", ", ").rstrip(" .!") + "?"
    if "`" not in text and not text.startswith(">"):
        assert read_reply(asked, TODAY, TERMS) is None
