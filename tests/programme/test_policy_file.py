"""A programme's own rules: what can be written, every mistake at once, and the template that says the same."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.messages import UserError
from programme.policy import Closure, Policy, Report
from programme.policy_file import parse_policy, policy_to_dict
from programme.policy_keys import CLOSED, KEYS, REPORT, Key

TEMPLATE = (Path(__file__).parents[2] / "halfterm.toml.example").read_text(encoding="utf-8")
SETTINGS = re.sub(r"(?m)^#(?=[a-z\[])", "", TEMPLATE)
WHOLE = re.sub(r"(?m)^# {3}", "", SETTINGS)
LONGEST = 120


def mistakes(text: str) -> list[str]:
    with pytest.raises(UserError) as refused:
        parse_policy(text)
    return refused.value.text.splitlines()


def test_a_file_that_sets_nothing_leaves_every_default() -> None:
    assert parse_policy("") == parse_policy(TEMPLATE) == Policy()


def test_the_template_has_every_setting_with_its_default() -> None:
    assert parse_policy(SETTINGS) == Policy()
    found = tomllib.loads(SETTINGS)
    assert {(table, name) for table, content in found.items() for name in content} == {
        (key.table, key.name) for key in KEYS
    }


def test_the_template_shows_how_each_closure_and_report_is_written() -> None:
    policy = parse_policy(WHOLE)
    assert policy.closures == (
        Closure("Christmas closure", date(2022, 12, 24), date(2023, 1, 2)),
        Closure("Staff conference", date(2023, 2, 13), date(2023, 2, 13)),
    )
    assert policy.reports == (
        Report("Cabinet report", (), "quarter", "EDCS", (20, 5), 10),
        Report("Annual review", (date(2023, 3, 31), date(2024, 3, 28))),
    )
    found = tomllib.loads(WHOLE)
    assert {name for one in found["closed"] for name in one} == set(CLOSED)
    assert {name for one in found["reports"] for name in one} == set(REPORT)


def test_the_template_says_a_line_of_why_above_each_setting() -> None:
    lines = TEMPLATE.splitlines()
    assert all(len(line) <= LONGEST for line in lines)
    for before, line in pairwise(lines):
        if re.match(r"#[a-z]", line):
            assert before.startswith(("# ", "#opens")), line


def test_every_number_of_the_rules_can_be_set() -> None:
    text = """
        [reminders]
        timescale = [5, 30]
        exact_timescale = []
        overdue_every = 15
        lead_after = 20
        answer_lasts = 7
        stale_after = 40
        bundles_a_week = 3
        [meetings]
        papers = 0
        request = 12
        chase = 0
        [alarms]
        delay_minutes = 0
        delay_unexplained_minutes = 90
        [hours]
        opens = "08:30"
        closes = 18:00:00
        [forecast]
        on = true
    """
    assert parse_policy(text) == Policy(
        timescale=(30, 5),
        exact_timescale=(),
        overdue_every=15,
        lead_after=20,
        answer_lasts=7,
        stale_after=40,
        bundles_a_week=3,
        papers=0,
        request=12,
        chase=0,
        alarm_delay=timedelta(),
        alarm_delay_unexplained=timedelta(minutes=90),
        opens=time(8, 30),
        closes=time(18),
        forecast=True,
    )


def test_closures_and_reports_are_read_however_their_dates_are_written() -> None:
    policy = parse_policy(
        """
        closed = [{ name = " Summer  break ", from = 2023-08-01, until = "2023-08-11" }]
        reports = [
          { name = "Board paper", every = "Half-term", owner = "Office" },
          { name = "Review", dates = ["2023-03-31", 2022-10-14], warn = [3, 10], owner = "SENDPO" },
        ]
        """
    )
    assert policy.closures == (Closure("Summer break", date(2023, 8, 1), date(2023, 8, 11)),)
    assert policy.closed_days == {date(2023, 8, day) for day in range(1, 12)}
    assert policy.reports == (
        Report("Board paper", (), "half term"),
        Report("Review", (date(2022, 10, 14), date(2023, 3, 31)), "", "SENDPO", (10, 3)),
    )


def test_all_mistakes_are_told_at_once_each_with_what_to_write() -> None:
    assert mistakes(
        """
        colour = "red"
        [reminders]
        timescale = [20, 20]
        overdue_evry = 3
        chase = 2
        lead_after = true
        bundles_a_week = 0
        [hours]
        opens = "9am"
        [[closed]]
        name = "Christmas"
        from = 2022-12-24
        [[reports]]
        name = "Cabinet"
        every = "month"
        """
    ) == [
        "colour is not a part of these settings: write one of [reminders], [meetings], [alarms], [hours], [forecast], "
        "[[closed]], [[reports]].",
        "reminders.timescale is [20, 20]: write each number once, such as [20, 5].",
        "reminders.overdue_evry is not a setting: did you mean overdue_every?",
        "reminders.chase is not a setting: chase belongs below [meetings].",
        "reminders.lead_after is true: write a number of working days from 1 to 250, such as 10.",
        "reminders.bundles_a_week is 0: write a number of bundles from 1 to 5, such as 2.",
        'hours.opens is “9am”: write a time in hours and minutes, such as "09:00".',
        "closed 1 (Christmas): write on = DATE for a day, or from = DATE and until = DATE.",
        'reports 1.every is “month”: write "quarter", "term" or "half term".',
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("timescale = [20]", "timescale stands under no heading: write it below [reminders]."),
        ("overdue_evry = 1", "overdue_evry is not a setting: did you mean overdue_every, below [reminders]?"),
        ("[reminder]\noverdue_every = 1", "[reminder] is not a part of these settings: did you mean [reminders]?"),
        ("[closures]\na = 1", "[closures] is not a part of these settings: did you mean [[closed]]?"),
        ("reminders = 3", "reminders is 3: write [reminders] on a line of its own and its settings below."),
        ("[[hours]]\nopens = 1", "hours is a list of headings: write [hours] on a line of its own"),
        ("[closed]\nname = 'x'", "write [[closed]] on a line of its own before each, with two brackets."),
        ("[reminders]\ntimescale = 20", "reminders.timescale is 20: write a list of numbers"),
        ("[reminders]\ntimescale = [0]", "from 1 to 250, such as [20, 5]."),
        ("[reminders]\noverdue_every = 10.5", "reminders.overdue_every is 10.5: write a number"),
        ("[reminders]\noverdue_every = 251", "from 1 to 250"),
        ("[meetings]\nrequest = 3", "meetings.chase (3) must be fewer working days before the papers than"),
        ("[meetings]\nchase = 10", "meetings.chase (10) must be fewer working days before the papers than"),
        ("[alarms]\ndelay_minutes = 121", "alarms.delay_unexplained_minutes must not be shorter"),
        ('[hours]\nopens = "16:30"', "hours.closes (17:00) must be an hour or more after hours.opens (16:30)"),
        ('[hours]\nopens = "24:00"', "hours.opens is “24:00”: write a time"),
        ("[hours]\nopens = 09:00:01", "hours.opens is 09:00:01: write a time"),
        ("[forecast]\non = 'yes'", "forecast.on is “yes”: write true or false."),
        ("[[closed]]\non = 2022-12-24", 'closed 1 has no name: write name = "…".'),
        ("[[closed]]\nname = ''\non = 2022-12-24", "closed 1.name is “”: write a name"),
        ("[[closed]]\nname = 'A'\non = 2022-12-24T09:00:00", "closed 1.on is 2022-12-24T09:00:00: write a date"),
        ("[[closed]]\nname = 'A'\non = '24 December'", "closed 1.on is “24 December”: write a date such as"),
        ("[[closed]]\nname = 'A'\non = 1066-10-14", "closed 1.on is 1066-10-14: write a date"),
        ("[[closed]]\nname = 'A'", "closed 1 (A): write on = DATE for a day"),
        ("[[closed]]\nname = 'A'\non = 2022-12-24\nfrom = 2022-12-24\nuntil = 2022-12-26", "closed 1 (A): write on"),
        ("[[closed]]\nname = 'A'\nfrom = 2023-01-02\nuntil = 2022-12-24", "closed 1 (A) ends before it begins"),
        ("[[closed]]\nname = 'A'\nfrom = 2022-12-24\nuntil = 2023-12-24", "closed 1 (A) is longer than 62 days"),
        ("[[reports]]\nname = 'R'", "reports 1 (R): write either dates = [DATE, …], or every"),
        ("[[reports]]\nname = 'R'\nevery = 'term'\ndates = [2022-12-24]", "reports 1 (R): write either dates"),
        ("[[reports]]\nname = 'R'\ndates = [2022-12-24]\ndays_after = 3", "reports 1 (R): days_after goes with every"),
        ("[[reports]]\nname = 'R'\ndates = []", "reports 1.dates is []: write a list of dates"),
        ("[[reports]]\nname = 'R'\ndates = [2022-12-24, 2022-12-24]", "write each date once."),
        ("[[reports]]\nname = 'R'\nevery = 'term'\nowner = 3", "reports 1.owner is 3: write a role of the plan"),
        ("[[reports]]\nname = 'R'\nevery = 'term'\nwarn = [31]", "reports 1.warn is [31]: write a list of numbers of"),
        ("[[reports]]\nname = 'R'\nevery = 'term'\nwan = [3]", "reports 1.wan is not a setting: did you mean warn?"),
        (
            "[[reports]]\nname = 'R'\nevery = 'term'\n[[reports]]\nname = 'r'\nevery = 'quarter'",
            "reports 2 (r) is there already",
        ),
        ("[reminders]\nx\n", "Line 2 cannot be read: a setting is a name, = and a value"),
        ("a = '''", "cannot be read: a setting is a name, = and a value"),
        ("[hours]\n[hours]\n", "Line 2 sets again what is set already: keep one."),
        ("[" * 5000, "cannot be read"),
    ],
)  # fmt: skip
def test_each_mistake_says_what_to_write_instead(text: str, told: str) -> None:
    (line,) = mistakes(text)
    assert told in line
    assert line.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[reminders]\ntimescale = [20, "5"]',
            "reminders.timescale is [20, “5”]: write a list of numbers of working days from 1 to 250, such as [20, 5] "
            "(“5” is wrong: write 5 without quotation marks).",
        ),
        (
            "[reminders]\ntimescale = [20, 300]",
            "reminders.timescale is [20, 300]: write a list of numbers of working days from 1 to 250, such as [20, 5] "
            "(300 is wrong).",
        ),
        (
            "[[reports]]\nname = 'R'\ndates = [2022-10-14, '14th']",
            "reports 1.dates is [2022-10-14, “14th”]: write a list of dates, such as [2022-10-14, 2023-01-20] "
            "(“14th” is wrong).",
        ),
    ],
)
def test_which_value_of_a_list_is_wrong_is_said(text: str, told: str) -> None:
    assert mistakes(text) == [told]


def test_what_does_not_fit_together_is_only_said_of_what_could_be_read() -> None:
    assert len(mistakes("[meetings]\nrequest = 'ten'\nchase = 30")) == 1
    assert len(mistakes("[meetings]\nrequest = 5\nchase = 30\n[hours]\nopens = '16:45'")) == 2


def test_closures_leave_a_day_to_work_on() -> None:
    def close(*months: tuple[str, str]) -> str:
        return "\n".join(f"[[closed]]\nname = 'Break'\nfrom = {first}\nuntil = {last}" for first, last in months)

    spring, summer = ("2023-01-02", "2023-03-03"), ("2023-05-02", "2023-06-30")
    assert len(parse_policy(close(spring, ("2023-03-07", "2023-04-28"), summer)).closures) == 3
    assert mistakes(close(spring, ("2023-03-06", "2023-05-01"), summer)) == [
        "closed leaves no working day from 2 January 2023 to 30 June 2023: check the dates, as nothing could be sent "
        "in all that time."
    ]


def test_a_long_value_is_shown_short() -> None:
    (line,) = mistakes(f"[reminders]\ntimescale = '{'x' * 500}'")
    assert len(line) < 200


def lines_of(text: str) -> list[str]:
    """What is wrong with a file; [] where it can be read."""
    try:
        parse_policy(text)
    except UserError as refused:
        return refused.text.splitlines()
    return []


@given(st.text(max_size=200))
def test_whatever_is_in_the_file_it_is_rules_or_sentences(text: str) -> None:
    assert lines_of(text) != [] or parse_policy(text) == Policy()  # comments and blanks: no setting is found by chance


_VALUE = st.one_of(
    st.integers(-5, 500), st.booleans(), st.floats(), st.text(max_size=5), st.dates(), st.lists(st.integers(-1, 300)),
    st.times(), st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(), max_size=2),
)  # fmt: skip


@given(st.sampled_from(KEYS), _VALUE)
def test_a_setting_is_taken_as_it_is_written_or_refused_by_its_name(key: Key, value: object) -> None:
    text = f"[{key.table}]\n{key.name} = {_toml(value)}\n"
    told = lines_of(text)
    assert all(f"{key.table}." in line for line in told)
    if not told:
        written = policy_to_dict(parse_policy(text))[key.table][key.name]
        assert lines_of(f"[{key.table}]\n{key.name} = {_toml(written)}\n") == []


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(each):08X}" for each in value if not 0xD800 <= ord(each) < 0xE000) + '"'
    if isinstance(value, list | tuple):
        return str(list(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {each}" for name, each in value.items()) + "}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def test_the_rules_are_written_back_as_they_were_read() -> None:
    found = policy_to_dict(parse_policy(WHOLE))
    assert found["hours"] == {"opens": "09:00", "closes": "17:00"}
    assert found["alarms"] == {"delay_minutes": 15, "above_after": 5, "delay_unexplained_minutes": 120}
    assert found["closed"][0] == {"name": "Christmas closure", "from": "2022-12-24", "until": "2023-01-02"}
    assert found["reports"] == [
        {"name": "Cabinet report", "every": "quarter", "days_after": 10, "owner": "EDCS", "warn": (20, 5)},
        {"name": "Annual review", "dates": ["2023-03-31", "2024-03-28"], "owner": "office", "warn": (20, 5)},
    ]
