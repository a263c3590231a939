"""What is said alike is said once, with who has it; words in place of CloudFormation's; what made a report."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.changes.change_set import ChangeSet
from smsgen.report import document, html, markdown, sarif, text
from smsgen.report.alike import names_of, natural, same_changes
from smsgen.report.view import ChangeRow, view_of
from smsgen.report.wording import Provenance
from tests.report.scenarios import SCENARIOS, change_set, instance, snapshot
from tests.report.test_scripts import compared


def tagged(count: int, order: Any = lambda number: number % 2, **policy: str) -> ChangeSet:
    """`count` servers of which each gets the same new type, and a new image."""

    def template(**properties: Any) -> dict[str, Any]:
        servers = {
            f"Web{number:04}": {**instance(f"web{number:04}", order(number), **properties), **policy}
            for number in range(1, count + 1)
        }
        return {"Resources": servers}

    after = template(ImageId="ami-2", InstanceType="m6i.xlarge")
    return change_set(snapshot(template(ImageId="ami-1", InstanceType="m6i.large")), after)


def row(name: str, server: str = "", order: int | None = 0, kind: str = "replace") -> ChangeRow:
    return ChangeRow(kind, name, "AWS::EC2::Instance", f"i-{name}", "", (), (), order, server)


NAMES = st.text("ab01289-", min_size=1, max_size=5)


@given(st.lists(st.builds(row, NAMES, NAMES, st.sampled_from([0, 1]), st.sampled_from(["add", "remove"]))))
def test_each_row_is_told_once_whatever_is_told_together(rows: list[ChangeRow]) -> None:
    together = same_changes(rows)
    assert sorted(str(one) for same in together for one in same.rows) == sorted(map(str, rows))
    assert len({same.row.kind for same in together}) == len(together)


@given(st.lists(st.integers(0, 40), unique=True, min_size=1))
def test_names_that_count_up_are_told_without_loss(numbers: list[int]) -> None:
    rows = [row(f"Web{number:02}", f"web{number:02}") for number in sorted(numbers)]
    told = set()
    for name in names_of(rows):
        ends = [int(number) for number in re.findall(r"Web(\d+)", name)]
        told |= set(range(ends[0], ends[-1] + 1))
    assert told == set(numbers)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["web1", "web2"], ["web1", "web2"]),
        (["web1", "web2", "web3"], ["web1 … web3"]),
        (["web8", "web9", "web10"], ["web8 … web10"]),
        (["web08", "web09", "web10"], ["web08 … web10"]),
        (["web98", "web99", "web0100"], ["web98", "web99", "web0100"]),
        (["a1b", "a2b", "a3b", "b4b"], ["a1b … a3b", "b4b"]),
        (["x" + "9" * 30, "y", "z"], ["x" + "9" * 30, "y", "z"]),
        (["", "", ""], ["", "", ""]),
    ],
)
def test_runs_of_names(names: list[str], shown: list[str]) -> None:
    assert list(names_of([row(name) for name in names])) == shown


def test_a_run_needs_servers_that_count_up_too() -> None:
    rows = [row("Web1", "alpha"), row("Web2", "beta"), row("Web3", "gamma")]
    assert names_of(rows) == ("Web1 (alpha)", "Web2 (beta)", "Web3 (gamma)")


def test_names_are_sorted_by_their_numbers() -> None:
    assert sorted(["web10", "web2", "Web1"], key=natural) == ["Web1", "web2", "web10"]


def test_the_text_tells_an_identical_change_once_with_who_has_it() -> None:
    shown = text.render(tagged(40))
    assert shown.count("ImageId: ami-1 -> ami-2") == 1
    assert "-/+ 40 x AWS::EC2::Instance" in shown
    assert "launch order 0: Web0002 (web0002), Web0004 (web0004)" in shown
    assert "will be REPLACED; the old ones are deleted" in shown
    assert shown.count("40 to replace") == 2


@pytest.mark.parametrize("render", [text.render, markdown.render, html.render])
def test_three_thousand_alike_make_a_short_report(render: Any) -> None:
    shown = render(tagged(300, lambda _: 7))
    assert len(shown) < 60_000
    assert "Web0001 … Web0300 (web0001 … web0300)" in shown
    assert "300" in shown


def test_findings_of_the_same_words_are_told_once() -> None:
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    page, comment = html.render(tagged(5, **kept)), markdown.render(tagged(5, **kept))
    assert page.count("<strong>stateful</strong>") == 1
    assert comment.count("**stateful**") == 1
    for number in range(1, 6):
        assert f'<a href="#Web000{number}"><code>Web000{number}</code></a>' in page
        assert page.count(f'id="Web000{number}"') == 1


def test_what_differs_is_told_apart() -> None:
    before = {"Resources": {"A": instance("a", 0, ImageId="ami-1"), "B": instance("b", 0, ImageId="ami-1")}}
    after = {"Resources": {"A": instance("a", 0, ImageId="ami-2"), "B": instance("b", 0, ImageId="ami-3")}}
    assert len(same_changes(view_of(change_set(snapshot(before), after)).rows)) == 2


# --- Names and launch orders in every format ------------------------------------------------------------------------


def test_every_format_tells_the_server_and_its_launch_order() -> None:
    made = SCENARIOS["replaced"]()
    assert "Db01  AWS::EC2::Instance  (db01)  launch order 0" in text.render(made)
    assert "| `Db01 (db01)` | AWS::EC2::Instance | 0 |" in markdown.render(made)
    assert "AWS::EC2::Instance · db01 · launch order 0" in html.render(made)
    assert "Db01 (AWS::EC2::Instance, db01, launch order 0) will be replaced" in sarif.render(
        made, lambda _: None
    )
    servers = document.document(made)["servers"]
    assert servers["Web01"] == {"name": "web01", "launchOrder": 1}
    assert set(servers) == {"Db01", "Old", "Web01"}


def test_what_is_no_server_has_no_entry() -> None:
    assert "servers" not in document.document(SCENARIOS["widened"]())


# --- Plain words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("render", [text.render, markdown.render, html.render])
@pytest.mark.parametrize("name", SCENARIOS)
def test_people_are_told_in_plain_words(render: Any, name: str) -> None:
    shown = render(SCENARIOS[name]())
    for word in ("KNOWN_AFTER_APPLY", "ReplaceAnd", "Conditionally", ">Always<", ">Never<"):
        assert word not in shown


@pytest.mark.parametrize("render", [text.render, markdown.render, html.render])
def test_what_is_known_later_is_said_so(render: Any) -> None:
    web = instance("web", 1, KeyName={"Fn::Sub": "for-${Db.PrivateIp}-x"})
    before = {"Resources": {"Db": instance("db", 0, ImageId="ami-1"), "Web": web}}
    after = {"Resources": {"Db": instance("db", 0, ImageId="ami-2"), "Web": web}}
    shown = render(change_set(snapshot(before), after))
    assert "(known after apply)" in shown
    assert "KNOWN_AFTER_APPLY" not in shown


@pytest.mark.parametrize("platform", ["linux", "windows"])
@pytest.mark.parametrize("region", ["", "eu-central-1"])
def test_scripts_are_shown_without_what_smsgen_puts_around_them(platform: str, region: str) -> None:
    made = compared("#!/bin/sh\\necho one\\n", "#!/bin/sh\\necho two\\n", platform=platform, region=region)
    shown = text.render(made)
    assert "-echo one" in shown
    assert "+echo two" in shown
    assert "# userData:" in shown
    for ours in ("SMSGEN_", "smsgen_step", "smsgen_run", "FromBase64String", "WriteAllBytes", "$SmsgenStep"):
        assert ours not in shown


# --- The page -------------------------------------------------------------------------------------------------------


def test_the_page_begins_with_what_to_look_at() -> None:
    page = html.render(SCENARIOS["replaced"]())
    places = [page.index(part) for part in ('class="badge replace"', 'id="look"', "<svg", 'id="resources"')]
    assert places == sorted(places)
    assert '<a href="#Db01"><code>Db01</code></a>' in page
    assert '<span class="minus">-start v1</span>' in page
    assert '<span class="plus">+start v2</span>' in page


def test_the_page_says_what_made_it_and_is_the_same_twice() -> None:
    made = SCENARIOS["replaced"]()._replace(compared="shop.yaml against origin/main")
    page = html.render(made, made_by=Provenance("1.2.3", "2026-11-24"))
    assert "Made by smsgen 1.2.3, of shop.yaml against origin/main, 2026-11-24." in page
    assert page == html.render(made, made_by=Provenance("1.2.3", "2026-11-24"))
    assert "<p>Made by smsgen.</p>" in html.render(SCENARIOS["nothing"]())


def few_of_many(changing: int) -> ChangeSet:
    def template(image: str) -> dict[str, Any]:
        return {
            "Resources": {
                f"Web{number:02}": instance(
                    f"web{number:02}", number // 10, ImageId=image if number < changing else "ami-1"
                )
                for number in range(30)
            }
        }

    return change_set(snapshot(template("ami-1")), template("ami-2"))


def test_the_drawing_is_folded_to_what_changes() -> None:
    page = html.render(few_of_many(2))
    folded, _, whole = page.partition("<summary>All 30 servers</summary>")
    assert folded.count('class="g-card g-replace"') == 2
    assert "8 unchanged" in folded
    assert whole.count('class="g-card g-unchanged"') == 28
    assert page.count("<style>") == 2  # the page's, and one for both drawings


def test_a_drawing_of_nothing_but_changes_is_drawn_once() -> None:
    page = html.render(few_of_many(30))
    assert page.count("<svg") == 1
    assert "<details>" not in page


def test_where_nothing_changes_the_drawing_is_behind_a_click() -> None:
    page = html.render(few_of_many(0))
    assert page.count("<svg") == 1
    assert page.index("<summary>All 30 servers</summary>") < page.index("<svg")
    assert page.count("<style>") == 2


def test_many_different_changes_are_behind_a_click_each() -> None:
    def template(word: str) -> dict[str, Any]:
        return {"Resources": {f"W{n}x": instance(f"w{n}x", 0, KeyName=f"{word}{n}") for n in range(80)}}

    page = html.render(change_set(snapshot(template("a")), template("b")))
    assert page.count("<summary>1 property</summary>") == 80
