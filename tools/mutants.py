"""Changes the code in small ways, one at a time, and says which changes the tests do not notice: `make mutants`.

mutmut (https://mutmut.readthedocs.io, in the extra `mutants`, its settings in pyproject.toml) makes the mutants
and runs the tests that reach each; this takes a sample with a fixed seed, for all of them would take hours. It
works on copies in mutants/ and never edits the tree. Outside CI: a survivor is for a reader to judge.

Sampled is what changes the logic: a comparison turned, `and` for `or`, a condition negated or fixed, a number plus
one, `break` for `continue`, and their like. Texts that are changed, values that become None and arguments that are
left out are not: texts are for the goldens, and the rest nearly always ends in a traceback, which proves little.
`--all-kinds` samples everything.
"""

import argparse
import difflib
import hashlib
import io
import itertools
import json
import os
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MUTANTS = ROOT / "mutants"
NOTICED = {1, 3, -9, -11, 24, -24, 36, 152, 255}
"""Exit codes of mutmut's worker for a mutant that a test fails for, that runs out of time, or that ends Python."""


def main(argv: list[str]) -> int:
    """Make the mutants, test a sample, print the survivors and the score; give the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.mutants", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--count", type=int, default=300, help="how many mutants to test (default: 300)")
    parser.add_argument("--seed", type=int, default=2026, help="of the sample (default: 2026)")
    parser.add_argument(
        "--all-kinds", action="store_true", help="sample changed texts and left-out values, too"
    )
    parser.add_argument("--names", nargs="*", metavar="NAME", help="test these mutants and no sample")
    args = parser.parse_args(argv)
    os.chdir(ROOT)
    _mutmut("no_such_mutant", quiet=True)  # makes the mutants and learns which test reaches which function
    if not (MUTANTS / "mutmut-stats.json").exists():
        print("the tests fail, or take no change at all: see `python -m mutmut run`", file=sys.stderr)
        return 1
    names = args.names or _sample(sorted(_results()), args.count, args.seed, all_kinds=args.all_kinds)
    _mutmut(*names)
    results = _results()
    survivors = [name for name in names if results[name] not in NOTICED]
    for name in survivors:
        print(f"\n{name} ({results[name]})", *_changed_lines(name), sep="\n")
    noticed = len(names) - len(survivors)
    print(f"\n{noticed} of {len(names)} mutants noticed: {noticed / max(len(names), 1):.1%}")
    return 0


def _mutmut(*names: str, quiet: bool = False) -> None:
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    subprocess.run(command, check=False, capture_output=quiet)


def _results() -> dict[str, int | None]:
    """Return every mutant and the exit code of its tests: None where they have not run."""
    return dict(item for path in MUTANTS.glob("smsgen/**/*.meta") for item in _of_file(path))


def _of_file(path: Path) -> Iterator[tuple[str, int | None]]:
    yield from json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items()


def _sample(names: list[str], count: int, seed: int, *, all_kinds: bool) -> list[str]:
    """Draw by a hash of each name, so that code that comes or goes leaves the rest of the sample as it was."""
    shuffled = sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())
    fitting = (name for name in shuffled if all_kinds or _is_logic(name))
    return sorted(itertools.islice(fitting, count))


def _is_logic(name: str) -> bool:
    lines = _changed_lines(name)
    before, after = (
        list(_tokens("\n".join(line[1:] for line in lines if line.startswith(sign)))) for sign in "-+"
    )
    texts = [text for _, text in before], [text for _, text in after]
    changes = [
        step
        for step in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes()
        if step[0] != "equal"
    ]
    removed = [token for _, start, end, _, _ in changes for token in before[start:end]]
    added = [token for _, _, _, start, end in changes for token in after[start:end]]
    only_texts = all(kind == tokenize.STRING for kind, _ in (*removed, *added))
    emptied = {text for _, text in added} <= {"None", '""', ",", ")"} and not _is_shorter_logic(removed)
    return not only_texts and not emptied


def _is_shorter_logic(removed: list[tuple[int, str]]) -> bool:
    """Tell `not x` that became `x` from an argument that was left out."""
    return {text for _, text in removed} <= {"not", "-", "~", "is"}


def _tokens(code: str) -> Iterator[tuple[int, str]]:
    """Yield the tokens of a piece of code, as far as it can be read."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code.strip()).readline):
            if token.string.strip():
                yield token.type, token.string
    except (tokenize.TokenError, IndentationError):
        return


def _changed_lines(name: str) -> list[str]:
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # what `mutmut show` prints, a second sooner

    lines = get_diff_for_mutant(name).splitlines()
    return [line for line in lines if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
