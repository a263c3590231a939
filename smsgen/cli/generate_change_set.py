"""smsgen generate-change-set: what a deployment would change, before CloudFormation is asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.output import put_out
from smsgen.errors import Diagnostic, GateTripped, InvalidInput, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from smsgen.changes.change_set import ChangeSet
    from smsgen.changes.model import Stack
    from smsgen.operations.files.generate_change_set import Predicted, Submitted

EXAMPLES = """\
examples:
  smsgen generate-change-set shop.yaml --deployed deployed.yaml      against a snapshot (`smsgen pull`)
  smsgen generate-change-set shop.yaml --deployed shop.template.yaml against a bare template
  smsgen generate-change-set shop.yaml --base-ref origin/main        in a pull request
  smsgen generate-change-set --template after.yaml --deployed before.yaml --parameters values.json
  smsgen generate-change-set shop.yaml                               against the live stack, if any
  smsgen generate-change-set shop.yaml --verify                      and against CloudFormation's own answer
  smsgen generate-change-set shop.yaml --deployed deployed.yaml --output markdown -o comment.md
  smsgen generate-change-set shop.yaml --deployed deployed.yaml --s3
  smsgen generate-change-set shop.yaml --deployed deployed.yaml --fail-on replace,remove,iam
  smsgen generate-change-set apps/*.yaml --deployed '{folder}/{name}.template.yaml' -o '{name}.html' --output html

With several applications, in --deployed, --parameters and -o, {name} is the application file's name without its ending
(.yaml, .app.yaml), {folder} its folder.

exit codes: 0 fine, 1 errors, 2 changes (only with --exit-code), 3 a --fail-on gate, 64 usage
"""

OUTPUTS = ("text", "json", "yaml", "markdown", "html", "sarif")


def configure(parser: argparse.ArgumentParser) -> None:
    from argparse import BooleanOptionalAction

    parser.add_argument("apps", nargs="*", metavar="APP", help="an application file; - reads standard input")
    parser.add_argument("--template", metavar="AFTER", help="any template, in place of APP")
    parser.add_argument("--deployed", metavar="FILE", help="what is deployed: a snapshot or a bare template")
    parser.add_argument("--base-ref", metavar="REF", help="what is deployed: the same file at a git revision")
    parser.add_argument(
        "--parameters", metavar="FILE", help="values of the template's parameters, YAML or JSON"
    )
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="one value; wins over the file"
    )
    parser.add_argument("--output", choices=OUTPUTS, help="default: text, or what --format says")
    parser.add_argument(
        "--format", choices=("json", "yaml"), help="SMS's changesetFormat: the document itself"
    )
    parser.add_argument("-o", "--out", metavar="FILE", help="write there, whole or not at all")
    parser.add_argument(
        "--include-property-values",
        action=BooleanOptionalAction,
        default=True,
        help="in json and yaml (default: yes)",
    )
    parser.add_argument(
        "--show-added",
        action="store_true",
        help="in text, markdown and html: new resources with their properties (json and yaml hold them anyway)",
    )
    parser.add_argument(
        "--date",
        metavar="DATE",
        help="in html: the date of the report, ISO 8601 (default: none, so that equal input makes equal bytes)",
    )
    parser.add_argument("--exit-code", action="store_true", help="exit 2 when there are changes")
    parser.add_argument(
        "--fail-on",
        default="",
        metavar="GATES",
        help="exit 3 on any of replace, may-replace, remove, iam, network, stateful, stack (comma-separated)",
    )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="PATH",
        help="a volatile value, such as Resources.*.Properties.Tags.Build",
    )
    from smsgen.model.app import PROFILES

    parser.add_argument("--template-profile", choices=PROFILES, help="in place of the file's own")
    parser.add_argument("--account", metavar="ID", help="account of the stack, where no snapshot says it")
    from smsgen.cli.aws_options import add_aws_options, add_s3_options
    from smsgen.cli.live import add_live_options

    add_live_options(parser)
    add_aws_options(parser)
    add_s3_options(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen.operations.files.gates import read_gates

    gates = read_gates(args.fail_on)
    every = _one_by_one(args)
    for one_app in every:
        _check_usage(one_app)
    return _several(every, gates) if len(every) > 1 else _one(every[0], gates)


def _one_by_one(args: argparse.Namespace) -> list[argparse.Namespace]:
    """Return the arguments for each application, with its name in the places that have one for it."""
    from argparse import Namespace

    if args.apps and args.template:
        raise UsageError("give an application file or --template, one of them")
    options = vars(args)
    if len(args.apps) > 1:
        _check_several(args)
    if not args.apps:
        return [Namespace(**options, app=None)]
    patterns = {
        name: options[name] for name in ("deployed", "parameters", "out") if "{" in (options[name] or "")
    }
    if not patterns:
        return [Namespace(**{**options, "app": app}) for app in args.apps]
    from smsgen.operations.files.template_files import place_for

    return [
        Namespace(
            **{**options, "app": app, **{name: place_for(app, each) for name, each in patterns.items()}}
        )
        for app in args.apps
    ]


def _several(every: list[argparse.Namespace], gates: tuple[str, ...]) -> int:
    """Run one application after the other: what is wrong with one does not hide what is to be said of the next."""
    worst, diagnostics, tripped = 0, list[Diagnostic](), list[str]()
    for position, args in enumerate(every):
        if position and not (args.out or args.s3):
            put("\n")
        try:
            worst = max(worst, _one(args, gates))
        except InvalidInput as error:
            diagnostics.extend(error.diagnostics)
        except GateTripped as error:
            tripped.append(f"{args.app}: {error}")
    if diagnostics:
        for words in tripped:
            say(f"smsgen: error: {words}")
        raise InvalidInput(diagnostics)
    if tripped:
        raise GateTripped("; ".join(tripped), hint="review the changes; without the gate, they pass")
    return worst


def _check_several(args: argparse.Namespace) -> None:
    from smsgen.operations.files.template_files import check_places

    check_places(args.apps, {"-o": args.out, "--deployed": args.deployed})
    if not (args.out or args.s3) and _output(args) not in ("text", "markdown"):
        hint = "give -o with {name} in it"
        raise UsageError(f"several reports in {_output(args)} do not fit one output", hint=hint)


def _one(args: argparse.Namespace, gates: tuple[str, ...]) -> int:
    from smsgen.operations.files.gates import check_gates

    predicted = _predict(args)
    asked = _real(args, predicted) if args.create or args.verify else None
    text = _render(asked if asked and args.create else predicted, args)
    _put(text, args)
    if asked and args.verify:
        from smsgen.operations.stacks.verify import verify_prediction

        verify_prediction(predicted.change_set, asked.change_set)
    check_gates(predicted.change_set, gates)
    return 2 if args.exit_code and _changes(predicted.change_set) else 0


def _put(text: str, args: argparse.Namespace) -> None:
    """Write the report: into a file, into the bucket (and where, to stdout), or to stdout."""
    from smsgen import wiring

    if args.s3:
        from smsgen.cli.aws_options import artifact_settings, aws_settings, s3_location
        from smsgen.operations.stacks.upload import CHANGE_SETS, upload_document

        bucket = wiring.artifacts(wiring.clients(aws_settings(args)), artifact_settings(args))
        location = upload_document(text, bucket, format=_document_format(args), folder=CHANGE_SETS)
        put(s3_location(location))
    else:
        put_out(text, args.out, drawn=_output(args) == "text")


def _output(args: argparse.Namespace) -> str:
    return str(args.output or args.format or "text")


def _document_format(args: argparse.Namespace) -> str:
    """Return the format of the document that --s3 uploads, as SMS did: JSON unless --format says otherwise."""
    return args.format or (args.output if args.output in ("json", "yaml") else "json")


def _real(args: argparse.Namespace, predicted: Predicted) -> Predicted:
    """Return what CloudFormation itself says, in the prediction's place; nothing is left behind in AWS."""
    from smsgen.changes.model import NO_CHANGES
    from smsgen.cli.live import real

    real_change_set = real(args, predicted)
    if real_change_set is None:
        nothing = predicted.change_set._replace(changes=(), changes_with_property_values=(), nested={})
        real_change_set = nothing._replace(
            status="FAILED", execution_status="UNAVAILABLE", status_reason=NO_CHANGES
        )
    return predicted._replace(change_set=real_change_set)


def _check_usage(args: argparse.Namespace) -> None:
    from smsgen.cli.live import check_usage

    check_usage(args)
    if (args.app is None) == (args.template is None):
        raise UsageError("give an application file or --template, one of them")
    if args.date:
        _check_date(args)
    if args.deployed and args.base_ref:
        raise UsageError("--deployed and --base-ref both say what is deployed", hint="give one of them")
    if args.s3 and (args.out or args.output not in (None, "json", "yaml")):
        raise UsageError("--s3 uploads the document, JSON or YAML", hint="leave -o and other outputs out")
    if args.output not in (None, args.format) and args.format:
        raise UsageError(
            f"--output {args.output} and --format {args.format} disagree", hint="give one of them"
        )
    if args.base_ref and (args.app or args.template) == "-":
        raise UsageError("standard input has no git revisions", hint="give the file's path")


def _check_date(args: argparse.Namespace) -> None:
    from datetime import datetime

    try:
        datetime.fromisoformat(args.date)
    except ValueError:
        hint = "write 2026-11-24, or 2026-11-24T19:30:00Z"
        raise UsageError(f"--date takes a date in ISO 8601, not {args.date!r}", hint=hint) from None
    if _output(args) != "html":
        raise UsageError("--date stands in an HTML report only", hint="give --output html with it")


def _predict(args: argparse.Namespace) -> Predicted:
    from smsgen import wiring
    from smsgen.operations.files.generate_change_set import predict_change_set
    from smsgen.operations.files.parameter_values import read_parameters

    parameters = read_parameters(args.parameters, args.parameter, files=wiring.files())
    submitted, deployed = _sides(args, parameters)
    for warning in submitted.warnings:
        say(warning.render())
    pseudo = {"AWS::Region": args.region, "AWS::AccountId": args.account}
    predicted = predict_change_set(
        submitted,
        deployed,
        parameters=parameters,
        pseudo={name: value for name, value in pseudo.items() if value},
        ignore=args.ignore,
        as_written=args.verify,
    )
    return predicted._replace(change_set=predicted.change_set._replace(compared=_compared(args)))


def _compared(args: argparse.Namespace) -> str:
    """Return in words what is compared, for a template that names no stack."""
    path = args.app or args.template
    if args.base_ref:
        return f"{path} against {args.base_ref}"
    return f"{path} against {args.deployed}" if args.deployed else str(path)


def _sides(args: argparse.Namespace, parameters: Mapping[str, str]) -> tuple[Submitted, Stack | None]:
    """Return what would be submitted and what is deployed, each file and each stack read once."""
    from smsgen import wiring
    from smsgen.operations.files.generate_change_set import from_app, from_template, read_deployed

    files = wiring.files()
    if args.app and not args.deployed and not args.base_ref:
        from smsgen.cli.live import live_sides

        return live_sides(args)
    deployed = read_deployed(args.deployed, files=files) if args.deployed else None
    if args.base_ref:
        deployed = _base(args, parameters)
    if args.template:
        return from_template(args.template, files=files), deployed
    devices = _deployed_root_devices(args, deployed)
    return from_app(args.app, files=files, profile=args.template_profile, devices=devices), deployed


def _deployed_root_devices(args: argparse.Namespace, deployed: Stack | None) -> Mapping[str, str] | None:
    """Return image -> root device as a snapshot has it; two revisions of a file are compared as they are written."""
    if args.base_ref or deployed is None:
        return None
    from smsgen.operations.files.looked_up import deployed_root_devices

    return deployed_root_devices(deployed.bodies())


def _base(args: argparse.Namespace, parameters: Mapping[str, str]) -> Stack | None:
    """Return the file at the base; None, with a note, where it is not there yet."""
    from smsgen import wiring
    from smsgen.operations.files.generate_change_set import at_revision
    from smsgen.operations.files.parameter_values import parameters_at

    path, revisions = args.app or args.template, wiring.revisions()
    stack = at_revision(
        path,
        args.base_ref,
        is_app=args.app is not None,
        files=wiring.files(),
        revisions=revisions,
        profile=args.template_profile,
        parameters=parameters_at(
            args.parameters, args.parameter, args.base_ref, given=parameters, revisions=revisions
        ),
    )
    if stack is None:
        say(f"{path} is not at {args.base_ref} yet: all of it is new")
    return stack


def _render(predicted: Predicted, args: argparse.Namespace) -> str:
    change_set, output = predicted.change_set, _output(args)
    if args.s3:
        output = _document_format(args)
    if output == "text":
        from smsgen.cli.terminal import colored, text_width
        from smsgen.report.text import render

        width = 0 if args.out else text_width(sys.stdout)
        colour = not args.out and colored(sys.stdout)
        return render(change_set, colour=colour, show_added=args.show_added, width=width)
    if output in ("json", "yaml"):
        from smsgen.report import document

        return document.render(change_set, output, include_property_values=args.include_property_values)
    if output == "sarif":
        from smsgen.errors import Location
        from smsgen.report import sarif

        path = args.app or args.template
        return sarif.render(
            change_set, predicted.submitted.locate, None if path == "-" else Location(path, 1, 1)
        )
    if output == "markdown":
        from smsgen.report import markdown

        return markdown.render(change_set, show_added=args.show_added)
    return _page(change_set, args)


def _page(change_set: ChangeSet, args: argparse.Namespace) -> str:
    from importlib.metadata import version

    from smsgen.report import html
    from smsgen.report.wording import Provenance

    made_by = Provenance(version("smsgen"), args.date or "")
    return html.render(change_set, show_added=args.show_added, made_by=made_by)


def _changes(change_set: ChangeSet) -> bool:
    """Return whether anything would change: resources, or what only updates outputs."""
    return change_set.status != "FAILED"
