"""The sample CDK app with the CDK's own command line: what it synthesises, and what its diff shows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import smsgen
from tests.clients.installs import node_clients

pytest.importorskip("aws_cdk", reason="aws-cdk-lib comes with smsgen[cdk]")

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "samples" / "cdk"
THREE_TIER = ROOT / "samples" / "three-tier.yaml"
ATTACHED = {"WebTargets", "DatabaseUnwell", "DatabaseName"}
"""What the sample app adds to the servers."""

MARKS = {"[+]": "Add", "[-]": "Remove", "[~]": "Modify"}
REPLACEMENTS = {"replace": "True", "may be replaced": "Conditional"}


@pytest.fixture(scope="module")
def cdk(request: pytest.FixtureRequest) -> str:
    """The `cdk` program of npm, which the test installs."""
    modules = node_clients(request.config.cache.mkdir("clients"), "aws-cdk@2.1148.1")
    return str(modules / ".bin" / "cdk")


def run(*command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    # No account, no telemetry, no notices, and the Python that runs this test.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        # jsii unpacks the CDK's modules there, once.
        "HOME": str(Path(command[0]).parent),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample, in a folder of the test's own."""
    return copied(tmp_path)


def copied(place: Path) -> Path:
    """Copy the sample, beside the application file that it names, and return its folder."""
    folder = place / "cdk"
    folder.mkdir()
    for name in ("app.py", "cdk.json"):
        (folder / name).write_text((SAMPLE / name).read_text())
    (place / "three-tier.yaml").write_text(THREE_TIER.read_text())
    return folder


QUIET = ("--no-notices", "--no-version-reporting", "--no-path-metadata")


@pytest.fixture(scope="module")
def synthesised(cdk: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The template that `cdk synth` makes of the sample."""
    project = copied(tmp_path_factory.mktemp("sample"))
    done = run(cdk, "synth", "--quiet", *QUIET, folder=project)
    assert done.returncode == 0, done.stderr
    return template_in(project)


def template_in(project: Path) -> dict[str, Any]:
    template: dict[str, Any] = json.loads((project / "cdk.out" / "Shop.template.json").read_text())
    return template


def test_cdk_synth_gives_the_resources_of_generate_template(synthesised: dict[str, Any]) -> None:
    ours = smsgen.generate_template(THREE_TIER).template
    theirs = synthesised["Resources"]
    assert set(theirs) == {*ours.resources, *ATTACHED}
    for name, resource in ours.resources.items():
        assert theirs[name] == resource, name
    targets = [{"Id": {"Ref": name}} for name in ("Web01", "Web02", "Web03")]
    assert theirs["WebTargets"]["Properties"]["Targets"] == targets
    assert theirs["DatabaseName"]["Properties"]["ResourceRecords"] == [
        {"Fn::GetAtt": ["Database01", "PrivateIp"]}
    ]


def test_cdk_diff_shows_what_the_change_set_predicts(
    cdk: str, project: Path, synthesised: dict[str, Any]
) -> None:
    before = synthesised
    (project / "before.json").write_text(json.dumps(before))
    changed = _changed(smsgen.load_app(THREE_TIER))
    (project.parent / "three-tier.yaml").write_text(smsgen.dump(changed))
    done = run(cdk, "diff", "--template", "before.json", "--no-color", *QUIET, folder=project)
    assert done.returncode == 0, done.stderr
    shown = _shown(done.stdout + done.stderr)
    stack = smsgen.Stack("Shop", _without_bootstrap(before))
    after = smsgen.Template(_without_bootstrap(template_in(project)))
    changes = smsgen.generate_change_set(after, stack).changes
    predicted = {one.logical_resource_id: (one.action, one.replacement or "False") for one in changes}
    assert {action for action, _ in predicted.values()} == {"Add", "Modify", "Remove"}
    assert {replacement for _, replacement in predicted.values()} == {"True", "Conditional", "False"}
    # The CDK's diff does not show what changes only because it names a resource that is replaced.
    followed = {
        one.logical_resource_id
        for one in changes
        if one.details and all(detail.causing_entity for detail in one.details)
    }
    assert followed == {"DatabaseName", "DatabaseUnwell"}
    assert shown == {name: change for name, change in predicted.items() if name not in followed}


def _changed(app: smsgen.App) -> smsgen.App:
    """Another image and instance type, another tag, a server less and a server more."""
    database, file, web, application = app.server_groups
    first, second, third = database.server_list
    groups = (
        database._replace(
            server_list=(
                first._replace(image_id="ami-0fffffffffffffff0"),
                second._replace(launch=second.launch._replace(instance_type="r6i.4xlarge")),
                third._replace(launch=third.launch._replace(tags=(("Owner", "databases"),))),
            )
        ),
        file,
        web,
        application._replace(
            server_list=(
                *application.server_list[:2],
                application.server_list[2]._replace(
                    server_id="s-0fffffff",
                    vm_server=None,
                    launch=application.server_list[2].launch._replace(logical_id="App04"),
                ),
            )
        ),
    )
    return app._replace(server_groups=groups)


def _shown(text: str) -> dict[str, tuple[str, str]]:
    """Read `cdk diff`: `[~] AWS::EC2::Instance Shop/Template/Database01 Database01 replace`."""
    line = re.compile(
        r"^(\[[+~-]\]) AWS::\S+ (?:\S+/\S+ )?(\S+)(?: (replace|may be replaced|destroy))?$", re.MULTILINE
    )
    return {name: (MARKS[mark], REPLACEMENTS.get(word, "False")) for mark, name, word in line.findall(text)}


def _without_bootstrap(template: dict[str, Any]) -> dict[str, Any]:
    return {name: section for name, section in template.items() if name not in ("Rules", "Parameters")}


def test_cdk_synth_fails_with_every_problem_of_the_file(cdk: str, project: Path) -> None:
    path = project.parent / "three-tier.yaml"
    path.write_text(path.read_text() + "colour: blue\nsize: 1\n")
    done = run(cdk, "synth", "--quiet", "--no-notices", folder=project)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    for field in ("colour", "size"):
        complaint = f"error[UNKNOWN_FIELD]: the application has no field '{field}'"
        assert re.search(rf"three-tier\.yaml:\d+:1: {re.escape(complaint)}", said)
    assert "   Shop/Shop\n" in said  # the construct's path
