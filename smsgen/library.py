"""smsgen as a library: what the commands do, as functions that give values and print nothing.

    load_app            an application file -> App
    validate            an application file or App -> every problem of it, warnings too
    generate_template   an application file or App -> its template, nested templates, parameter values
    generate_change_set what a deployment would change -> ChangeSet
    dump                App, Template, Stack or ChangeSet -> text

They call the use cases of `operations/` that the command line calls: the same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, NamedTuple

from smsgen.cfn.document import Template
from smsgen.errors import Diagnostic, InvalidInput
from smsgen.model.app import App

if TYPE_CHECKING:
    from smsgen.changes.change_set import ChangeSet
    from smsgen.changes.model import Stack
    from smsgen.operations.files.generate_change_set import Submitted
    from smsgen.operations.files.generate_template import Generated

    File = str | PathLike[str]

_FORMATS = ("yaml", "json")


class GeneratedTemplate(NamedTuple):
    """What `generate_template` gives.

    `app`: the application that was compiled. `template`: its template, the root's where there are nested stacks.
    `files`: file -> text; `template.yaml` (or `.json`) first, nested templates by the TemplateURL that names them.
    `parameters`: each parameter of the template -> the value that the file implies, "" where the user must give one.
    `origins`: logical id in `template` -> where in the file its server stands, as a path of keys and indices.
    `warnings`: what is worth a look, with places.
    """

    app: App
    template: Template
    files: Mapping[str, str]
    parameters: Mapping[str, str]
    origins: Mapping[str, tuple[str | int, ...]]
    warnings: tuple[Diagnostic, ...]

    @property
    def text(self) -> str:
        """The template as text (the root's, where there are nested stacks)."""
        return next(iter(self.files.values()))


def load_app(file: File, *, profile: str | None = None) -> App:
    """Read an application file.

    `file`: its path, YAML or JSON; `-` reads standard input. `profile`: "hardened", "sms" or "plain", in place of the
    file's own. Raises InvalidInput with every problem in its place (`error.diagnostics`), and SmsgenError where the
    file cannot be read. `smsgen.load` does the same for bytes, and tells the warnings.

    >>> app = smsgen.load_app("samples/three-tier.yaml")
    >>> [group.name for group in app.server_groups]
    ['database', 'file', 'web', 'app']
    """
    from smsgen import wiring
    from smsgen.model.load import load
    from smsgen.operations.files.generate_template import check_profile
    from smsgen.text.source import MAX_BYTES

    check_profile(profile)
    path = fspath(file)
    return load(wiring.files().read(path, max_bytes=MAX_BYTES), path, profile=profile).app


def validate(app: File | App, *, profile: str | None = None) -> tuple[Diagnostic, ...]:
    """Return every problem of an application, in the order of its file; without an ERROR among them, it compiles.

    `app`: the path of an application file, or an App. `profile`: as in `load_app`. A file that cannot be read is a
    diagnostic too; raises SmsgenError where there is no such profile.

    >>> smsgen.validate("samples/three-tier.yaml")
    ()
    >>> [found.code for found in smsgen.validate("missing.yaml")]
    ['UNREADABLE']
    """
    if not isinstance(app, App):
        from smsgen import wiring
        from smsgen.operations.files.generate_template import check_profile
        from smsgen.operations.files.validate import validate as check

        check_profile(profile)
        return check([fspath(app)], files=wiring.files(), profile=profile)
    try:
        return _generated(app, profile, "yaml").warnings
    except InvalidInput as error:
        return error.diagnostics


def generate_template(
    app: File | App,
    *,
    profile: str | None = None,
    format: str = "yaml",  # noqa: A002 - the option's and SMS's own word
) -> GeneratedTemplate:
    """Compile an application: what `smsgen generate-template` does.

    `app`: the path of an application file, or an App (whose `userData.file` cannot be found: give the path, or put
    the script in S3). `profile`: "hardened", "sms" or "plain", in place of the application's own. `format`: "yaml" or
    "json", of the texts. Raises InvalidInput with every problem, SmsgenError where the file cannot be read.

    >>> made = smsgen.generate_template("samples/three-tier.yaml")
    >>> made.template.resources["Database01"]["Type"]
    'AWS::EC2::Instance'
    >>> list(made.files)
    ['template.yaml']
    """
    from smsgen.operations.files.template_files import texts

    generated = _generated(app, profile, _format(format))
    compiled = generated.compiled
    return GeneratedTemplate(
        app=generated.app,
        template=compiled.template,
        files=texts(generated, format),
        parameters=compiled.values,
        origins=compiled.origins,
        warnings=generated.warnings,
    )


def generate_change_set(
    app: File | App | Template,
    deployed: File | Stack | Template | None = None,
    *,
    parameters: Mapping[str, str] | None = None,
    pseudo: Mapping[str, str] | None = None,
    ignore: Iterable[str] = (),
    profile: str | None = None,
) -> ChangeSet:
    """Predict what a deployment would change: what `smsgen generate-change-set` does, offline.

    `app`: what would be submitted: the path of an application file, an App, or any Template. `deployed`: the path of
    a snapshot or of a bare template, a Stack (`read_snapshot`), or a Template; None: nothing is, a CREATE change set.
    `parameters`: values given now; a deployed parameter without one keeps its value. `pseudo`: pseudo parameters
    known from elsewhere (`AWS::Region`). `ignore`: paths of volatile values (`Resources.*.Properties.Tags.Build`).
    `profile`: as in `generate_template`. Raises InvalidInput with CloudFormation's own complaints, SmsgenError where a
    file cannot be read.

    >>> change_set = smsgen.generate_change_set("samples/single.yaml")
    >>> change_set.change_set_type, change_set.changes[0].action
    ('CREATE', 'Add')
    """
    from smsgen.operations.files.generate_change_set import predict_change_set

    return predict_change_set(
        _submitted(app, profile),
        _deployed(deployed),
        parameters=parameters or {},
        pseudo=pseudo or {},
        ignore=ignore,
    ).change_set


def dump(
    document: App | Template | Stack | ChangeSet,
    format: str = "yaml",  # noqa: A002 - the option's and SMS's own word
) -> str:
    """Write a document as text, "yaml" or "json", with a newline at its end; equal documents give the same bytes.

    An App becomes its application file (`load_app` reads it), a Template its text (`parse_template`), a Stack its
    snapshot (`read_snapshot`), a ChangeSet the document of `generate-change-set --output json`: DescribeChangeSet's
    answer with property values, secrets masked. Raises ValueError for another format, TypeError for another document.

    >>> app = smsgen.load_app("samples/single.yaml")
    >>> smsgen.load(smsgen.dump(app).encode(), "again.yaml").app == app
    True
    """
    from smsgen.changes.change_set import ChangeSet
    from smsgen.changes.model import Stack

    _format(format)
    if isinstance(document, Template):
        from smsgen.cfn.text import dump as dump_template

        return dump_template(document, format)
    if isinstance(document, App):
        from smsgen.model.fields import APP
        from smsgen.operations.intake.transfer import text

        return text(APP.write(document), format)
    if isinstance(document, Stack):
        from smsgen.changes.stack import to_data
        from smsgen.operations.stacks.pull import dump_snapshot

        return dump_snapshot(to_data(document), format)
    if isinstance(document, ChangeSet):
        from smsgen.report.document import render

        return render(document, format)
    raise TypeError(
        f"there is no text for a {type(document).__name__}: give an App, Template, Stack or ChangeSet"
    )


def _generated(app: File | App, profile: str | None, format: str) -> Generated:  # noqa: A002 - as above
    from smsgen import wiring
    from smsgen.operations.files.generate_template import generate

    named = app if isinstance(app, App) else fspath(app)
    return generate(named, files=wiring.files(), profile=profile, format=format)


def _submitted(app: File | App | Template, profile: str | None) -> Submitted:
    from smsgen.operations.files.generate_change_set import submitted_of, submitted_template

    if isinstance(app, Template):
        return submitted_template(app)
    return submitted_of(_generated(app, profile, "yaml"))


def _deployed(deployed: File | Stack | Template | None) -> Stack | None:
    from smsgen.changes.model import Stack

    if deployed is None or isinstance(deployed, Stack):
        return deployed
    if isinstance(deployed, Template):
        return Stack("", deployed.body)
    from smsgen import wiring
    from smsgen.operations.files.generate_change_set import read_deployed

    return read_deployed(fspath(deployed), files=wiring.files())


def _format(format: str) -> str:  # noqa: A002 - as above
    if format not in _FORMATS:
        raise ValueError(f"there is no format {format!r}: it is one of {', '.join(_FORMATS)}")
    return format


__all__ = [
    "GeneratedTemplate",
    "dump",
    "generate_change_set",
    "generate_template",
    "load_app",
    "validate",
]
