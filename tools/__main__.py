"""Run every generator: `python -m tools [--check] [NAME ...]`."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from smsgen.local.replacing import write_file

ROOT = Path(__file__).parent.parent
GENERATORS = {
    "instance-types": "tools.instance_types",
    "instance-sizes": "tools.instance_sizes",
    "schema": "tools.schema",
    "recreation": "tools.recreation",
    "unordered": "tools.unordered",
    "json-properties": "tools.json_properties",
    "taggable": "tools.taggable",
    "identifiers": "tools.identifiers",
    "picture": "tools.picture",
    "diagnostics": "tools.diagnostics",
    "application-file": "tools.application_file",
    "troposphere-classes": "tools.troposphere_classes",
}
"""Name -> module. The order is the order of running: a later one may read what an earlier one wrote."""


def main(argv: list[str]) -> int:
    """Write the generated files, or with --check say which are stale; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools", description="Write the generated files again.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of: {', '.join(GENERATORS)} (default: all)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    args = parser.parse_args(argv)
    unknown = sorted(set(args.names) - set(GENERATORS))
    if unknown:
        parser.error(f"there is no generator {', '.join(unknown)}")
    stale = [name for name in args.names or GENERATORS if _run(name, write=not args.check)]
    return 1 if args.check and stale else 0


def _run(name: str, *, write: bool) -> bool:
    """Run one generator; give whether its file was stale."""
    module = import_module(GENERATORS[name])
    target = ROOT / module.FILE
    made = module.generate()
    stale = not target.exists() or target.read_text(encoding="utf-8") != made
    if stale and write:
        write_file(str(target), made.encode())
    print(f"{module.FILE}: {('written' if write else 'STALE') if stale else 'up to date'}")
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
