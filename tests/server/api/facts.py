"""What AWS's service model of SMS says, as hashes: of each operation and each shape, its names, types and constraints.

`service_model.facts.json` is made of the shapes of AWS's SDKs, never of our messages:

    python -m tests.server.api.facts PATH/api-shapes.json

A hash proves that a shape of ours is AWS's without holding any of AWS's text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "service_model.facts.json"
_DIGITS = 16


def digest(part: Mapping[str, Any]) -> str:
    """Return the hash of an operation, a shape or the metadata. The order of members counts: SDKs print them in it."""
    ordered = {name: list(value.items()) if name == "members" else value for name, value in part.items()}
    text = json.dumps(ordered, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def without_words(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation without its documentation, which is ours."""
    return {name: value for name, value in operation.items() if name != "documentation"}


def facts_of(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a service model: name -> hash."""
    return {
        "metadata": digest(model["metadata"]),
        "operations": {name: digest(without_words(one)) for name, one in sorted(model["operations"].items())},
        "shapes": {name: digest(one) for name, one in sorted(model["shapes"].items())},
    }


def facts() -> dict[str, Any]:
    """Return the facts of AWS's model."""
    made: dict[str, Any] = json.loads(FILE.read_text())
    return made


if __name__ == "__main__":
    theirs = json.loads(Path(sys.argv[1]).read_text())
    FILE.write_text(json.dumps(facts_of(theirs), indent=1) + "\n")
