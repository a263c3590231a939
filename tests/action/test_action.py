"""action.yml, its steps run in order on a recorded pull request, with a stand-in for GitHub's API."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.action.api import BOT, TOKEN, Api
from tests.action.conftest import Prepare, Repository
from tests.action.workflow import Ended

APP = """\
name: shop
serverGroups:
  - name: web
    serverList:
      - serverId: s-12345678
        vmServer: {{vmName: web01}}
        imageId: {image}
        launch:
          logicalId: Web01
          instanceType: m6i.large
          volumes: [{{device: /dev/sda1}}]
          subnet: subnet-0a1b2c3d
          securityGroup: sg-0a1b2c3d
"""
BEFORE = APP.format(image="ami-0123456789abcdef0")
AFTER = APP.format(image="ami-0fedcba9876543210")
MARKER = "<!-- smsgen:action:smsgen -->"


def annotations(ended: Ended, level: str) -> list[tuple[dict[str, str], str]]:
    return [(said, message) for name, said, message in ended.commands if name == level]


def results(ended: Ended) -> list[dict[str, Any]]:
    (run,) = json.loads(Path(ended.outputs["sarif"]).read_text())["runs"]
    assert all(
        run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"]
    )
    return list(run["results"])


def test_a_pull_request_is_commented_once_and_kept_up_to_date(
    repository: Repository, prepare: Prepare, api: Api
) -> None:
    repository.pull_request({"apps/shop.yaml": BEFORE}, {"apps/shop.yaml": AFTER})
    for number in range(5):
        api.add(f"A comment {number}", "octocat")
    api.add(f"{MARKER}\nnot written by the action", "mallory")
    first = prepare().run(apps="apps/*.yaml")
    assert first.status == 0, first.log
    made = api.comments[-1]
    assert len(api.comments) == 7
    assert made["body"].startswith(f"{MARKER}\n")
    assert "1 to replace" in made["body"]
    assert repository.base[:12] in made["body"]
    assert first.outputs["comment-url"] == made["html_url"]
    assert "1 to replace" in first.summary
    counts = ("changes", "added", "modified", "may-replace", "replaced", "removed", "exit-status")
    assert [first.outputs[name] for name in counts] == ["1", "0", "0", "0", "1", "0", "0"]
    assert "ami-0fedcba9876543210" in Path(first.outputs["template"]).read_text()
    made_files = {path.name for path in Path(first.outputs["template"]).parent.iterdir()}
    assert {"change-set.md", "change-set.html", "change-set.json"} <= made_files

    (repository.folder / "apps/shop.yaml").write_text(BEFORE)
    second = prepare().run(apps="apps/*.yaml")
    assert second.status == 0, second.log
    assert len(api.comments) == 7
    assert "no changes" in made["body"]
    assert second.outputs["changes"] == "0"
    assert api.comments[5]["body"].endswith("not written by the action")


def test_a_gate_fails_the_job_with_everything_written(
    repository: Repository, prepare: Prepare, api: Api
) -> None:
    repository.pull_request({"shop.yaml": BEFORE}, {"shop.yaml": AFTER})
    ended = prepare().run(apps="shop.yaml", fail_on="replace, remove", sarif="true")
    assert ended.status == 3
    assert ended.outputs["exit-status"] == "3"
    assert "A gate is tripped" in api.comments[-1]["body"]
    assert "replace: Web01" in api.comments[-1]["body"]
    assert annotations(ended, "error") == [
        ({"file": "shop.yaml", "line": "1", "title": "gate"}, "replace: Web01")
    ]
    upload = ended.used[-1]
    assert upload.action.startswith("github/codeql-action/upload-sarif@")
    assert upload.given == {"sarif_file": ended.outputs["sarif"], "category": "smsgen"}
    assert [one["ruleId"] for one in results(ended)] == ["CHANGE_REPLACE"]
    assert ended.ran[-1] == "verdict"


VALUES = json.dumps({"SubnetId": "subnet-0a1b2c3d"})
OPEN = BEFORE.replace("          subnet: subnet-0a1b2c3d\n", "")


@pytest.mark.parametrize("is_new", [False, True])
def test_values_of_parameters_are_those_of_both_sides(
    is_new: bool, repository: Repository, prepare: Prepare, api: Api
) -> None:
    """A file that is not touched, with all gates: nothing to replace. Nor of one that is new."""
    files = {"apps/shop.yaml": OPEN, "values/shop.json": VALUES}
    repository.pull_request({"readme": "a"} if is_new else files, files if is_new else {"readme": "b"})
    gates = "replace,may-replace,remove,iam,network,stateful,stack"
    ended = prepare().run(apps="apps/*.yaml", parameters="values/{name}.json", fail_on=gates)
    assert ended.status == 0, ended.log
    assert ended.outputs["changes"] == ("1" if is_new else "0")
    assert ("_New: `apps/shop.yaml` is not in" in ended.summary) is is_new


def test_an_invalid_file_is_annotated_at_its_line(repository: Repository, prepare: Prepare, api: Api) -> None:
    broken = AFTER.replace("subnet-0a1b2c3d", "subnet-x")
    repository.pull_request({"live/apps/shop.yaml": BEFORE}, {"live/apps/shop.yaml": broken})
    ended = prepare().run(working_directory="live", apps="apps/shop.yaml", sarif="true")
    assert ended.status == 1
    (said, message) = annotations(ended, "error")[0]
    line = next(at for at, text in enumerate(broken.splitlines(), 1) if "subnet-x" in text)
    assert (said["file"], said["line"], said["title"]) == ("live/apps/shop.yaml", str(line), "BAD_ID")
    assert message.startswith("'subnet-x' is not a subnet id")
    at = results(ended)[0]["locations"][0]["physicalLocation"]
    assert at["artifactLocation"] == {"uri": "live/apps/shop.yaml", "uriBaseId": "%SRCROOT%"}
    assert at["region"]["startLine"] == line
    assert f"apps/shop.yaml:{line}:" in api.comments[-1]["body"]


def test_what_a_pull_request_says_is_never_run(
    repository: Repository, prepare: Prepare, api: Api, tmp_path: Path
) -> None:
    names = (
        "apps/$(touch pwned).yaml",
        "apps/`touch pwned`.yaml",
        "apps/a; touch pwned #.yaml",
        "apps/::error::b.yaml",
        "apps/c\n::error::injected.yaml",
        "--out=pwned.yaml",
        "-o.yaml",
        "apps/@octo-org ![x](http:) |.yaml",
    )
    bad = "name: '::warning::@octo-org ``` ${{ secrets.TOKEN }}'\nserverGroups: ['::set-output name=x::y']\n"
    files = dict.fromkeys(names[:-1], AFTER) | {names[-1]: bad}
    evil = "raise SystemExit('imported from the checkout')\n"
    files |= {f"{module}.py": evil for module in ("smsgen", "yaml", "json", "pip", "jinja2", "sitecustomize")}
    repository.pull_request({"README.md": "x"}, files)
    ended = prepare().run(apps="apps/*.yaml\n-*.yaml\n", ignore="$(touch pwned)", fail_on="stateful")
    assert ended.status == 1, ended.log
    assert not [path for path in tmp_path.rglob("*") if "pwned" in path.name and path.suffix != ".yaml"]
    assert {name for name, _, _ in ended.commands} <= {
        "group",
        "endgroup",
        "stop-commands",
        "error",
        "warning",
    }
    assert [message for _, message in annotations(ended, "error") if "injected" in message] == []
    for said, _ in annotations(ended, "error"):
        assert said["file"] == names[-1]
    body = api.comments[-1]["body"]
    outside = "".join(body.split("```")[::2])
    assert "@octo-org !" not in outside.replace("`apps/@octo-org", "")
    assert "secrets.TOKEN" not in outside


def test_a_token_that_may_only_read_fails_softly(repository: Repository, prepare: Prepare, api: Api) -> None:
    repository.pull_request({"shop.yaml": BEFORE}, {"shop.yaml": AFTER})
    api.faults = [("POST", 403)]
    ended = prepare().run(apps="shop.yaml")
    assert (ended.status, api.comments) == (0, [])
    (_, message) = annotations(ended, "notice")[0]
    assert message.startswith("no comment: GitHub answered POST: 403 Resource not accessible by integration")
    assert "1 to replace" in ended.summary


def test_a_server_error_is_tried_again_without_a_second_comment(
    repository: Repository, prepare: Prepare, api: Api
) -> None:
    repository.pull_request({"shop.yaml": BEFORE}, {"shop.yaml": AFTER})
    api.faults = [("GET", 502), ("POST", 503), ("POST", 500)]
    ended = prepare().run(apps="shop.yaml")
    assert (ended.status, len(api.comments)) == (0, 1), ended.log
    api.faults = [("GET", 500)] * 9
    ended = prepare().run(apps="shop.yaml")
    assert ended.status == 0
    assert annotations(ended, "warning") == [
        ({"title": "smsgen"}, "no comment: GitHub cannot be reached (GET: 500)")
    ]
    assert len([one for one in api.asked if one.startswith("GET")]) == 4 + 4


def test_the_token_stands_nowhere(repository: Repository, prepare: Prepare, api: Api) -> None:
    repository.pull_request({"shop.yaml": BEFORE}, {"shop.yaml": AFTER})
    api.faults = [("GET", 404)]
    ended = prepare().run(apps="shop.yaml")
    written = [path.read_text() for path in Path(ended.outputs["folder"]).rglob("*") if path.is_file()]
    assert TOKEN not in "".join((ended.log, ended.summary, *written, *ended.outputs.values()))
    redirected = prepare(GITHUB_API_URL=f"{api.url}/elsewhere").run(apps="shop.yaml")
    assert TOKEN not in redirected.log


def test_several_applications_with_snapshots_and_committed_templates(
    repository: Repository, prepare: Prepare, api: Api
) -> None:
    snapshot = "Resources: {Old: {Type: AWS::SNS::Topic}}\n"
    repository.pull_request(
        {"apps/shop.yaml": BEFORE, "apps/billing.yaml": BEFORE, "deployed/shop.yaml": snapshot},
        {
            "apps/billing.yaml": AFTER,
            "apps/new.yaml": BEFORE,
            "apps/billing.template.yaml": "Resources: {}\n",
        },
    )
    ended = prepare().run(
        apps="apps/shop.yaml\napps/billing.yaml\napps/new.yaml",
        deployed="deployed/{name}.yaml",
        templates="{folder}/{name}.template.yaml",
        region="eu-central-2",
        comment_key="prod/eu",
    )
    assert ended.status == 1
    assert [(said["title"], said["file"]) for said, _ in annotations(ended, "error")] == [
        ("no template", "apps/shop.yaml"),
        ("stale template", "apps/billing.template.yaml"),
        ("no template", "apps/new.yaml"),
    ]
    body = api.comments[-1]["body"]
    assert body.startswith("<!-- smsgen:action:prod-eu -->\n| application | result |\n")
    assert "1 to remove" in body  # of the snapshot
    assert "1 to replace" in body  # of the base
    assert "_New: `apps/new.yaml` is not in" in body
    assert ended.outputs["removed"] == "1"
    assert ended.outputs["replaced"] == "1"


def test_nothing_changed_makes_no_comment(repository: Repository, prepare: Prepare, api: Api) -> None:
    repository.pull_request({"shop.yaml": BEFORE}, {"README.md": "hello"})
    ended = prepare().run(apps="shop.yaml")
    assert (ended.status, api.comments) == (0, [])
    assert "no changes" in ended.summary


def test_a_base_with_errors_does_not_hold_its_repair_up(
    repository: Repository, prepare: Prepare, api: Api
) -> None:
    repository.pull_request({"shop.yaml": BEFORE.replace("s-12345678", "s-1")}, {"shop.yaml": AFTER})
    ended = prepare().run(apps="shop.yaml")
    assert ended.status == 0, ended.log
    assert "The base has errors" in api.comments[-1]["body"]
    assert [said["title"] for said, _ in annotations(ended, "warning")] == ["the base has errors"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"apps": "nowhere/*.yaml"}, "apps: there is no file nowhere/*.yaml"),
        ({"apps": "\n"}, "apps: no application file is named"),
        ({"apps": "link.yaml"}, "apps: link.yaml leads out of the workspace"),
        ({"apps": "config.yaml"}, "apps: config.yaml leads out of the workspace"),
        ({"apps": "shop.yaml", "fail_on": "everything"}, "there is no gate 'everything'"),
        ({"apps": "shop.yaml", "profile": "soft"}, "argument --profile: invalid choice"),
    ],
)
def test_a_wrong_input_is_an_error_that_says_so(
    given: dict[str, str], message: str, repository: Repository, prepare: Prepare
) -> None:
    repository.pull_request({"shop.yaml": BEFORE}, {"shop.yaml": AFTER})
    (repository.folder / "link.yaml").symlink_to("/etc/passwd")
    (repository.folder / "config.yaml").symlink_to(".git/config")
    ended = prepare().run(comment="false", **given)
    assert (ended.status, ended.outputs["exit-status"]) == (64, "64")
    assert "comment" not in ended.ran
    assert message in annotations(ended, "error")[0][1]
    assert results(ended) == []
    assert message.rpartition(":")[2] in ended.summary


def test_a_comment_and_a_summary_stay_within_their_limits(
    repository: Repository, prepare: Prepare, api: Api
) -> None:
    servers = "".join(
        f"      - {{serverId: s-{number:08x}, imageId: ami-0123{number:013x}, launch: {{instanceType: m6i.large}}}}\n"
        for number in range(150)
    )
    launch = "{subnet: subnet-0a1b2c3d, securityGroup: sg-0a1b2c3d}"
    large = f"name: large\nlaunchDefaults: {launch}\nserverGroups:\n  - name: web\n    serverList:\n{servers}"
    both = {"a.yaml": large, "b.yaml": large.replace("name: large", "name: b")}
    repository.pull_request(both, {name: text.replace("ami-0123", "ami-0fed") for name, text in both.items()})
    ended = prepare().run(apps="*.yaml")
    assert ended.status == 0, ended.log
    assert len(api.comments[-1]["body"]) <= 65_536
    assert "_1 of 2 reports do not fit here: see the job's summary._" in api.comments[-1]["body"]
    assert len(ended.summary.encode()) < 1_048_576


def test_the_bot_is_the_one_of_the_input(repository: Repository, prepare: Prepare, api: Api) -> None:
    repository.pull_request({"shop.yaml": BEFORE}, {"shop.yaml": AFTER})
    mine = api.add(f"{MARKER}\nbefore", "release-bot")
    api.add(f"{MARKER}\nbefore", BOT)
    prepare().run(apps="shop.yaml", comment_author="release-bot")
    assert "1 to replace" in mine["body"]
    assert len(api.comments) == 2


LINKED = APP.format(image="ami-0123456789abcdef0") + "          userData: {file: boot.sh}\n"


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("apps/boot.sh", {}),
        ("apps/shop.template.yaml", {"templates": "{folder}/{name}.template.yaml"}),
        ("apps/values.json", {"parameters": "apps/values.json"}),
        ("apps/deployed.yaml", {"deployed": "{folder}/deployed.yaml"}),
    ],
)
def test_no_link_of_a_pull_request_shows_what_is_not_in_it(
    repository: Repository, prepare: Prepare, api: Api, name: str, inputs: dict[str, str]
) -> None:
    text = LINKED if name.endswith(".sh") else BEFORE
    repository.pull_request({"apps/shop.yaml": BEFORE}, {"apps/shop.yaml": text})
    config = repository.folder / ".git" / "config"
    config.write_text(f"{config.read_text()}[x]\n\tvalue = 3cr3t-t0ken\n")
    (repository.folder / name).symlink_to("../.git/config")
    ended = prepare().run(apps="apps/shop.yaml", **inputs)
    assert ended.status == 1
    written = [path.read_text() for path in Path(ended.outputs["folder"]).rglob("*") if path.is_file()]
    everything = "".join((ended.log, ended.summary, *(one["body"] for one in api.comments), *written))
    assert "it leads out of the folder that it has to stay in" in everything
    assert "3cr3t-t0ken" not in everything


def test_a_script_that_several_applications_link_to_is_read(
    repository: Repository, prepare: Prepare, api: Api
) -> None:
    repository.pull_request(
        {"apps/shop.yaml": BEFORE, "scripts/boot.sh": "echo shared"}, {"apps/shop.yaml": LINKED}
    )
    (repository.folder / "apps" / "boot.sh").symlink_to("../scripts/boot.sh")
    ended = prepare().run(apps="apps/shop.yaml")
    assert ended.status == 0, ended.log
    assert "echo shared" in Path(ended.outputs["template"]).read_text()
