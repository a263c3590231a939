"""The user at the terminal: questions, sentences, and the view of a running operation.

On a terminal the view is a live table by launch order (rich). In a pipe, in CI (`CI` is set) or with
TERM=dumb it is one line an event. NO_COLOR is honoured (https://no-color.org). All of it goes to stderr:
stdout carries data only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from smsgen.cli import LAYOUT, put
from smsgen.errors import UsageError, visible

if TYPE_CHECKING:
    from smsgen.changes.change_set import ChangeSet
    from smsgen.operations.ports.records import StackEvent, StackInfo
    from smsgen.operations.stacks.request import Place

_COLORS = (("FAILED", "red"), ("ROLLBACK", "red"), ("COMPLETE", "green"), ("IN_PROGRESS", "yellow"))
_LATEST = 6
"""How many events the live view shows below its table."""


def live(stream: TextIO | None = None) -> bool:
    """Return whether a stream (stderr, unless one is given) is a terminal that can be drawn on."""
    dumb = os.environ.get("TERM") == "dumb" or os.environ.get("CI")
    return (stream or sys.stderr).isatty() and not dumb


def colored(stream: TextIO | None = None) -> bool:
    """Return whether colours are wanted there: on a terminal, unless NO_COLOR is set."""
    return live(stream) and not os.environ.get("NO_COLOR")


def text_width(stream: TextIO) -> int:
    """Return how many columns a line of text there has: COLUMNS, the terminal's, or 0 for no limit."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal():
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (ValueError, OSError):
        return 0


def answerable() -> bool:
    """Return whether somebody can answer a question: both the question and the answer need a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")


class Terminal:
    """The `Conversation` port. `yes` answers every question; `render` turns a change set into text."""

    def __init__(self, *, yes: bool, render: Callable[[ChangeSet], str]) -> None:
        self._yes = yes
        self._render = render

    def note(self, text: str) -> None:
        """Say one sentence on stderr."""
        _write(f"{visible(text, LAYOUT)}\n")

    def show(self, change_set: ChangeSet) -> None:
        """Show what would happen, with our own colours: the report has written out whatever else is unseen."""
        _write(self._render(change_set).rstrip("\n") + "\n")

    def confirm(self, question: str) -> bool:
        """Ask; only y and yes are a yes. Raises UsageError where nobody is there to answer."""
        if self._yes:
            return True
        if not answerable():
            raise UsageError(
                f"{question} Nobody is there to answer", hint="give --yes to go ahead without asking"
            )
        _write(f"{visible(question, LAYOUT)} [y/N] ")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def watching(self, stack: StackInfo, places: Mapping[str, Place]) -> LiveView | PlainView:
        """Return the view in which an operation on `stack` is shown."""
        return live_view(stack, places)


def live_view(stack: StackInfo, places: Mapping[str, Place]) -> LiveView | PlainView:
    """Return the view that suits what stderr is."""
    return LiveView(stack, places) if live() else PlainView(places)


def change_set_text(change_set: ChangeSet) -> str:
    """Return a change set as text for the terminal."""
    from smsgen.report.text import render

    return render(change_set, colour=colored(), width=text_width(sys.stderr))


class PlainView:
    """One line an event: time (UTC), state, type, logical id, launch order, reason."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = places

    def event(self, event: StackEvent) -> None:
        """Write one event."""
        _write(line(event, self._places) + "\n")

    def pulse(self, stack: StackInfo) -> None:
        """Nothing is written when nothing happens."""

    def close(self) -> None:
        """Nothing is open."""


class LiveView:
    """The servers by launch order with the latest events below, within the terminal's height, redrawn as they come."""

    def __init__(self, stack: StackInfo, places: Mapping[str, Place]) -> None:
        from time import monotonic

        from rich.console import Console
        from rich.live import Live

        self._stack = stack
        self._places = places
        self._states: dict[str, str] = {}
        self._latest: list[str] = []
        self._monotonic = monotonic
        self._start = monotonic()
        self._console = Console(file=sys.stderr, no_color=not colored(), highlight=False)
        # rich puts the terminal right again at exit, also after Ctrl-C: `close` is called in every case.
        self._live = Live(console=self._console, auto_refresh=False, get_renderable=self._draw)
        self._live.start()

    def event(self, event: StackEvent) -> None:
        """Take in one event; a failure stays on the screen above the rest."""
        self._states[event.logical_id] = event.status
        self._latest = [*self._latest, line(event, self._places)][-_LATEST:]
        if event.status.endswith("_FAILED"):
            self._live.console.print(line(event, self._places), style="red", markup=False)
        self._live.refresh()

    def pulse(self, stack: StackInfo) -> None:
        """Redraw with the stack's present state."""
        self._stack = stack
        self._live.refresh()

    def close(self) -> None:
        """Leave the last picture on the screen."""
        self._live.stop()

    def _draw(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        from smsgen.cli.progress import (
            PENDING,
            counted_done,
            elapsed_words,
            progress_lines,
            settled_states,
        )

        # The last line of a terminal stays free: a full screen would scroll. On a low one, fewer events are shown.
        height = max(self._console.size.height - 1, 3)
        latest = self._latest[-max(1, min(_LATEST, height // 3)) :]
        states = settled_states(self._places, self._states, self._stack.status)
        done = counted_done(self._places, states)
        elapsed = elapsed_words(self._monotonic() - self._start)
        title = visible(f"{self._stack.name}  {self._stack.status}  {done}  {elapsed}")
        head = Text(title, style=f"bold {color(self._stack.status)}".strip())
        lines = progress_lines(self._places, states, height=height - 1 - len(latest))
        styles = ("dim" if one.state == PENDING else color(one.state) for one in lines)
        body = [Text(visible(one.text), style=style) for one, style in zip(lines, styles, strict=True)]
        drawn = (head, *body, *(Text(text, style="dim") for text in latest))
        for text in drawn:
            text.no_wrap, text.overflow = True, "ellipsis"
        return Group(*drawn)


def put_rows(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows to stdout: a table on a terminal, else lines of cells that tabs part, without the headings."""
    if not live(sys.stdout):
        put("".join("\t".join(row) + "\n" for row in rows))
        return
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    drawn = StringIO()
    width = Console(file=sys.stdout).width
    Console(file=drawn, width=width, force_terminal=True, no_color=not colored(sys.stdout)).print(table)
    put(drawn.getvalue(), drawn=True)


def line(event: StackEvent, places: Mapping[str, Place]) -> str:
    """Return an event as one line."""
    from time import gmtime, strftime

    place = places.get(event.logical_id)
    order = f" (launch order {place.order})" if place else ""
    reason = f"  {event.reason}" if event.reason else ""
    when = strftime("%H:%M:%S", gmtime(event.time))
    return visible(f"{when}  {event.status:<28}  {event.type}  {event.logical_id}{order}{reason}")


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def color(status: str) -> str:
    """Return the colour of a state, "" for none."""
    return next((name for part, name in _COLORS if part in status), "")
