"""What people and programs see of a change set, in every format."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smsgen.report import html, markdown, text
from smsgen.report.markdown import MAX_CHARACTERS
from tests.report.goldens import FOLDER, RENDERERS
from tests.report.scenarios import SCENARIOS, SECRET, change_set, encoded, instance, snapshot

EVERY = [(name, ending) for name in SCENARIOS for ending in RENDERERS]


@pytest.mark.parametrize(("name", "ending"), EVERY)
def test_a_report_is_its_golden(name: str, ending: str) -> None:
    made = RENDERERS[ending](SCENARIOS[name]())
    assert made == (FOLDER / f"{name}.{ending}").read_text(), (
        "`python -m tests.report.goldens`, and read the difference"
    )


@pytest.mark.parametrize("ending", RENDERERS)
def test_no_secret_is_in_any_report(ending: str) -> None:
    made = RENDERERS[ending](SCENARIOS["secretive"]())
    script = f"#!/bin/sh\nexport DB_PASSWORD={SECRET}\nmysql --password={SECRET}\n"
    for secret in (SECRET, "AKIAIOSFODNN7EXAMPLE", encoded(script), encoded(SECRET)[:12]):
        assert secret not in made


# Begun so that no document holds it by chance: a secret that is a word of the report's own cannot be told from it.
SECRETS = st.text(
    "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!%+,-.", min_size=9, max_size=30
).map(lambda text: f"zQ7{text}9")


@settings(max_examples=40, deadline=None)
@given(SECRETS, st.sampled_from(["KeyName", "UserData", "Tags", "PrivateDnsNameOptions"]))
def test_a_no_echo_value_survives_no_renderer_wherever_it_stands(secret: str, name: str) -> None:
    values = {
        "KeyName": {"Ref": "Secret"},
        "UserData": {"Fn::Base64": {"Fn::Sub": "run ${Secret} now"}},
        "Tags": [{"Key": "x", "Value": {"Fn::Join": ["/", ["a", {"Ref": "Secret"}]]}}],
        "PrivateDnsNameOptions": {"HostnameType": {"Ref": "Secret"}},
    }
    declared = {"Secret": {"Type": "String", "NoEcho": "true"}}
    before = {"Parameters": declared, "Resources": {"Web": instance("w", 0, KeyName="k")}}
    after = {"Parameters": declared, "Resources": {"Web": instance("w", 0, **{name: values[name]})}}
    made = change_set(snapshot(before, parameters={"Secret": "before-" + secret}), after, {"Secret": secret})
    for render in RENDERERS.values():
        assert secret not in render(made)


NASTY = st.text(max_size=30) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "</code></details>",
        "| a | b |",
        "`` ` ``",
        "@octocat",
        "-->",
        "\x1b[31m",
        "[x](y)",
        "\n\n# h",
    ]
)


@settings(max_examples=60, deadline=None)
@given(NASTY, NASTY)
@example("", "`<")  # within a block of code
def test_values_cannot_break_out_of_a_comment_or_a_page(before: str, after: str) -> None:
    made = change_set(
        snapshot({"Resources": {"Web": instance("w", 0, KeyName=before, Description=before)}}),
        {"Resources": {"Web": instance(after, 0, KeyName=after, Description=after)}},
    )
    comment = markdown.render(made)
    outside = re.sub(r"(?ms)^(`{3,})diff\n.*?^\1$", "", comment)
    assert not re.search(r"<(?!/?(details|summary|code)>|!-- smsgen)", re.sub(r"`+[^`]*`+", "", outside))
    assert not re.search(r"(?<!\\)@(?!\u200b)\w", outside)
    assert "\x1b" not in text.render(made)
    page = html.render(made)
    assert tags(page) <= ALLOWED


ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "div", "article"),
    *("footer", "details", "summary"),
    *("h1", "h2", "h3", "p", "span", "strong", "ul", "li", "a", "code", "pre", "small"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("svg", "desc", "g", "rect", "path", "polygon", "text"),
}


def tags(page: str) -> set[str]:
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add(tag)
            assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]

    Reader().feed(page)
    return found


def test_a_page_loads_nothing() -> None:
    page = html.render(SCENARIOS["replaced"]())
    assert not re.search(r"https?://|url\(|<script|<link", page)


def test_a_comment_fits_whatever_the_change_set_holds() -> None:
    resources = {f"Server{at}": instance(f"server{at}", 0, KeyName="before" * 10) for at in range(450)}
    after = {name: instance(name, 0, KeyName="after" * 10) for name in resources}
    comment = markdown.render(change_set(snapshot({"Resources": resources}), {"Resources": after}))
    assert len(comment) <= MAX_CHARACTERS
    assert "do not fit a comment" in comment
    assert "450 to replace" in comment.splitlines()[1]


def test_the_text_is_coloured_only_when_asked() -> None:
    made = SCENARIOS["replaced"]()
    plain, coloured = text.render(made), text.render(made, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_the_document_holds_the_answer_and_what_lies_beyond() -> None:
    data = json.loads(RENDERERS["json"](SCENARIOS["replaced"]()))
    assert data["counts"] == {"may replace": 1, "replace": 1, "remove": 1}
    assert [change["ResourceChange"]["Action"] for change in data["changeSet"]["Changes"]] == [
        "Modify",
        "Remove",
        "Modify",
    ]
    assert {(edit["kind"], edit["name"], edit["change"]) for edit in data["beyond"]} == {
        ("Outputs", "Address", "Add"),
        ("Outputs", "Ip", "Remove"),
        ("DependsOn", "Web01", "Add"),
    }


def test_causes_are_said_in_words() -> None:
    made = text.render(SCENARIOS["replaced"]())
    assert "because parameter Type changed" in made
    assert "NEW IMAGE: will be REPLACED; the old i-00000000000000001 is kept" in made
    assert "-start v1" in made
    assert "+start v2" in made
