"""What is referred to is uploaded before what refers to it, and the app names what is there."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from smsgen.cfn.document import Template
from smsgen.cfn.text import parse_template
from smsgen.compiler import Child, Compiled
from smsgen.errors import ServiceError
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.launch import Launch, S3Location, UserData
from smsgen.operations.stacks.upload import CHANGE_SETS, upload_document, upload_scripts, upload_templates


class MemoryArtifacts:
    """A bucket as a dict, in the order of upload; the `refused`-th upload fails."""

    def __init__(self, refused: int = 0) -> None:
        self.held: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.refused = refused

    def put(self, content: bytes, *, content_type: str, folder: str) -> S3Location:
        if len(self.held) + 1 == self.refused:
            raise ServiceError("S3 is down")
        key = f"{folder}/{sha256(content).hexdigest()}"
        self.held[key] = content
        self.types[key] = content_type
        return S3Location("docs", key)

    def get(self, location: S3Location, *, max_bytes: int) -> bytes:
        return self.held[location.key][: max_bytes + 1]

    def url(self, location: S3Location) -> str:
        return f"https://{location.bucket}.s3.example/{location.key}"

    def template(self, url: str) -> dict[str, Any]:
        return parse_template(self.held[url.removeprefix("https://docs.s3.example/")], url).template.body


def nested(**files: str) -> dict[str, Any]:
    stacks = {
        name: {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": file, "Parameters": {"A": "1"}},
        }
        for name, file in files.items()
    }
    return {"Resources": {**stacks, "Topic": {"Type": "AWS::SNS::Topic"}}}


LEAF = {"Resources": {"Server": {"Type": "AWS::EC2::Instance"}}}


def compiled(root: dict[str, Any], **children: dict[str, Any]) -> Compiled:
    made = tuple(Child(f"{name}.yaml", Template(body), {}) for name, body in children.items())
    return Compiled(Template(root), made, {}, {}, ())


def test_one_template_is_uploaded_as_it_is() -> None:
    artifacts = MemoryArtifacts()
    made = upload_templates(compiled(LEAF), artifacts, format="json")
    assert parse_template(artifacts.held[made.location.key], "x").template.body == LEAF
    assert artifacts.types == {made.location.key: "application/json"}
    assert made.template.body == LEAF
    assert made.url == artifacts.url(made.location)


def test_children_go_first_at_every_depth_and_every_url_leads_somewhere() -> None:
    artifacts = MemoryArtifacts()
    root, middle = nested(A="middle.yaml", B="leaf.yaml"), nested(C="leaf.yaml")
    made = upload_templates(compiled(root, leaf=LEAF, middle=middle), artifacts, format="yaml")
    assert list(artifacts.held)[-1] == made.location.key
    assert len(artifacts.held) == 3
    urls = {name: made.template.resources[name]["Properties"]["TemplateURL"] for name in "AB"}
    assert artifacts.template(urls["B"]) == LEAF
    inner = artifacts.template(urls["A"])["Resources"]["C"]["Properties"]
    assert inner == {"TemplateURL": urls["B"], "Parameters": {"A": "1"}}
    assert artifacts.template(made.url) == made.template.body


def test_what_was_compiled_is_not_edited() -> None:
    root = nested(A="leaf.yaml")
    upload_templates(compiled(root, leaf=LEAF), MemoryArtifacts(), format="yaml")
    assert root == nested(A="leaf.yaml")


def test_a_url_that_names_no_child_stays() -> None:
    elsewhere = "https://other.s3.example/x"
    made = upload_templates(compiled(nested(A=elsewhere)), MemoryArtifacts(), format="yaml")
    assert made.template.resources["A"]["Properties"]["TemplateURL"] == elsewhere


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_a_failed_upload_leaves_nothing_that_refers_to_what_is_not_there(refused: int) -> None:
    artifacts = MemoryArtifacts(refused)
    root, middle = nested(A="middle.yaml", B="leaf.yaml"), nested(C="leaf.yaml")
    with pytest.raises(ServiceError):
        upload_templates(compiled(root, leaf=LEAF, middle=middle), artifacts, format="yaml")
    for content in artifacts.held.values():
        for resource in parse_template(content, "x").template.resources.values():
            if resource["Type"] == "AWS::CloudFormation::Stack":
                artifacts.template(resource["Properties"]["TemplateURL"])


def test_a_change_sets_document_goes_to_the_folder_that_expires() -> None:
    location = upload_document("{}", MemoryArtifacts(), format="json", folder=CHANGE_SETS)
    assert location.key.startswith("change-sets/")


# --- Scripts
# -----------------------------------------------------------------------------------------------------


def said(file: str) -> Launch:
    return Launch(user_data=UserData(file=file))


APP = App(
    "shop",
    launch_defaults=said("app.sh"),
    server_groups=(
        ServerGroup(
            "web", launch_defaults=said("group.sh"), server_list=(Server(launch=said("web.ps1")), Server())
        ),
    ),
)
SCRIPTS = {"app.sh": b"a" * 16_385, "group.sh": b"b" * 16_384, "web.ps1": b"c" * 20_000}


def files_left(app: App) -> list[str]:
    launches = [app.launch_defaults]
    for group in app.server_groups:
        launches += [group.launch_defaults, *(server.launch for server in group.server_list)]
    return [launch.user_data.file for launch in launches if launch.user_data and launch.user_data.file]


def test_scripts_over_16_kb_go_to_the_bucket() -> None:
    artifacts = MemoryArtifacts()
    app = upload_scripts(APP, SCRIPTS, artifacts, every=False)
    assert files_left(app) == ["group.sh"]
    moved = app.launch_defaults.user_data
    assert moved is not None
    assert moved.s3_location is not None
    assert artifacts.get(moved.s3_location, max_bytes=99_999) == SCRIPTS["app.sh"]
    assert sorted(artifacts.types.values()) == ["text/x-powershell", "text/x-shellscript"]


def test_every_script_goes_to_the_bucket_when_asked() -> None:
    assert files_left(upload_scripts(APP, SCRIPTS, MemoryArtifacts(), every=True)) == []


def test_short_scripts_stay_and_so_does_the_app() -> None:
    artifacts = MemoryArtifacts()
    assert upload_scripts(APP, {"app.sh": b"short"}, artifacts, every=False) is APP
    assert artifacts.held == {}
