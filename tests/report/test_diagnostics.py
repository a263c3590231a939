"""Diagnostics as text, JSON and SARIF."""

import json
from typing import Any

from smsgen.errors import Diagnostic, Location, Severity
from smsgen.report.codes import CODES
from smsgen.report.diagnostics import OUTPUTS, counted_diagnostics, render

ERROR = Diagnostic(
    "BAD_ID", "'x' is not a VPC id", "it looks like vpc-…", location=Location("apps/my shop.yaml", 3, 8)
)
WARNING = Diagnostic(
    "EC2_8", "IMDSv1 is on", severity=Severity.WARNING, location=Location("/abs/a.yaml", 9, 1)
)
NOTE = Diagnostic("NOTE", "for your information", severity=Severity.INFO)
ALL = (ERROR, WARNING, NOTE, ERROR)


def test_text_is_one_problem_a_line_and_its_hint_on_the_next() -> None:
    assert render(ALL[:3], "text") == (
        "apps/my shop.yaml:3:8: error[BAD_ID]: 'x' is not a VPC id\n"
        "  hint: it looks like vpc-…\n"
        "/abs/a.yaml:9:1: warning[EC2_8]: IMDSv1 is on\n"
        "info[NOTE]: for your information\n"
    )


def test_json_is_a_list_of_problems() -> None:
    assert json.loads(render(ALL, "json"))[0] == {
        "file": "apps/my shop.yaml",
        "line": 3,
        "column": 8,
        "severity": "error",
        "code": "BAD_ID",
        "message": "'x' is not a VPC id",
        "hint": "it looks like vpc-…",
    }
    assert [found["severity"] for found in json.loads(render(ALL, "json"))] == [
        "error",
        "warning",
        "info",
        "error",
    ]


def sarif() -> dict[str, Any]:
    found = json.loads(render(ALL, "sarif"))
    assert isinstance(found, dict)
    return found


def test_sarif_has_what_code_scanning_asks_for() -> None:
    """GitHub Docs, "SARIF support for code scanning", the properties marked required."""
    log = sarif()
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "smsgen"
    for rule in driver["rules"]:
        assert rule["id"]
        assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help"))
    assert [rule["id"] for rule in driver["rules"]] == ["BAD_ID", "EC2_8", "NOTE"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]


def test_sarif_says_of_a_rule_what_explain_says() -> None:
    found = json.loads(
        render((Diagnostic("EC2.8", "IMDSv1 is on", severity=Severity.WARNING), ERROR), "sarif")
    )
    ours, bad_id = sorted(
        found["runs"][0]["tool"]["driver"]["rules"], key=lambda rule: str(rule["id"]), reverse=True
    )
    assert ours["shortDescription"]["text"] == "A server that answers IMDSv1 requests"
    assert ours["helpUri"] == CODES["EC2.8"].url
    assert ours["defaultConfiguration"] == {"level": "warning"}
    assert CODES["EC2.8"].mend[:40] in ours["help"]["text"]
    assert "helpUri" not in bad_id


def test_sarif_points_to_the_place() -> None:
    results = sarif()["runs"][0]["results"]
    (place,) = results[0]["locations"]
    assert place["physicalLocation"] == {
        # Relative to the checkout, and a URI: the space is encoded.
        "artifactLocation": {"uri": "apps/my%20shop.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 8},
    }
    assert results[0]["message"]["text"] == "'x' is not a VPC id\nit looks like vpc-…"
    assert results[1]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "/abs/a.yaml"}
    assert results[2]["locations"] == []


def test_nothing_wrong_is_an_empty_report() -> None:
    assert render((), "text") == ""
    assert json.loads(render((), "json")) == []
    assert json.loads(render((), "sarif"))["runs"][0]["results"] == []


def test_every_output_ends_with_a_line_end() -> None:
    assert all(render(ALL, output).endswith("\n") for output in OUTPUTS)


def test_the_summary_counts() -> None:
    assert counted_diagnostics(ALL, 2) == "2 errors, 1 warning, 1 info in 2 files"
    assert counted_diagnostics((), 1) == "no problems in 1 file"
