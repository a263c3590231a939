"""Use case: what a deployment would change, before CloudFormation is asked.

In: what would be submitted (an application file, or any template), and what is deployed (a snapshot, a bare template,
the same file at a git revision, or nothing). Out: the predicted ChangeSet, and where each resource comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.cfn.limits import check_sections
from smsgen.cfn.nested import template_url
from smsgen.cfn.text import Document, parse_template
from smsgen.changes import predict
from smsgen.changes.change_set import ChangeSet
from smsgen.changes.findings.servers import (
    MAX_NESTING,
    Children,
    another_stack,
    deployed_app_id,
    moved_servers,
)
from smsgen.changes.ignore import ignoring
from smsgen.changes.model import Environment, Finding, Stack
from smsgen.changes.stack import read_snapshot
from smsgen.errors import Diagnostic, InvalidInput, Location
from smsgen.operations.files.generate_template import Generated, generate_template
from smsgen.operations.ports.revisions import NotAtRevision
from smsgen.text.source import MAX_BYTES

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.model.app import App
    from smsgen.operations.files.scripts import Scripts
    from smsgen.operations.ports.protocols import Files, Revisions


class Submitted(NamedTuple):
    """What would be submitted: the template, its children by TemplateURL, and the place of each resource.

    `tags`: those of the stack itself; None where nothing says, as where an application has none, so that they stay.
    `generated`: the application that it was compiled from, where it was.
    """

    template: Template
    children: Mapping[str, Mapping[str, Any]]
    locate: Callable[[str], Location | None]
    place: Callable[[Iterable[Diagnostic]], tuple[Diagnostic, ...]]
    stack_name: str = ""
    values: Mapping[str, str] = {}
    tags: Mapping[str, str] | None = None
    warnings: tuple[Diagnostic, ...] = ()
    generated: Generated | None = None


class Predicted(NamedTuple):
    """The change set, and what would be submitted."""

    change_set: ChangeSet
    submitted: Submitted


def from_app(
    path: str,
    *,
    files: Files,
    profile: str | None = None,
    text: bytes | None = None,
    devices: Mapping[str, str] | None = None,
) -> Submitted:
    """Return what an application file would submit.

    `text`: its content, where it is not to be read from `path`. `devices`: image -> root device, as far as it is known.
    """

    def named(app: App, _: Scripts) -> App:
        from smsgen.operations.files.looked_up import with_root_devices

        return with_root_devices(app, devices) if devices else app

    generated = generate_template(path, files=files, profile=profile, text=text, rewrite=named)
    return submitted_of(generated)


def submitted_of(generated: Generated) -> Submitted:
    """Return what an application would submit that is compiled already."""
    compiled = generated.compiled
    return Submitted(
        template=compiled.template,
        children={child.file: child.template.body for child in compiled.children},
        locate=_locator(generated),
        place=lambda found: tuple(
            one._replace(location=one.location or generated.loaded.source.locate(())) for one in found
        ),
        stack_name=generated.app.stack_name,
        values={name: value for name, value in compiled.values.items() if value},
        tags={tag.key: tag.value for tag in generated.app.tags} or None,
        warnings=generated.warnings,
        generated=generated,
    )


def from_template(path: str, *, files: Files, text: bytes | None = None) -> Submitted:
    """Return what a template file would submit; nested templates are read from beside it, where they are files."""
    document = parse_template(files.read(path, max_bytes=MAX_BYTES) if text is None else text, path)

    def locate(logical_id: str) -> Location | None:
        if logical_id not in document.template.resources:
            return None
        return document.source.locate(("Resources", logical_id), key=True)

    return Submitted(
        template=document.template,
        children=_children(document, path, files),
        locate=locate,
        place=document.source.place,
    )


def submitted_template(template: Template) -> Submitted:
    """Return what a template would submit that stands in no file: its problems have no places, nested ones no texts."""
    return Submitted(template, {}, lambda _: None, tuple)


def predict_change_set(
    submitted: Submitted,
    deployed: Stack | None,
    *,
    parameters: Mapping[str, str],
    pseudo: Mapping[str, str],
    ignore: Iterable[str] = (),
    as_written: bool = False,
) -> Predicted:
    """Predict. `deployed` None: a CREATE change set.

    What is equal though it is written differently (the order of tags, for one) is no change here. With `as_written` it
    is one where CloudFormation, which is given the texts, lists it: to be held against its own answer.

    `parameters`: values given now; a deployed parameter without one keeps its value, as `UsePreviousValue` of the API
    says, and one whose value is not known, of a bare template, is taken for unchanged. `pseudo`: pseudo parameters
    known from elsewhere (`AWS::Region`). `ignore`: paths of volatile values (`Resources.*.Properties.Tags.Build`), left
    out on both sides. Raises InvalidInput with CloudFormation's own complaints, in their places.
    """
    _check_quotas(submitted, deployed)
    notes, was_named = _notes(submitted, deployed) if deployed else ((), "")
    patterns = tuple(ignore)
    template = ignoring(submitted.template.body, patterns)
    children = {name: ignoring(body, patterns) for name, body in submitted.children.items()}
    tags = _tags(submitted.tags, patterns)
    before = None
    if deployed:
        name = was_named or deployed.stack_name or submitted.stack_name  # a bare template names no stack
        before = deployed._replace(
            stack_name=name,
            parameters=_deployed_values(deployed, {**submitted.values, **parameters}),
            template=ignoring(deployed.template, patterns),
            tags=_tags(deployed.tags, patterns),
        )
        if not as_written:
            template, children = _aligned(template, children, before)
    values: dict[str, str | None] = {**submitted.values, **parameters}
    for name in before.parameters if before else ():
        if name in submitted.template.parameters:
            values.setdefault(name, None)
    environment = _environment(deployed, submitted.stack_name, pseudo)
    try:
        change_set = predict(before, template, values, environment=environment, children=children, tags=tags)
    except InvalidInput as error:
        raise InvalidInput(submitted.place(error.diagnostics)) from None
    return Predicted(change_set._replace(notes=notes), submitted)


def _deployed_values(deployed: Stack, values: Mapping[str, str]) -> Mapping[str, str]:
    """Return the values of the deployed side: its own; where it has none, as a bare template, those given now."""
    declared = Template(dict(deployed.template)).parameters
    return {**{name: value for name, value in values.items() if name in declared}, **deployed.parameters}


def _notes(submitted: Submitted, deployed: Stack) -> tuple[tuple[Finding, ...], str]:
    """Return what the templates alone do not tell: servers made anew, a stack left behind; and that stack's name."""
    old, new = deployed_app_id(deployed.template), deployed_app_id(submitted.template.body)
    was, now = deployed.stack_name, submitted.stack_name
    if old and new and old != new:  # a template alone names no stack, and its application does
        was = was or (f"sms-{old}" if now in ("", f"sms-{new}") else "")
        now = now or (f"sms-{new}" if was == f"sms-{old}" else "")
    servers = moved_servers(
        (deployed.template, _deployed_children(deployed)),
        (submitted.template.body, _submitted_children(submitted.children)),
    )
    if was and now and was != now:
        return (another_stack(was, now, old), *servers), was
    return servers, ""


def _deployed_children(stack: Stack) -> Children:
    def child(name: str, _: Mapping[str, Any]) -> tuple[Mapping[str, Any], Children] | None:
        nested = stack.children.get(name)
        return (nested.template, _deployed_children(nested)) if nested else None

    return child


def _submitted_children(children: Mapping[str, Mapping[str, Any]]) -> Children:
    def child(_: str, resource: Mapping[str, Any]) -> tuple[Mapping[str, Any], Children] | None:
        body = children.get(str(template_url(resource)))
        return (body, child) if body is not None else None

    return child


def _tags(tags: Mapping[str, str] | None, patterns: tuple[str, ...]) -> Mapping[str, str] | None:
    """Return the stack's tags without those that `--ignore Tags.KEY` names."""
    kept: Mapping[str, str] | None = ignoring({"Tags": tags}, patterns).get("Tags") if tags else tags
    return kept


def _check_quotas(submitted: Submitted, deployed: Stack | None) -> None:
    """Raise InvalidInput where either side has more than any stack can have: what is compared is bounded."""
    over = submitted.place(check_sections(submitted.template))
    bodies = [*submitted.children.values(), *([deployed.template] if deployed else [])]
    others = (found for body in bodies for found in check_sections(Template(dict(body))))
    more = (Diagnostic(found.code, f"nested or deployed: {found.message}", found.hint) for found in others)
    if problems := (*over, *more):
        raise InvalidInput(problems)


def _aligned(
    template: Mapping[str, Any], children: Mapping[str, Mapping[str, Any]], before: Stack
) -> tuple[Mapping[str, Any], dict[str, Mapping[str, Any]]]:
    """Return the templates in the spelling of what is deployed of them.

    A child that several resources name is spelled as the first of them has it deployed.
    """
    from smsgen.cfn.align import aligned  # a CREATE change set goes without

    templates: dict[str, Mapping[str, Any]] = {}
    waiting = [(template, before)] if children else []
    while waiting:
        body, stack = waiting.pop()
        for name, resource in Template(dict(body)).resources.items():
            url, nested = str(template_url(resource)), stack.children.get(name)
            url = url if url in children else url.rpartition("/")[2]
            if nested and url in children and url not in templates:
                templates[url] = aligned(children[url], nested.template)
                waiting.append((children[url], nested))
    return aligned(template, before.template), {**children, **templates}


def read_deployed(path: str, *, files: Files) -> Stack:
    """Read the deployed side: a snapshot (`smsgen pull`), or a bare template, with what is nested in it as files."""
    text = files.read(path, max_bytes=MAX_BYTES)
    stack = read_snapshot(text, path)
    if stack.resources or stack.children or not _nested_files(stack.template):
        return stack
    document = parse_template(text, path)
    if document.template.body != stack.template:  # a snapshot: what was beside its template is not beside it
        return stack
    return _as_deployed(stack.template, _children(document, path, files), stack.tags)


def at_revision(
    path: str,
    ref: str,
    *,
    is_app: bool,
    files: Files,
    revisions: Revisions,
    profile: str | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Stack | None:
    """Return the same file at a git revision as if it were deployed, a pull request's base branch; None: not there.

    `parameters`: the values it is deployed with (`parameters_at`); those that it does not have are left out.
    """
    try:
        text = revisions.read(ref, path, max_bytes=MAX_BYTES)
    except NotAtRevision:
        return None
    past = _Past(files, revisions, ref)
    if is_app:
        base = from_app(path, files=past, profile=profile, text=text)
    else:
        base = from_template(path, files=past, text=text)
    values = {name: value for name, value in (parameters or {}).items() if name in base.template.parameters}
    stack = _as_deployed(base.template.body, base.children, base.tags or {})
    return stack._replace(stack_name=base.stack_name, parameters={**base.values, **values})


def _as_deployed(
    body: Mapping[str, Any],
    children: Mapping[str, Mapping[str, Any]],
    tags: Mapping[str, str] | None,
    depth: int = 0,
) -> Stack:
    """Return a template as if it were a stack, with those nested in it; one that names itself ends somewhere."""
    urls = {name: str(template_url(resource)) for name, resource in Template(dict(body)).resources.items()}
    nested = {
        name: _as_deployed(children[url], children, tags, depth + 1)
        for name, url in urls.items()
        if url in children and depth < MAX_NESTING
    }
    return Stack("", body, tags=tags, children=nested)


class _Past:
    """The user's files as they were: what an application file of a revision names is read from that revision."""

    def __init__(self, files: Files, revisions: Revisions, ref: str) -> None:
        self._files, self._revisions, self._ref = files, revisions, ref

    def read(self, path: str, *, max_bytes: int) -> bytes:
        return self._revisions.read(self._ref, path, max_bytes=max_bytes)

    def read_within(self, path: str, document: str, *, max_bytes: int) -> bytes:
        return self._revisions.read(self._ref, path, max_bytes=max_bytes)

    def beside(self, path: str, name: str) -> str:
        return self._files.beside(path, name)

    def write(self, path: str, content: bytes, *, replace: bool = True) -> None:
        raise AssertionError(f"the past is not written: {path}, {len(content)}, {replace}")


def _locator(generated: Generated) -> Callable[[str], Location | None]:
    compiled, source = generated.compiled, generated.loaded.source
    origins = dict(compiled.origins)
    for child in compiled.children:
        origins.update(child.origins)

    def locate(logical_id: str) -> Location | None:
        path = origins.get(logical_id.rpartition("/")[2])
        return source.locate(path) if path else None

    return locate


def _children(document: Document, path: str, files: Files) -> dict[str, Mapping[str, Any]]:
    """Return the templates that are nested as files, each read once, by the TemplateURL that names it.

    Each stands in the folder of the template at `path`, or below it; together they have at most MAX_BYTES.
    """
    children: dict[str, Mapping[str, Any]] = {}
    waiting, left = [(document, path)], MAX_BYTES
    while waiting:
        parent, place = waiting.pop()
        for url in _nested_files(parent.template.body):
            if url not in children:
                beside = files.beside(place, url)
                text = files.read_within(beside, path, max_bytes=left)
                left -= len(text)
                child = parse_template(text, beside)
                children[url] = child.template.body
                waiting.append((child, beside))
    return children


def _nested_files(body: Mapping[str, Any]) -> list[str]:
    """Return the TemplateURLs that name files."""
    urls = (template_url(resource) for resource in Template(dict(body)).resources.values())
    return [url for url in urls if isinstance(url, str) and "://" not in url]


def _environment(deployed: Stack | None, stack_name: str, pseudo: Mapping[str, str]) -> Environment:
    """Return what is known of the account: from the snapshot, its stack id, and what the user says."""
    known = deployed.environment if deployed and deployed.environment else Environment()
    name = (deployed.stack_name if deployed else "") or stack_name
    said: dict[str, Any] = {"AWS::StackName": name} if name else {}
    if deployed and deployed.stack_id:
        said |= _of_stack_id(deployed.stack_id)
    return known._replace(pseudo={**said, **known.pseudo, **pseudo})


def _of_stack_id(stack_id: str) -> dict[str, str]:
    """Return what a stack's ARN says: `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID`."""
    parts = stack_id.split(":", 5)
    pseudo = {"AWS::StackId": stack_id}
    if len(parts) == 6:
        pseudo |= {"AWS::Partition": parts[1], "AWS::Region": parts[3], "AWS::AccountId": parts[4]}
    return pseudo
