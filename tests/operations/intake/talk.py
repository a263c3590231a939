"""A user for the tests: gives set answers and remembers what was said and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.errors import UsageError
from smsgen.operations.ports.records import StackEvent, StackInfo
from smsgen.operations.stacks.request import Place


class FakeTalk:
    """`answers`: what is said to each question in turn; with none left, nobody is at the terminal."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.notes: list[str] = []
        self.questions: list[str] = []
        self.shown: list[Any] = []
        self.events: list[StackEvent] = []
        self.watched: list[str] = []
        self.pulses = 0

    def note(self, text: str) -> None:
        self.notes.append(text)

    def show(self, change_set: Any) -> None:
        self.shown.append(change_set)

    def confirm(self, question: str) -> bool:
        self.questions.append(question)
        if not self.answers:
            raise UsageError("nobody is there to answer", hint="give --yes")
        return self.answers.pop(0)

    def watching(self, stack: StackInfo, places: Mapping[str, Place]) -> FakeTalk:
        self.watched.append(stack.status)
        return self

    def event(self, event: StackEvent) -> None:
        self.events.append(event)

    def pulse(self, stack: StackInfo) -> None:
        self.pulses += 1

    def close(self) -> None:
        self.watched.append("closed")

    @property
    def finished(self) -> list[str]:
        """The logical ids in the order in which they were done."""
        return [e.logical_id for e in self.events if e.status.endswith("_COMPLETE") and not e.of_the_stack]
