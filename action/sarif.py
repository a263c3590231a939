"""Several logs of smsgen as one: GitHub takes one run of a tool and category.

Source: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
import posixpath
from typing import Any
from urllib.parse import quote

MOST_RESULTS = 5_000
"""GitHub shows no more of a run, and refuses one of more than 25,000: errors stay, notes go first."""

_WORTH = {"error": 0, "warning": 1, "note": 2}


def merged(logs: list[str], folder: str) -> str:
    """Return one log. `folder`: where the paths in the logs start, as seen from the repository's root ("" there)."""
    rules: dict[str, dict[str, Any]] = {}
    results: dict[str, dict[str, Any]] = {}
    for run in (run for log in logs for run in json.loads(log)["runs"]):
        rules.update((rule["id"], rule) for rule in run["tool"]["driver"]["rules"])
        for result in run["results"]:
            results.setdefault(json.dumps(result, sort_keys=True), _moved(result, folder))
    shown = sorted(results.values(), key=lambda one: _WORTH.get(one.get("level", ""), 1))[:MOST_RESULTS]
    order = {code: at for at, code in enumerate(sorted(rules))}
    for result in shown:
        result["ruleIndex"] = order[result["ruleId"]]
    driver = {"name": "smsgen", "rules": [rules[code] for code in order]}
    run = {"tool": {"driver": driver}, "results": shown, "columnKind": "unicodeCodePoints"}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _moved(result: dict[str, Any], folder: str) -> dict[str, Any]:
    for location in result["locations"]:
        at = location["physicalLocation"]["artifactLocation"]
        if at.get("uriBaseId"):
            at["uri"] = posixpath.normpath(posixpath.join(quote(folder), at["uri"]))
    return result
