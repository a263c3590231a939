"""docs/images/three-tier.svg: what `smsgen graph samples/three-tier.yaml` draws, for the README."""

from pathlib import Path

FILE = "docs/images/three-tier.svg"

_APP = Path(__file__).parent.parent / "samples" / "three-tier.yaml"


def generate() -> str:
    """Return the text of the generated file."""
    from smsgen.local.disk import DiskFiles
    from smsgen.operations.files.generate_template import generate_template
    from smsgen.report.graph import of_compiled
    from smsgen.report.graph.svg import render

    return render(of_compiled(generate_template(str(_APP), files=DiskFiles()).compiled))
