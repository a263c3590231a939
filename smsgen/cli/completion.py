"""smsgen completion: a completion script for the shell, made by shtab from the commands' own parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put
from smsgen.errors import SmsgenError, install_hint

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen completion bash > ~/.local/share/bash-completion/completions/smsgen
  smsgen completion zsh > ~/.zfunc/_smsgen
  smsgen completion fish > ~/.config/fish/completions/smsgen.fish
"""

SHELLS = ("bash", "zsh", "tcsh", "fish")
"""What shtab writes, and was tried with smsgen."""

FILES = ("APP", "AFTER", "FILE", "PATH", "OUT")
"""How arguments are called that are paths."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS)


def run(args: argparse.Namespace) -> int:
    try:
        import shtab
    except ImportError:
        hint = install_hint("completion")
        raise SmsgenError("completion needs shtab, which is not installed", hint=hint) from None
    if args.shell not in shtab.SUPPORTED_SHELLS:
        message = f"the shtab that is installed ({shtab.__version__}) does not know {args.shell}"
        raise SmsgenError(message, hint=install_hint("completion"))
    put(shtab.complete(_parser(), shell=args.shell) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    """Return one parser that knows every command, as shtab wants it; the commands themselves are run one by one."""
    import argparse
    from importlib import import_module

    import shtab

    from smsgen.cli import COMMANDS

    parser = argparse.ArgumentParser(prog="smsgen")
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers()
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        import_module(f"smsgen.cli.{name.replace('-', '_')}").configure(command)
        for (
            action
        ) in command._actions:  # argparse has no other way to its arguments, nor has shtab to be told
            if action.metavar in FILES:
                setattr(action, "complete", shtab.FILE)  # noqa: B010 - argparse's types do not know shtab's attribute
    return parser
