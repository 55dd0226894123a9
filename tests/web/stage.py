"""A stage in memory: a few personas, a board, and one conversation that holds every kind of block and field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.web.stage import Board, BoardAction, Line, Move, Persona
from programme.messages import (
    Bullets,
    Button,
    Buttons,
    Facts,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Picture,
    Reply,
    Table,
    Text,
)
from programme.rag import COMPLETE, LOOKS, Look, Rag

MORNING = datetime(2022, 9, 5, 8, 55, tzinfo=ZoneInfo("Europe/London"))

PICTURE = Picture(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 60" width="400" height="60">'
    '<rect width="60" height="60" fill="#b3261e"/><rect x="60" width="140" height="60" fill="#8a4b00"/>'
    '<rect x="200" width="200" height="60" fill="#1d6b34"/></svg>',
    "A bar of the ratings: at risk 3, vulnerable 7, on track 10",
)

EVERY_BLOCK = Message(
    "Two actions need a word from you. P2.3c, P2.4a.",
    (
        Heading("Two actions need a word from you"),
        Text("P2.3c Publish the waiting times each month\nWritten as Sep-22 · read as by 30 September 2022"),
        Facts(
            (("Rating", "🔴 At risk"), ("Evidence", "https://example.org/notes?a=1&b=2."), ("Holding group", "Board"))
        ),
        Bullets(("🟠 Vulnerable: P1.1a, moved twice", "⚪ Not yet rated: 12 actions")),
        Table(("Action", "Due", "Rating"), (("P2.3c", "Sep-22", "🔴 At risk"), ("P2.4a", "Oct-22", "🟢 On track"))),
        Buttons(
            (
                Button("On track", "rag P2.3c on-track", "primary"),
                Button("No change", "nochange P2.3c"),
                Button("Not mine", "notmine P2.3c", "danger"),
            )
        ),
        PICTURE,
        Text("To answer in words, type for example: progress P2.3c and a sentence.", quiet=True),
    ),
)

EVERY_FIELD = Form(
    "Put it right: P2.3c",
    "mitigate P2.3c",
    (
        Field("what", "What will be done?", "text", hint="One or two sentences", value="Two more clinics"),
        Field("who", "Who by?", "line", value="HoS SEND"),
        Field("when", "By when?", "date", value="2022-10-01"),
        Field("rating", "Rating", "choice", options=tuple(Option(str(LOOKS[one]), one.value) for one in Rag)),
        Field(
            "group",
            "Group",
            "choice",
            required=False,
            hint="Leave it as it is if unsure",
            value="g3",
            options=tuple(Option(f"Group {n}", f"g{n}") for n in range(12)),
        ),
    ),
    "Type: mitigate P2.3c what, who and when.",
    submit="Save the mitigation",
)


@dataclass
class MemoryStage:
    """Repeats what it hears; remembers every command with its fields in `heard`."""

    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    clock: datetime = MORNING
    talk: dict[str, list[Line]] = field(default_factory=dict)
    cast: dict[str, Persona] = field(default_factory=dict)

    def __post_init__(self) -> None:
        people = (
            Persona("SENDPO", "SEND Participation Officer", "Owners", 0, "17 actions"),
            Persona("BIA", "Business Improvement & Intelligence Advisor", "Owners", 0, "3 actions"),
            Persona("SM EH/A", "Early Start & Families Strategy & Service Manager", "Owners", 0, "2 actions"),
            Persona("EDCS", "Executive Director Children's Services", "Chairs", 0, "SEND Oversight Board"),
            Persona("COO", "Chief Operating Officer", "Accountable leads", 0, "NHS Barnsley CCG"),
            Persona("office", "Programme office", "Programme office", 0, "Runs the plan"),
        )
        self.cast = {person.key: person for person in people}
        self.talk = {person.key: [] for person in people}

    def tell(self, key: str, body: Reply) -> None:
        """The bot writes unprompted."""
        self._add(key, body, mine=False)
        self.cast[key] = replace(self.cast[key], unread=self.cast[key].unread + 1)

    def personas(self) -> Sequence[Persona]:
        return tuple(self.cast.values())

    def find_persona(self, key: str) -> Persona | None:
        return self.cast.get(key)

    def lines(self, key: str) -> Sequence[Line]:
        return tuple(self.talk[key])

    def say(self, key: str, text: str, fields: Mapping[str, str]) -> None:
        self.heard.append((key, text, dict(fields)))
        self._add(key, text, mine=True)
        self._add(key, self._answer(text), mine=False)

    def now(self) -> datetime:
        return self.clock

    def moves(self) -> Sequence[Move]:
        return (
            Move("hour", "An hour"),
            Move("morning", "Next working morning"),
            Move("meeting", "Next meeting: SEND Oversight Board, 4 October 2022"),
        )

    def move(self, key: str) -> str:
        self.clock += timedelta(hours=1 if key == "hour" else 24)
        self.tell("SENDPO", EVERY_BLOCK)
        return "It is later now: 1 message went out, to SENDPO."

    def board(self) -> Board:
        late = BoardAction("P2.3c", "Publish <the> waiting times each month", "BIA, SENDPO", "Jul-22", True)
        other = BoardAction("P1.1a", "Train every school in early help", "SM EH/A", "Dec-22", False)
        looks = (LOOKS[Rag.AT_RISK], LOOKS[Rag.VULNERABLE], LOOKS[Rag.ON_TRACK], LOOKS[Rag.DEFERRED], LOOKS[None])
        held: dict[Look, tuple[BoardAction, ...]] = {looks[0]: (late,), looks[2]: (other, other), looks[4]: (other,)}
        return Board("The plan by rating", tuple((look, held.get(look, ())) for look in (*looks, COMPLETE)))

    def start_over(self) -> None:
        self.clock = MORNING
        self.__post_init__()

    def read_up_to(self, key: str) -> None:
        self.cast[key] = replace(self.cast[key], unread=0)

    def _add(self, key: str, body: Reply | str, *, mine: bool) -> None:
        number = sum(len(lines) for lines in self.talk.values()) + 1
        self.talk[key].append(Line(number, self.clock, mine, body))

    def _answer(self, text: str) -> Reply:
        if text == "form":
            return EVERY_FIELD
        if text == "blocks":
            return EVERY_BLOCK
        if text == "no":
            return Message("I did not understand that. Say help.", done=False)
        return Message(f"Noted: {text}")
