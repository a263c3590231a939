"""All benchmarks, one table of ratios: `python -m bench [WORD ...]` runs the groups whose names hold a word.

Each row is a ratio of medians from one run on one machine, so that the machine's speed does not matter. The exit code
is 1 where a target is missed.
"""

from __future__ import annotations

import compileall
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bench import aws, change_sets, console, copying, inventories, mixed, server, templates
from bench.row import ROOT, Row


def prediction() -> Iterator[Row]:
    """Time a change set of 490 instances, against writing both templates as JSON."""
    written, predicted = change_sets.measure(490)
    note = f"{predicted * 1e3:.0f} ms, json.dumps {written * 1e3:.1f} ms"
    name = "change set of 490 instances / json.dumps of both templates"
    yield Row(name, predicted / written, change_sets.MOST_TIMES_JSON, note)
    small, large = (change_sets.measure(size)[1] / size for size in (500, 5_000))
    note = f"{small * 1e6:.0f} and {large * 1e6:.0f} µs a resource"
    yield Row("change set, time a resource: 5,000 / 500", large / small, change_sets.MOST_GROWTH, note)


def pulling() -> Iterator[Row]:
    """Count the calls to AWS that a snapshot of 500 servers takes."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none")
    calls = aws.measure(500).calls
    listed = ", ".join(f"{name} {count}" for name, count in calls.items())
    yield Row("pull of 500 servers: calls to AWS", calls.total(), aws.MOST_CALLS_FOR_500, listed)


GROUPS: dict[str, Callable[[], Iterator[Row]]] = {
    **{group.__name__: group for group in templates.ROWS},
    "prediction": prediction,
    "pulling": pulling,
    "serving": server.rows,
    "crowd": mixed.rows,
    "console": console.rows,
    "copying": copying.rows,
    "inventories": inventories.rows,
}
"""Name -> what gives its rows."""


def compile_everything() -> None:
    """Write the bytecode of what is timed, as an installation does; an editable one is left without."""
    folders = [str(ROOT / "smsgen")]
    for package in ("yaml", "troposphere", "jinja2", "markupsafe"):
        spec = find_spec(package)
        folders += [str(Path(spec.origin).parent)] if spec and spec.origin else []
    for folder in folders:
        compileall.compile_dir(folder, quiet=2)


def heading() -> str:
    """Return what the numbers were made on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("smsgen", "PyYAML", "troposphere"))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return f"{machine}; Python {platform.python_version()}; {packages}"


def main(words: list[str]) -> int:
    """Print the table; give 1 where a target is missed."""
    compile_everything()
    print(heading())
    print(f"\n{'what':<62} {'ratio':>7} {'target':>8}  {'verdict':<8} note")
    held = True
    for name, group in GROUPS.items():
        if words and not any(word in name for word in words):
            continue
        for row in group():
            held = held and row.holds
            measured = "-" if row.measured is None else f"{row.measured:.2f}"
            target = f"{'≥' if row.at_least else '≤'} {row.target:g}"
            print(f"{row.name:<62} {measured:>7} {target:>8}  {row.verdict:<8} {row.note}", flush=True)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
