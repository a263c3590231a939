"""What the goldens are: each sample, in both formats and in those profiles that take it.

A sample in several files (nested stacks) is kept as its root, one line of hash a child, and nothing more.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from samples.large import large_app
from smsgen.errors import InvalidInput
from smsgen.local.disk import DiskFiles
from smsgen.model.app import PROFILES
from smsgen.operations.files.generate_template import generate_template
from smsgen.operations.files.template_files import texts

HERE = Path(__file__).parent
SAMPLES = HERE.parent.parent / "samples"
FORMATS = ("yaml", "json")
LARGE = "large"

NAMES = (*sorted(path.stem for path in SAMPLES.glob("*.yaml")), LARGE)


GALLERY = tuple(sorted(path.stem for path in (SAMPLES / "gallery").glob("*.yaml")))
"""Applications that people have (docs/gallery.md): one golden each, as it is made by default."""


def gallery_golden(name: str) -> str:
    """Return the template of an application of the gallery, compiled here and now."""
    generated = generate_template(str(SAMPLES / "gallery" / f"{name}.yaml"), files=DiskFiles())
    (text,) = texts(generated, "yaml").values()
    return text


def cases() -> list[tuple[str, str, str]]:
    """Return (sample, profile, format) of every golden, compiled or refused."""
    return [(name, profile, format_) for name in NAMES for profile in PROFILES for format_ in FORMATS]


def made(name: str, profile: str, format_: str) -> dict[str, str]:
    """Return file -> text of one sample, compiled here and now."""
    content = large_app(1200, 12).encode() if name == LARGE else None
    path = str(SAMPLES / f"{name}.yaml")
    generated = generate_template(path, files=DiskFiles(), profile=profile, format=format_, text=content)
    return texts(generated, format_)


def goldens(name: str, profile: str, format_: str) -> dict[str, str]:
    """Return golden file -> content: the template, or why the profile refuses the sample."""
    stem = f"{name}.{profile}"
    try:
        root, *children = made(name, profile, format_).items()
    except InvalidInput as error:
        reasons = sorted({f"{d.path[-1] if d.path else ''}: {d.code}" for d in error.diagnostics})
        return {f"{stem}.refused": "\n".join(reasons) + "\n"}
    files = {f"{stem}.{format_}": root[1]}
    if children:
        lines = [f"{sha256(text.encode()).hexdigest()}  {file}\n" for file, text in children]
        files[f"{stem}.{format_}.children"] = "".join(lines)
    return files
