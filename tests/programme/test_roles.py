from __future__ import annotations

import pytest

from programme.plan import PlanRole
from programme.roles import role_key, roles_by_key, suggest_roles

WELFARE = PlanRole("SM EWS", "Education Welfare Service Manager", "Council: Early Start")
EARLY_HELP = PlanRole("SM EH", "Families Strategy & Service Manager", "Council: Early Start")
PLANS = PlanRole("S&SM EHC", "EHC Team Service & Strategy Manager", "Council: Inclusion")
INFORMATION = PlanRole("FIS", "Families Information Service Manager", "Council: Early Start")
CARE = PlanRole("HoS CSC", "Head of Children’s Social Care", "Council: Children's Services")
SEND = PlanRole("HoS SEND", "Head of Service, SEND & Inclusion", "Council: Inclusion")
FIRST_EP = PlanRole("PEP", "Principal EP", "Council: Inclusion")
SECOND_EP = PlanRole("PEP", "Principal Psychologist", "Council: Inclusion")
CLINICAL = PlanRole("DCO", "Designated Clinical Officer", "NHS Town CCG")
ROLES = [WELFARE, EARLY_HELP, PLANS, INFORMATION, CARE, SEND, FIRST_EP, SECOND_EP, CLINICAL]


@pytest.mark.parametrize(
    ("owner", "role"),
    [
        ("SM EWS", WELFARE),
        ("sm  ews", WELFARE),
        ("HoSSEND", SEND),
        ("Head of children's social care", CARE),
        ("PEP", FIRST_EP),
        ("principal psychologist", SECOND_EP),
        ("EWS", None),
        ("SM EHC", None),
        ("", None),
    ],
)
def test_a_role_is_found_by_abbreviation_or_title_and_never_guessed(owner: str, role: PlanRole | None) -> None:
    assert roles_by_key(ROLES).get(role_key(owner)) == role


@pytest.mark.parametrize(
    ("owner", "first"),
    [
        ("SM EHC", PLANS),
        ("FIS Manager", INFORMATION),
        ("EWS", WELFARE),
        ("HoS SC", CARE),
        ("the CCG", CLINICAL),
        ("families information manager", INFORMATION),
    ],
)
def test_the_likeliest_role_is_suggested_first(owner: str, first: PlanRole) -> None:
    suggested = suggest_roles(owner, ROLES)
    assert suggested[0] == first
    assert len(suggested) == 3


def test_suggestions_are_as_many_as_asked_for_and_there_are_no_more_than_roles() -> None:
    assert suggest_roles("SM EHC", ROLES, most=1) == [PLANS]
    assert suggest_roles("SM EHC", [CLINICAL]) == [CLINICAL]
    assert suggest_roles("SM EHC", []) == []
    assert len(suggest_roles("—", ROLES)) == 3
