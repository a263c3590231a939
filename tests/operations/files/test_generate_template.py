"""What is said of a template beside the template itself."""

from __future__ import annotations

import pytest

from smsgen.cfn import lint as cfn_lint
from smsgen.errors import Severity
from smsgen.local import disk
from smsgen.operations.files.generate_template import generate_template
from smsgen.operations.files.template_files import lint, texts

APP = """\
name: shop
launchDefaults:
  vpc: vpc-0a1b2c3d4e5f60718
  subnet: subnet-0a1b2c3d4e5f60718
  securityGroup: sg-0a1b2c3d4e5f60718
  instanceType: m6i.large
serverGroups:
  - name: web
    launchOrder: 0
    serverList:
"""


def app(servers: int) -> bytes:
    entries = (
        f"      - {{serverId: s-{number:08x}, imageId: ami-0123456789abcdef0, launch: {{logicalId: Web{number}}}}}\n"
        for number in range(servers)
    )
    return (APP + "".join(entries)).encode()


def test_a_finding_of_cfn_lint_names_the_line_of_the_server_and_that_of_the_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = ("Resources", "Web1", "Properties")
    finding = cfn_lint.LintFinding("E1", "error", "that is wrong", path, "https://rule", 42, 7)
    monkeypatch.setattr(cfn_lint, "lint_text", lambda _: (finding,))
    made = generate_template("app.yaml", files=disk.DiskFiles(), text=app(2))
    (found,) = lint(made, texts(made, "yaml"))
    assert found.message == "that is wrong (Resources/Web1/Properties in template.yaml, line 42)"
    assert found.location is not None
    assert (found.location.file, found.location.line) == ("app.yaml", 12)


def test_more_servers_than_one_operation_takes_are_a_warning() -> None:
    made = generate_template("app.yaml", files=disk.DiskFiles(), text=app(2_600))
    (found,) = [one for one in made.warnings if one.code == "CLOUDFORMATION_QUOTA"]
    assert found.severity is Severity.WARNING
    assert texts(made, "yaml")
