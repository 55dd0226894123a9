"""Which group reports to which: every line upwards ends somewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def find_ring(name: str, reports_to: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest way up from a group that comes back to it, from the first above it to the group itself; [] where
    none does."""
    ways = [[above] for above in reports_to.get(name, ())]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        if way[-1] == name:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, above] for above in reports_to.get(way[-1], ())]
    return []


def say_ring(ring: Sequence[str]) -> str:
    """Why the group at the end of a ring may not report to the first in it, in one sentence."""
    *above, name = ring
    if not above:
        return f"{name} cannot report to itself: name another group, or --reports-to none."
    first, *between = above
    through = f" through {', '.join(between)}" if between else ""
    return (
        f"{name} cannot report to {first}, which reports to {name}{through}: name another group, or --reports-to none."
    )
