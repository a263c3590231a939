"""smsgen graph: the launch order of an application as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.output import put_out

if TYPE_CHECKING:
    import argparse

    from smsgen.report.graph import Graph

EXAMPLES = """\
examples:
  smsgen graph shop.yaml -o shop.svg               lanes by launch order, servers, barriers, readiness
  smsgen graph shop.yaml --format mermaid          for Markdown that draws it
  smsgen graph shop.yaml -o shop.dot               the format by the file's ending
  smsgen graph shop.yaml --format dot | dot -Tpdf -o shop.pdf
"""

FORMATS = ("svg", "mermaid", "dot")
_ENDINGS = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot"}


def configure(parser: argparse.ArgumentParser) -> None:
    from smsgen.model.app import PROFILES

    parser.add_argument("app", metavar="APP", help="an application file; - reads standard input")
    parser.add_argument("--format", choices=FORMATS, help="default: what the ending of -o says, or svg")
    parser.add_argument("-o", "--out", metavar="FILE", help="write there (default: stdout)")
    parser.add_argument("--template-profile", choices=PROFILES, help="in place of the file's own")


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.files.generate_template import generate_template
    from smsgen.report.graph import of_compiled

    generated = generate_template(args.app, files=wiring.files(), profile=args.template_profile)
    for warning in generated.warnings:
        say(warning.render())
    text = _render(of_compiled(generated.compiled), args.format or _format_of(args.out or ""))
    put_out(text, args.out)
    return 0


def _format_of(path: str) -> str:
    return next((name for ending, name in _ENDINGS.items() if path.lower().endswith(ending)), "svg")


def _render(graph: Graph, output: str) -> str:
    from importlib import import_module

    picture: str = import_module(f"smsgen.report.graph.{output}").render(graph)
    return picture
