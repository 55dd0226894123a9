"""What a new plan changes about the one before it, for the programme office to read before it is taken over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from textwrap import shorten
from types import MappingProxyType
from typing import Literal

from rapidfuzz import fuzz, process, utils

from programme.plan import Entry, Plan

Kind = Literal["priority", "focus area", "action", "role", "group", "organisation"]

_ABBREVIATION = "abbreviation"
_TWIN = 85  # of 100: from here on two names may be one that was written differently
_MOST_TWINS = 300  # names on one side; with more, the plan is another programme's and likeness says nothing
_SHOWN = 60  # characters of a long text
_LEAD_IN = 20  # characters of what two long texts share, shown before their difference


@dataclass(frozen=True, slots=True)
class Named:
    """Something that only one of two plans has; `name` is its ref, abbreviation or name."""

    kind: Kind
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that two plans fill differently; "" where one of them leaves it empty."""

    kind: Kind
    name: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Twins:
    """A name that is gone and one that was added, so alike that a person should say whether they are the same.

    `typed` is what to call them by where that is something else: a role's abbreviations.
    """

    kind: Kind
    old: str
    new: str
    typed: tuple[str, str] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        asked = f"“{self.new}” looks like “{self.old}”: the same, renamed?"
        return f"{asked}{_say_rename(self.kind, *(self.typed or (self.old, self.new)))}"


@dataclass(frozen=True, slots=True)
class Changes:
    """`is_first` where there was no plan before: then everything is `added`."""

    added: tuple[Named, ...] = ()
    changed: tuple[Changed, ...] = ()
    gone: tuple[Named, ...] = ()
    twins: tuple[Twins, ...] = ()
    is_first: bool = False

    def without_answered(self, renamed: Collection[tuple[str, str]]) -> Changes:
        """Without the questions that were answered: (old name, new name) of what is the same."""
        twins = (one for one in self.twins if (one.typed or (one.old, one.new)) not in renamed)
        changed = (one for one in self.changed if not (one.field == _ABBREVIATION and (one.old, one.new) in renamed))
        return replace(self, twins=tuple(twins), changed=tuple(changed))

    def lines(self) -> list[str]:
        """Plain sentences for the office: questions first, then what is gone, new and changed."""
        if self.is_first:
            counts = Counter(named.kind for named in self.added)
            return [f"New: {', '.join(_count(number, kind) for kind, number in counts.items())}."]
        lines = [str(twins) for twins in self.twins]
        lines += [f"{_title(named)} is gone." for named in self.gone]
        lines += [f"{_title(named)} is new." for named in self.added]
        lines += [_say_change(change) for change in self.changed]
        return lines or ["Nothing has changed."]


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing of a plan. `keys` say what it is, the surest first: two items that share one are the same thing."""

    kind: Kind
    keys: tuple[str, ...]
    name: str
    text: str
    fields: Mapping[str, str]


def compare_plans(old: Plan | None, new: Plan, renamed: Mapping[str, str] = MappingProxyType({})) -> Changes:
    """What `new` adds, changes and leaves out.

    Priorities, focus areas and actions are told apart by ref, groups by name, roles by abbreviation or else by title.
    `renamed` are groups by a name of before, with their name now; nothing else is taken to be renamed: where two names
    are near twins, `twins` asks.
    """
    plans = [plan for plan in (old, new) if plan]
    names = {
        each.casefold(): now
        for was, now in renamed.items()
        for each in (was, now)
        if not any({was.casefold(), now.casefold()} <= _group_keys(plan) for plan in plans)
    }
    before = _items(_with_groups(old, names)) if old else []
    after = _items(_with_groups(new, names))
    pairs = _pair(before, after)
    left, came = {id(old_item) for old_item, _ in pairs}, {id(new_item) for _, new_item in pairs}
    gone = [item for item in before if id(item) not in left]
    added = [item for item in after if id(item) not in came]
    changed = (
        Changed(new_item.kind, new_item.name, field, was, new_item.fields[field])
        for old_item, new_item in pairs
        for field, was in old_item.fields.items()
        if was != new_item.fields[field]
    )
    return Changes(
        added=tuple(Named(item.kind, item.name, item.text) for item in added),
        changed=tuple(changed),
        gone=tuple(Named(item.kind, item.name, item.text) for item in gone),
        twins=tuple(_find_twins(old, new, gone, added)) if old else (),
        is_first=old is None,
    )


def _group_keys(plan: Plan) -> set[str]:
    return {group.name.casefold() for group in plan.groups}


def _with_groups(plan: Plan, names: Mapping[str, str]) -> Plan:
    """The plan with its groups called so."""
    groups = (replace(group, name=names.get(group.name.casefold(), group.name)) for group in plan.groups)
    return replace(plan, groups=tuple(groups)) if names else plan


def _items(plan: Plan) -> list[_Item]:
    items = [
        _Item(
            "priority",
            (priority.ref,),
            priority.ref,
            priority.title,
            {
                "title": priority.title,
                "leads": "; ".join(f"{lead.organisation}: {lead.role}" for lead in priority.leads),
            },
        )
        for priority in plan.priorities
    ]
    items += [
        _Item("focus area", (area.ref,), area.ref, area.text, {"text": area.text, "priority": area.priority})
        for area in plan.focus_areas
    ]
    items += [
        _Item(
            "action",
            (action.ref,),
            action.ref,
            action.text,
            {
                "focus area": action.focus_area,
                "text": action.text,
                "owners": ", ".join(action.owners),
                "timescale": action.timescale.text,
                "rating": action.rag.value.replace("_", " ") if action.rag else "",
                "success criteria": action.success_criteria or "",
                "expected outcome": action.outcome or "",
                "expected evidence": "; ".join(action.evidence),
                "progress": " ".join(map(_dated, action.progress)),
            },
        )
        for action in plan.actions
    ]
    items += [
        _Item(
            "role",
            (f"{role.abbreviation}\n{role.title}", role.abbreviation, role.title),
            role.abbreviation or role.title,
            role.title,
            {_ABBREVIATION: role.abbreviation, "title": role.title, "organisation": role.organisation},
        )
        for role in plan.roles
    ]
    items += [
        _Item("group", (group.name,), group.name, group.purpose, {"purpose": group.purpose}) for group in plan.groups
    ]
    return items


def _dated(entry: Entry) -> str:
    return f"{entry.on:%d/%m/%y}: {entry.text}" if entry.on else entry.text


def _pair(before: Sequence[_Item], after: Sequence[_Item]) -> list[tuple[_Item, _Item]]:
    """Items that are the same thing, in the order of `after`: by their surest key first, then by what is left."""
    partner: dict[int, _Item] = {}
    taken: set[int] = set()
    for rank in range(3):
        free: dict[tuple[Kind, str], list[_Item]] = {}
        for item in reversed(before):
            if id(item) not in taken and rank < len(item.keys) and item.keys[rank]:
                free.setdefault((item.kind, item.keys[rank]), []).append(item)
        for item in after:
            if id(item) in partner or rank >= len(item.keys):
                continue
            if same := free.get((item.kind, item.keys[rank])):
                partner[id(item)] = same.pop()
                taken.add(id(partner[id(item)]))
    return [(partner[id(item)], item) for item in after if id(item) in partner]


def _find_twins(old: Plan, new: Plan, gone: Sequence[_Item], added: Sequence[_Item]) -> Iterator[Twins]:
    """Near twins among organisations, groups and the titles of roles; names both plans have are no question."""
    before = {role.organisation: None for role in old.roles}
    after = {role.organisation: None for role in new.roles}
    yield from _alike("organisation", [name for name in before if name not in after], after.keys() - before.keys())
    yield from _alike("group", _names("group", gone), set(_names("group", added)))
    abbreviations = {item.text: item.name for item in (*gone, *added) if item.kind == "role"}
    for twins in _alike("role", _names("role", gone), set(_names("role", added))):
        yield replace(twins, typed=(abbreviations[twins.old], abbreviations[twins.new]))


def _names(kind: Kind, items: Sequence[_Item]) -> list[str]:
    return [item.text if kind == "role" else item.name for item in items if item.kind == kind]


def _alike(kind: Kind, gone: Sequence[str], added: Set[str]) -> Iterator[Twins]:
    if max(len(gone), len(added)) > _MOST_TWINS:
        return
    choices = sorted(added)
    for name in gone:
        best = process.extractOne(
            name, choices, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=_TWIN
        )
        if best:
            yield Twins(kind, old=name, new=best[0])


def _count(number: int, kind: Kind) -> str:
    many = "priorities" if kind == "priority" else f"{kind}s"
    return f"{number} {kind if number == 1 else many}"


def _name(item: Named | Changed) -> str:
    """Refs stand alone; the name of a role or group says what it is."""
    return item.name if item.kind in {"action", "focus area", "priority"} else f"The {item.kind} {item.name}"


def _title(named: Named) -> str:
    return f"{_name(named)} (“{_begin(named.text)}”)" if named.text and named.text != named.name else _name(named)


def _say_change(change: Changed) -> str:
    said = f"{_name(change)}: {change.field} {_contrast(change.old, change.new)}"
    if change.kind != "role" or change.field != _ABBREVIATION:
        return said
    return f"{said}: the same, renamed?{_say_rename('role', change.old, change.new)}"


def _say_rename(kind: Kind, old: str, new: str) -> str:
    """What to type where it is; nothing for an organisation, whose roles have its new name by then."""
    return f' If so: halfterm {kind}s rename "{old}" "{new}"' if kind in ("role", "group") else ""


def _contrast(old: str, new: str) -> str:
    """`Feb-22 → Mar-22`; of two long texts, the piece around the first difference."""
    if max(len(old), len(new)) <= _SHOWN:
        return f"{old or 'none'} → {new or 'none'}"
    shared = next(
        (at for at, (was, now) in enumerate(zip(old, new, strict=False)) if was != now), min(len(old), len(new))
    )
    start = old.rfind(" ", 0, max(0, shared - _LEAD_IN)) + 1 if shared > _LEAD_IN else 0
    lead_in = "… " if start else ""
    return " → ".join(f"“{lead_in}{_begin(text[start:])}”" if text else "none" for text in (old, new))


def _begin(text: str) -> str:
    return shorten(text, _SHOWN, placeholder=" …")


def find_twin(name: str, known: Iterable[str]) -> str | None:
    """The known name that is a letter or so apart from this one, or has all of its words or lends it all of its own."""
    words = set(utils.default_process(name).split())
    for other in known:
        theirs = set(utils.default_process(other).split())
        is_part = min(len(words), len(theirs)) > 2 and (words <= theirs or theirs <= words)
        if is_part or fuzz.ratio(name, other, processor=utils.default_process) >= _TWIN:
            return other
    return None
