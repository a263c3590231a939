"""smsgen generate-template: an application file to a CloudFormation template."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from smsgen.cli import put, say
from smsgen.errors import Diagnostic, InvalidInput, UsageError
from smsgen.model.app import PROFILES

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.files.generate_template import Generated
    from smsgen.operations.ports.protocols import Artifacts

EXAMPLES = """\
examples:
  smsgen generate-template shop.yaml                       YAML on the terminal
  smsgen generate-template shop.yaml --format json -o shop.template.json
  smsgen generate-template large.yaml -o build/            nested stacks need a folder
  smsgen generate-template shop.yaml --check shop.template.yaml
  smsgen generate-template apps/*.yaml --check '{folder}/templates/{name}.yaml'
  smsgen generate-template shop.yaml --lint -o shop.template.yaml
  smsgen generate-template shop.yaml --s3                  upload, print the s3Location
  generate-app | smsgen generate-template -

In -o, --check and --parameters-file, {name} is the application file's name without its ending
(.yaml, .app.yaml), {folder} its folder.

exit codes: 0 fine, 1 errors in the file or findings of --lint, 2 the template of --check is stale, 64 usage
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("apps", nargs="+", metavar="APP", help="an application file; - reads standard input")
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="default: yaml")
    parser.add_argument(
        "-o",
        "--out",
        metavar="PATH",
        help="write there: a file, a folder for nested stacks (default: stdout)",
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="hardened, sms or plain: what the template may hold, in place of the file's own; any other name is a "
        "named profile of the AWS configuration, for --s3",
    )
    parser.add_argument("--template-profile", choices=PROFILES, help="the same as --profile with one of them")
    parser.add_argument("--parameters-file", metavar="OUT", help="write the template's parameter file there")
    parser.add_argument("--lint", action="store_true", help="run cfn-lint on the result")
    parser.add_argument(
        "--strict", action="store_true", help="make warnings errors, unless the file accepts them"
    )
    parser.add_argument("--check", metavar="PATH", help="compare with this template; exit 2 if it is stale")
    parser.add_argument(
        "--upload-scripts", action="store_true", help="put every userData.file into the bucket of --s3"
    )
    from smsgen.cli.aws_options import add_aws_options, add_s3_options

    add_aws_options(parser, profile=False)
    add_s3_options(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen.operations.files.template_files import place_for

    _split_profile(args)
    if len(args.apps) > 1:
        return _several(args)
    app = args.apps[0]
    return _one(app, args, place_for(app, args.out), place_for(app, args.check))


def _several(args: argparse.Namespace) -> int:
    """Run one application after the other: the errors of one do not hide what is to be said of the next."""
    from smsgen.operations.files.template_files import check_places, place_for

    check_places(
        args.apps, {"-o": args.out, "--check": args.check, "--parameters-file": args.parameters_file}
    )
    if not (args.out or args.check or args.s3):
        hint = "give -o or --check with {name} in it"
        raise UsageError("several templates do not fit one output", hint=hint)
    worst, diagnostics = 0, list[Diagnostic]()
    for app in args.apps:
        try:
            worst = max(worst, _one(app, args, place_for(app, args.out), place_for(app, args.check)))
        except InvalidInput as error:
            diagnostics.extend(error.diagnostics)
    if diagnostics:
        raise InvalidInput(diagnostics)
    return worst


def _one(app: str, args: argparse.Namespace, out: str | None, committed: str | None) -> int:
    from smsgen import wiring
    from smsgen.operations.files import template_files
    from smsgen.operations.files.acceptance import refuse_warnings, unaccepted, with_reasons
    from smsgen.operations.files.generate_template import generate_template

    files = wiring.files()
    artifacts = _artifacts(args)
    generated = generate_template(
        app,
        files=files,
        profile=args.template_profile,
        format=args.format,
        rewrite=_uploader(args, artifacts) if artifacts else None,
    )
    texts = template_files.texts(generated, args.format)
    findings = unaccepted(
        with_reasons(generated.app, template_files.lint(generated, texts) if args.lint else ())
    )
    if args.strict:
        refuse_warnings((*generated.warnings, *findings))
    for diagnostic in (*generated.warnings, *findings):
        say(diagnostic.render())
    parameters = template_files.place_for(app, args.parameters_file)
    if parameters:
        files.write(parameters, template_files.parameters_file(generated.compiled).encode())
    if committed:
        stale = template_files.difference(texts, committed, files=files)
        put(stale)
        if stale:
            say(f"{_what_is_wrong(app, committed)}\n  hint: {_mend(app, committed, args)} writes it")
        return 2 if stale else template_files.worst(findings)
    if artifacts:
        _upload(args, generated, artifacts)
    elif out:
        template_files.write(texts, out, files=files)
    else:
        put(template_files.only_text(texts))
    return template_files.worst(findings)


def _what_is_wrong(app: str, committed: str) -> str:
    if os.path.exists(committed):  # noqa: PTH110 - cold start
        return f"{committed} is stale: it is not what {app} makes"
    return f"{committed} is not there: nothing is committed of {app}"


def _mend(app: str, committed: str, args: argparse.Namespace) -> str:
    """Return the command that writes the template of an application file."""
    from shlex import join

    chosen = {"--format": args.format, "--template-profile": args.template_profile}
    options = [
        word for name, value in chosen.items() if value not in (None, "yaml") for word in (name, value)
    ]
    return f"`{join(['smsgen', 'generate-template', app, *options, '-o', committed])}`"


def _split_profile(args: argparse.Namespace) -> None:
    """Tell the two meanings of --profile apart: the template's, and the AWS CLI's."""
    if args.profile in PROFILES:
        if args.template_profile not in (None, args.profile):
            raise UsageError(
                f"--profile {args.profile} and --template-profile {args.template_profile} disagree"
            )
        args.template_profile, args.profile = args.profile, None
    elif args.profile and not (args.s3 or args.upload_scripts):
        hint = "hardened, sms or plain; the name of an AWS profile goes with --s3"
        raise UsageError(f"there is no template profile {args.profile!r}", hint=hint)


def _artifacts(args: argparse.Namespace) -> Artifacts | None:
    if not (args.s3 or args.upload_scripts):
        return None
    from smsgen import wiring
    from smsgen.cli.aws_options import artifact_settings, aws_settings

    return wiring.artifacts(wiring.clients(aws_settings(args)), artifact_settings(args))


def _uploader(args: argparse.Namespace, artifacts: Artifacts) -> Any:
    from smsgen.operations.stacks.upload import upload_scripts

    return lambda app, scripts: upload_scripts(app, scripts.content, artifacts, every=args.upload_scripts)


def _upload(args: argparse.Namespace, generated: Generated, artifacts: Artifacts) -> None:
    from smsgen.cli.aws_options import s3_location
    from smsgen.operations.stacks.upload import upload_templates

    uploaded = upload_templates(generated.compiled, artifacts, format=args.format)
    put(s3_location(uploaded.location))
