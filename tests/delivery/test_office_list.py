"""The office's own bundle may fail too: what it was to say is said by the next one."""

from __future__ import annotations

from tests.kills.judge import judge
from tests.kills.scenarios import WHOLE, lose_answers
from tests.kills.stage import OFFICE, open_stage


def test_what_a_bundle_that_failed_was_to_tell_the_office_the_next_one_tells() -> None:
    with open_stage() as stage, stage.trial(WHOLE) as trial:
        lose_answers("drop", after=4, times=8, askable=False)(trial)
        counts = judge(trial)
        assert (counts.lost, counts.silent, counts.wrong) == (0, 0, [])
        told = "".join(post.text for post in trial.slack.posts if post.channel == f"D{OFFICE}")
        assert all(f"holder of R{n} could not be sent" in told.replace(f" about P1.{n}a", "") for n in (2, 3, 4))


def test_files_that_were_perhaps_shared_twice_are_told_apart_from_their_digest() -> None:
    with open_stage() as stage, stage.trial(WHOLE) as trial:
        lose_answers("accept_and_drop", after=2, times=1, askable=False)(trial)
        assert judge(trial).wrong == []
        told = "".join(post.text for post in trial.slack.posts if post.channel == f"D{OFFICE}")
        assert "A message to holder of CHAIR with the papers of The Forum was perhaps sent twice" in told
        assert "The digest's files for holder of CHAIR were perhaps shared twice" in told
