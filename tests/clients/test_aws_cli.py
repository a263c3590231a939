"""The AWS CLI, the last one that knew SMS and today's with the installed model: `aws sms` in a shell."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import smsgen
from tests.clients.serving import KEYS, SCRIPTS, Environment, Server, network, run, run_smsgen

NOBODY = "app-00000000000000000"


class Aws:
    """`aws sms` of one environment: calling it gives what it printed, as JSON where it is; it must succeed."""

    def __init__(self, programs: Path, env: Environment) -> None:
        self.env = {**env, "PATH": f"{programs}:{env['PATH']}"}

    def __call__(self, *arguments: str) -> Any:
        done = self.tried(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout

    def tried(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = ("aws", "--endpoint-url", self.env["SMS_ENDPOINT"], "sms", *arguments)
        return run(*command, env={**self.env, **more})


@pytest.fixture
def aws_of_2019(of_2019: Path, user: Environment) -> Aws:
    return Aws(of_2019, user)


@pytest.fixture
def aws_of_today(of_today: Path, with_model: Environment) -> Aws:
    return Aws(of_today, with_model)


@pytest.fixture
def apps(server: Server) -> Iterator[list[str]]:
    """The ids of three applications, in the order of ListApps."""
    sms = smsgen.client("sms", endpoint_url=server.url, **KEYS)
    made = [sms.create_app(name=f"cli-{number}")["appSummary"]["appId"] for number in range(3)]
    yield sorted(made)
    for app_id in made:
        sms.delete_app(appId=app_id)


def test_a_whole_migration_and_its_exports(aws_of_2019: Aws, aws_url: str, tmp_path: Path) -> None:
    env = {**aws_of_2019.env, **network(aws_url)}
    done = run("bash", SCRIPTS / "migration.sh", env=env, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    app_id = done.stdout.split()[-1]
    refused = (tmp_path / "refused.txt").read_text()
    assert "(OperationNotPermittedException) when calling the LaunchApp operation: " in refused

    template = _document(aws_url, tmp_path / "template-location.json")
    assert set(template["Resources"]) == {"Database", "Web"}
    details = json.loads((tmp_path / "launch-details.json").read_text())
    assert details["stackName"] == f"sms-{app_id}"
    (change,) = _document(aws_url, tmp_path / "change-set-location.json")["changeSet"]["Changes"]
    assert change["ResourceChange"]["LogicalResourceId"] == "Web"
    assert change["ResourceChange"]["Action"] == "Modify"

    # What was printed at the time becomes an application file, and that one the same template.
    exports = [f"get-app{one}.json" for one in ("", "-launch-configuration", "-replication-configuration")]
    run_smsgen("import-app", *exports, "--to-file", "shop.yaml", env=env, folder=tmp_path)
    command = ("generate-template", "shop.yaml", "--profile", "sms", "--format", "json")
    compiled = json.loads(run_smsgen(*command, env=env, folder=tmp_path))
    assert set(compiled["Parameters"]) == {"DatabaseImageId", "WebImageId"}
    for name, resource in template["Resources"].items():
        resource["Properties"]["ImageId"] = {"Ref": f"{name}ImageId"}
        resource["Metadata"]["smsgen"].pop(
            "replicationJobId", None
        )  # of the image, which was not there at the time
    assert compiled["Resources"] == template["Resources"]


def test_lists_and_formats(aws_of_2019: Aws, apps: list[str]) -> None:
    _lists(aws_of_2019, apps)
    table = aws_of_2019("list-apps", "--output", "table", "--query", "apps[].{Id:appId,Name:name}")
    assert re.search(r"^\|  +ListApps +\|$", table, re.MULTILINE)
    assert re.search(rf"^\|  {apps[0]} +\|  cli-\d +\|$", table, re.MULTILINE)


def test_errors(aws_of_2019: Aws) -> None:
    _errors(aws_of_2019)
    missing = aws_of_2019.tried("get-app")
    assert missing.returncode == 255
    assert "(MissingRequiredParameterException) when calling the GetApp operation: " in missing.stderr
    assert aws_of_2019("get-servers", "--max-items", "5", "--query", "serverList") == []
    refused = aws_of_2019.tried("import-server-catalog")  # nothing is connected that it could be read from
    assert refused.returncode == 255
    assert (
        "(NoConnectorsAvailableException) when calling the ImportServerCatalog operation: " in refused.stderr
    )
    unsigned = aws_of_2019.tried("list-apps", "--no-sign-request")
    assert "(MissingAuthenticationTokenException) when calling the ListApps operation: " in unsigned.stderr
    # The CLI itself asks for what the model calls required.
    assert aws_of_2019.tried("get-replication-runs").returncode == 2


def test_todays_aws_cli_knows_sms_again(aws_of_today: Aws, apps: list[str]) -> None:
    _lists(aws_of_today, apps)
    _errors(aws_of_today)


def _document(aws_url: str, answer: Path) -> dict[str, Any]:
    """Return the document in S3 that a saved answer names."""
    where = json.loads(answer.read_text())["s3Location"]
    s3 = boto3.client("s3", endpoint_url=aws_url, **KEYS)
    document: dict[str, Any] = json.load(s3.get_object(Bucket=where["bucket"], Key=where["key"])["Body"])
    return document


def test_todays_aws_cli_knows_no_sms_without_the_model(of_today: Path, user: Environment) -> None:
    done = Aws(of_today, user).tried("list-apps")
    assert done.returncode != 0
    assert "Invalid choice" in done.stderr


def _lists(aws: Aws, ids: list[str]) -> None:
    some = ("list-apps", "--app-ids", *ids, "--page-size", "1")
    first = aws(*some, "--max-items", "2")
    assert [app["appId"] for app in first["apps"]] == ids[:2]
    rest = aws(*some, "--starting-token", first["NextToken"])
    assert [app["appId"] for app in rest["apps"]] == ids[2:]
    assert "NextToken" not in rest
    text = aws(*some, "--query", "apps[].[appId,status]", "--output", "text")
    assert text == "".join(f"{app_id}\tACTIVE\n" for app_id in ids)


def _errors(aws: Aws) -> None:
    unknown = aws.tried("get-app", "--app-id", NOBODY)
    words = f"(InvalidParameterException) when calling the GetApp operation: there is no application {NOBODY}"
    assert (unknown.returncode, unknown.stdout) == (255, "")
    assert words in unknown.stderr
    wrong = aws.tried("list-apps", AWS_SECRET_ACCESS_KEY="wrong")
    assert wrong.returncode == 255
    assert "(InvalidSignatureException) when calling the ListApps operation: " in wrong.stderr
