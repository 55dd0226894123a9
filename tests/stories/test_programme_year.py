"""A half term of the whole programme, played day by day: what the year of docs/year.md promises to people."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from tests.year.play import Played, play

LAST = date(2022, 10, 14)


@pytest.fixture(scope="module", params=[0.75, 0.0], ids=["three in four answer", "nobody answers"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("year"), seed=2, answers=request.param, last=LAST)


def test_nobody_has_more_than_two_bundles_a_week_and_one_a_day(played: Played) -> None:
    bundles = [(one.who, one.at.date()) for one in played.posted if one.kind == "bundle"]
    weeks = Counter((who, day - timedelta(days=day.weekday())) for who, day in bundles if who != "office")
    assert len(weeks) > 20
    assert max(weeks.values()) <= 2
    assert max(Counter(bundles).values()) == 1


def test_nothing_is_sent_on_a_closed_day_or_outside_the_hours(played: Played) -> None:
    assert len(played.posted) > 20
    assert played.closed == []
    assert not [one for one in played.posted if one.at.date() == date(2022, 9, 19)]  # a bank holiday that Monday


def test_nobody_is_asked_about_an_action_within_five_days_of_answering_it(played: Played) -> None:
    for who, ref, kind, at in played.asked:
        if kind in ("overdue", "timescale", "meeting"):
            own = [said for other, said in played.answered.get(ref, ()) if other == who and said < at]
            assert not any(at - said < timedelta(days=5) for said in own), (who, ref, kind, at)
