"""Use case: put what was compiled where CloudFormation and the servers can read it.

In: a Compiled, or an App and its scripts, and the Artifacts port. Out: the same with S3 locations in place of
file names. What is referred to goes first and the root goes last, so that a failed upload leaves nothing that
refers to what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from smsgen.cfn.document import Template
from smsgen.cfn.nested import template_url
from smsgen.cfn.text import dump
from smsgen.compiler import Compiled
from smsgen.compiler.scripts import is_powershell
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.launch import Launch, S3Location, UserData
from smsgen.model.launch_fields import MAX_USER_DATA
from smsgen.operations.ports.protocols import Artifacts

TEMPLATES = "templates"
SCRIPTS = "scripts"
CHANGE_SETS = "change-sets"
"""Folders in the bucket. Documents in `change-sets` expire: nothing refers to them once they are read."""

_CONTENT_TYPES = {"json": "application/json", "yaml": "application/yaml"}


class Uploaded(NamedTuple):
    """The root template in the bucket: where it is, its URL for CloudFormation, and what it says there."""

    location: S3Location
    url: str
    template: Template


def upload_templates(compiled: Compiled, artifacts: Artifacts, *, format: str) -> Uploaded:  # noqa: A002 - the option's name
    """Upload the children, then the root with its TemplateURLs rewritten. `format` is "json" or "yaml"."""
    by_file = {child.file: child.template for child in compiled.children}
    done: dict[str, str] = {}

    def put(template: Template) -> Uploaded:
        for file in _nested(template):
            if file in by_file and file not in done:
                done[file] = put(by_file[file]).url
        rewritten = _with_urls(template, done)
        location = upload_document(dump(rewritten, format), artifacts, format=format, folder=TEMPLATES)
        return Uploaded(location, artifacts.url(location), rewritten)

    return put(compiled.template)


def upload_document(text: str, artifacts: Artifacts, *, format: str, folder: str) -> S3Location:  # noqa: A002 - as above
    """Upload a document; `format` is "json" or "yaml", `folder` one of the folders above."""
    return artifacts.put(text.encode("utf-8"), content_type=_CONTENT_TYPES[format], folder=folder)


def upload_scripts(app: App, scripts: Mapping[str, bytes], artifacts: Artifacts, *, every: bool) -> App:
    """Upload the files that `userData.file` names and give the app with their S3 locations in place of the
    names.

    `scripts`: name in `userData.file` -> its bytes. Only those that are too long for user data are moved,
    unless `every`. Names that are not in `scripts` stay.
    """
    locations = {
        name: artifacts.put(content, content_type=_script_type(name), folder=SCRIPTS)
        for name, content in sorted(scripts.items())
        if every or len(content) > MAX_USER_DATA
    }
    return _with_scripts(app, locations) if locations else app


def _nested(template: Template) -> Iterator[str]:
    """Return the TemplateURLs of a template's nested stacks, as far as they are text."""
    return (url for resource in template.resources.values() if (url := template_url(resource)) is not None)


def _with_urls(template: Template, urls: Mapping[str, str]) -> Template:
    resources = dict(template.resources)
    for name, resource in template.resources.items():
        url = template_url(resource)
        if url is not None and url in urls:
            resources[name] = resource | {"Properties": resource["Properties"] | {"TemplateURL": urls[url]}}
    return Template(template.body | {"Resources": resources})


def _script_type(name: str) -> str:
    return "text/x-powershell" if is_powershell(name) else "text/x-shellscript"


def _with_scripts(app: App, locations: Mapping[str, S3Location]) -> App:
    def launch(said: Launch) -> Launch:
        file = said.user_data.file if said.user_data else None
        return (
            said._replace(user_data=UserData(s3_location=locations[file]))
            if file and file in locations
            else said
        )

    def server(one: Server) -> Server:
        return one._replace(launch=launch(one.launch))

    def group(one: ServerGroup) -> ServerGroup:
        servers = tuple(server(each) for each in one.server_list)
        return one._replace(launch_defaults=launch(one.launch_defaults), server_list=servers)

    groups = tuple(group(each) for each in app.server_groups)
    return app._replace(launch_defaults=launch(app.launch_defaults), server_groups=groups)
