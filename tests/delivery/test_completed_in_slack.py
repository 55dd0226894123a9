"""What stands in Slack of an alarm is true after an import has closed it."""

from __future__ import annotations

from tests.delivery.scene import MONDAY, PLAN, Scene


def test_what_stands_in_slack_is_true_after_the_plan_has_completed_it(either: Scene) -> None:
    either.group("The Board", chair="B", strategic=True, channel="slack:T1:C1")
    either.tick(MONDAY)
    either.say("A", "rag P1.1a red no printer")
    either.tick("2022-09-05 09:15")
    (told,) = [post for post in either.slack.posts if post.channel == "C1"]
    notice = either.posts_to("U2")[-1]
    assert told.text == "P1.1a is now 🔴 At risk (was ⚪ Not yet rated)."
    assert "ack P1.1a" in str(notice.blocks)
    either.at("2022-09-05 10:00").load(PLAN.replace("\tA\tOct-22", "\tA\tCompleted"))
    for at in ("10:01", "10:20"):
        either.tick(f"2022-09-05 {at}")
    assert told.text == "P1.1a is ✅ Complete since 5 September 2022."
    assert "ack P1.1a" not in str(notice.blocks)
