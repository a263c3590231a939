"""smsgen <command>: one file a command.

A command's module (`generate_template.py` for `generate-template`) holds `EXAMPLES` (shown by --help),
`configure(parser)`, which adds its arguments, and `run(args) -> int`, which gives the exit code: 0 fine, 1 error,
2 changes (only with --exit-code), 3 gate tripped, 64 usage. stdout carries data only; everything else is stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from smsgen.errors import Diagnostic, InvalidInput, SmsgenError, UsageError, visible

COMMANDS = {
    "init": "write a commented application file to start from",
    "validate": "check application files, all problems at once",
    "schema": "print the JSON Schema of the application file",
    "generate-template": "compile an application file to a CloudFormation template",
    "graph": "draw the launch order as SVG, Mermaid or DOT",
    "generate-change-set": "say what a deployment would change, before CloudFormation is asked",
    "pull": "write a deployed stack to a snapshot file",
    "launch-app": "create or update the application's stack and follow it",
    "status": "show what is launched, and whether it still is what the file says",
    "adopt": "bring servers that run already into the application's stack, as they are",
    "terminate-app": "delete the application's stack and follow it",
    "serve": "serve the SMS API: old scripts, SDKs and `aws sms` work again",
    "install-model": "let the AWS CLI and boto3 of today know the SMS API",
    "set-image": "record the image of a server of the SMS API's applications",
    "connect": "configure a source of servers: a folder of images, or an inventory",
    "servers": "list the server catalog, and why a server cannot be replicated",
    "replicate": "replicate an application's servers, and follow that to their images",
    "jobs": "list the replication jobs",
    "runs": "list the runs of a replication job, and how far they are",
    "import-inventory": "make application files of lists of servers: MGN, RVTools, any CSV",
    "export-inventory": "list the servers of application files as CSV, to be edited and imported again",
    "export-app": "write an application of the SMS API to an application file",
    "import-app": "put application files, or what `aws sms` printed, into the store or into a file",
    "backup": "write everything in the store to one file",
    "restore": "put a backup into a store",
    "explain": "say what a diagnostic's code means, and what to do",
    "iam-policy": "print the least IAM policy for a use",
    "completion": "print a shell completion script",
}
"""Command -> one line of help, in the order of use."""


def run(argv: list[str]) -> int:
    """Run one command line (without the program's name) and give its exit code. Never raises."""
    try:
        return _dispatch(argv)
    except InvalidInput as error:
        say("\n".join(d.render() for d in error.diagnostics))
        say_explain(error.diagnostics)
        return error.exit_code
    except SmsgenError as error:
        say(f"smsgen: error: {error}" + (f"\n  hint: {error.hint}" if error.hint else ""))
        return error.exit_code
    except KeyboardInterrupt:
        say("smsgen: interrupted")
        return 130
    except BrokenPipeError:
        # The reader of our stdout has gone (`| head`): not an error of ours, and nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("SMSGEN_DEBUG"):
            raise
        say(f"smsgen: error: internal error ({type(error).__name__}); this is a bug in smsgen")
        say("  hint: run it again with SMSGEN_DEBUG=1 and report what it prints")
        return 1


def _dispatch(argv: list[str]) -> int:
    import argparse
    from importlib import import_module

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            raise UsageError(message, hint=f"`{self.prog} --help` shows what it takes")

    def formatter(prog: str) -> argparse.HelpFormatter:
        return argparse.RawDescriptionHelpFormatter(prog, width=_width())

    name = next((word for word in argv if not word.startswith("-")), None)
    if name not in COMMANDS:
        return _without_command(argv, name)
    module = import_module(f"smsgen.cli.{name.replace('-', '_')}")
    parser = Parser(
        prog=f"smsgen {name}",
        description=COMMANDS[name][:1].upper() + COMMANDS[name][1:] + ".",
        epilog=module.EXAMPLES,
        formatter_class=formatter,
        allow_abbrev=False,
    )
    module.configure(parser)
    at = argv.index(name)
    try:
        args = parser.parse_args(argv[:at] + argv[at + 1 :])
    except SystemExit as ended:  # --help
        return int(ended.code or 0)
    code: int = module.run(args)
    return code


def _without_command(argv: list[str], name: str | None) -> int:
    if name is not None:
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, 1)
        hint = f"did you mean `{near[0]}`?" if near else "`smsgen --help` lists the commands"
        raise UsageError(f"there is no command {name!r}", hint=hint)
    if "--version" in argv:
        from importlib.metadata import version

        put(f"smsgen {version('smsgen')}\n")
        return 0
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {command:<{width}}  {text}" for command, text in COMMANDS.items())
    usage = (
        "usage: smsgen COMMAND [ARGUMENTS]\n\n"
        "CloudFormation templates and change sets for migrated, multi-server applications.\n\n"
        f"commands:\n{lines}\n\n`smsgen COMMAND --help` shows a command's arguments and examples.\n"
    )
    if "--help" in argv or "-h" in argv:
        put(usage)
        return 0
    say(usage.rstrip())
    return UsageError.exit_code


def _width() -> int:
    """Return the width of help: the terminal's. argparse would load shutil for it, at every option that is added."""
    try:
        return int(os.environ.get("COLUMNS") or os.get_terminal_size().columns) - 2
    except (ValueError, OSError):
        return 98


def say(message: str) -> None:
    """Write a line, or several, to stderr; whatever in it is not ours cannot move the cursor."""
    sys.stderr.write(visible(message, LAYOUT) + "\n")
    sys.stderr.flush()


def say_explain(diagnostics: Sequence[Diagnostic]) -> None:
    """Say which command explains the errors among diagnostics."""
    from smsgen.report.diagnostics import explain_line

    line = explain_line(diagnostics)
    if line:
        say(line)


def put(text: str, *, drawn: bool = False) -> None:
    """Write data to stdout: as it is into a file or a pipe, and so on a terminal that it cannot move the cursor.

    `drawn`: the text has our own colours, and what is not ours is written out in it already.
    """
    try:
        sys.stdout.write(text if drawn or not sys.stdout.isatty() else visible(text, LAYOUT))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SmsgenError(f"cannot write standard output: {(error.strerror or '').lower()}") from None


LAYOUT = "\n\t"
"""What of the unseen characters stays what it is."""
