"""What whoever looks is told first while everything unprompted is paused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from programme.calendar import say_date
from programme.messages import Message, Text


def say_paused(until: date | None, *, may_resume: bool) -> str:
    """One line: that all is paused, until when, and for those who may, how it is started again."""
    paused = f"Everything unprompted is paused{f' until {say_date(until)}' if until else ''}"
    return f"{paused}; to start it again: resume" if may_resume else f"{paused} by the programme office."


def say_after(until: date | None) -> str:
    """The beginning of a sentence that says what is done once all goes on."""
    if until is None:
        return "Everything unprompted is paused; once it is resumed"
    return f"Everything unprompted is paused until {say_date(until)}; after that"


def begin_with(line: str, message: Message) -> Message:
    """The message with that line first; as it is where the line is empty."""
    return replace(message, text=f"{line}\n{message.text}", blocks=(Text(line), *message.blocks)) if line else message
