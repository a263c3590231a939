"""Pages of a launch: the documents side by side, what a launch would change, and the launch, once that was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from starlette.responses import Response

from smsgen.errors import SmsgenError
from smsgen.server.api.protocol import Fault
from smsgen.server.console.pages_apps import refusals, server_rows
from smsgen.server.console.visit import Visit

DOCUMENT = "document"
"""What places of documents are sealed for: a page reads none from S3 that the API has not just named."""


class ReviewedChange(NamedTuple):
    """A change of a change set. `action`: Add, Modify, Replace, May replace, Remove, Import. `what`: the properties."""

    action: str
    logical_id: str
    type: str
    physical_id: str
    what: tuple[str, ...]

    @property
    def is_grave(self) -> bool:
        """Return whether something that runs ends."""
        return self.action in ("Replace", "May replace", "Remove")


class Review(NamedTuple):
    """What a launch would do. `digest` tells whether it is still the same. `first`: nothing is launched yet."""

    changes: tuple[ReviewedChange, ...]
    digest: str
    first: bool = False

    @property
    def is_grave(self) -> bool:
        """Return whether something that runs ends."""
        return any(change.is_grave for change in self.changes)


def documents_page(visit: Visit) -> Response:
    """Show the template and the change set that were made last, side by side."""
    app_id = visit.path["app_id"]
    template, changes = visit.query.get("template", ""), visit.query.get("changes", "")
    return visit.render(
        "documents.html.j2",
        app=visit.caller.call("GetApp", appId=app_id)["appSummary"],
        configuration=_configuration(visit, app_id),
        text=_read(visit, template),
        template_token=template,
        changes=_change_rows(_read(visit, changes)) if changes else None,
        changes_token=changes,
        refused=refusals(visit, app_id),
        format=visit.query.get("format", "YAML"),
    )


def _configuration(visit: Visit, app_id: str) -> str:
    """Return how an application is launched, as the API tells it: what the template is made of."""
    answer = visit.caller.call("GetAppLaunchConfiguration", appId=app_id)
    return json.dumps(answer, indent=2, default=str, ensure_ascii=False)


def make_document_page(visit: Visit) -> Response:
    """Have the template, or the change set, made and put into S3; then show it beside the other."""
    app_id, which = visit.path["app_id"], visit.form.get("which")
    tokens = {name: visit.form.get(name) for name in ("template", "changes")}
    if which == "changes":
        tokens[which] = _made(visit, "GenerateChangeSet", appId=app_id, changesetFormat="JSON")
    else:
        wanted = "JSON" if visit.form.get("format") == "JSON" else "YAML"
        tokens["template"] = _made(visit, "GenerateTemplate", appId=app_id, templateFormat=wanted)
    query = "&".join(f"{name}={token}" for name, token in tokens.items() if token)
    return visit.go(f"/apps/{app_id}/documents?{query}")


def _made(visit: Visit, operation: str, **arguments: str) -> str:
    place = visit.caller.call(operation, **arguments)["s3Location"]
    return visit.sessions.seal(DOCUMENT, [place["bucket"], place["key"]])


def _read(visit: Visit, token: str) -> str:
    place = visit.sessions.unseal(DOCUMENT, token) if token else None
    if not isinstance(place, list):
        return ""
    try:
        return visit.reading.document(*place)
    except SmsgenError as error:
        raise Fault("InternalError", str(error)) from None


def review_page(visit: Visit) -> Response:
    """Show what a launch would change, and ask for it to be confirmed."""
    return _shown(visit, _reviewed(visit))


def launch_page(visit: Visit) -> Response:
    """Launch what was reviewed, if it is still that; the name must be typed where something that runs would end."""
    app_id = visit.path["app_id"]
    current = _reviewed(visit)
    name = visit.caller.call("GetApp", appId=app_id)["appSummary"].get("name", "")
    if current.digest != visit.form.get("digest"):
        return _shown(
            visit, current, "What a launch would change is not what it was. This is how it is now.", 409
        )
    if current.is_grave and visit.form.get("confirm") != name:
        return _shown(
            visit, current, "Type the name of the application to go on: something that runs would end.", 400
        )
    visit.caller.call("LaunchApp", appId=app_id)
    return visit.go(f"/apps/{app_id}", "LaunchApp")


def _reviewed(visit: Visit) -> Review:
    app_id = visit.path["app_id"]
    answer = visit.caller.call("GetApp", appId=app_id)
    if refusals(visit, app_id)["GenerateChangeSet"]:
        rows = tuple(
            ReviewedChange("Add", row.name, f"launch order {row.order}", row.image, (row.group_name,))
            for row in server_rows(visit, answer)
        )
        return Review(rows, _digest(repr(rows)), first=True)
    text = _read(visit, _made(visit, "GenerateChangeSet", appId=app_id, changesetFormat="JSON"))
    return Review(_change_rows(text), _digest(text))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _shown(visit: Visit, reviewed: Review, problem: str = "", status: int = 200) -> Response:
    answer = visit.caller.call("GetApp", appId=visit.path["app_id"])
    return visit.render(
        "review.html.j2", status=status, app=answer["appSummary"], review=reviewed, problem=problem
    )


def confirm_terminate_page(visit: Visit) -> Response:
    """Ask before a stack is deleted."""
    return _asked_to_terminate(visit, wrong=False)


def terminate_page(visit: Visit) -> Response:
    """Delete the stack of an application, if its name was typed."""
    app_id = visit.path["app_id"]
    name = visit.caller.call("GetApp", appId=app_id)["appSummary"].get("name", "")
    if visit.form.get("confirm") != name:
        return _asked_to_terminate(visit, wrong=True)
    visit.caller.call("TerminateApp", appId=app_id)
    return visit.go(f"/apps/{app_id}", "TerminateApp")


def _asked_to_terminate(visit: Visit, *, wrong: bool) -> Response:
    answer = visit.caller.call("GetApp", appId=visit.path["app_id"])
    status = 400 if wrong else 200
    return visit.render("terminate.html.j2", status=status, app=answer["appSummary"], wrong=wrong)


def _change_rows(text: str) -> tuple[ReviewedChange, ...]:
    """Return the changes of a document that GenerateChangeSet has made, those that end something first."""
    document = json.loads(text) if text else {}
    changes = document.get("changeSet", document).get("Changes", [])
    rows = [_change_row(one.get("ResourceChange", {})) for one in changes]
    return tuple(sorted(rows, key=lambda row: (not row.is_grave, row.logical_id)))


def _change_row(change: Mapping[str, Any]) -> ReviewedChange:
    action, replacement = change.get("Action", ""), change.get("Replacement", "")
    if action == "Modify" and replacement in ("True", "Conditional"):
        action = "Replace" if replacement == "True" else "May replace"
    targets = [detail.get("Target", {}) for detail in change.get("Details", [])]
    names = dict.fromkeys(one.get("Name") or one.get("Attribute", "") for one in targets)
    return ReviewedChange(
        action,
        change.get("LogicalResourceId", ""),
        change.get("ResourceType", ""),
        change.get("PhysicalResourceId", ""),
        tuple(names),
    )
