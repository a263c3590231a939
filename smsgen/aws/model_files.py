"""The files that tell the AWS CLI and boto3 of a service, where they look for them.

Where that is: botocore's loader (https://botocore.amazonaws.com/v1/documentation/api/latest/reference/loaders.html):
`~/.aws/models`, and the folders in AWS_DATA_PATH. The AWS CLI looks there, too, in both versions.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from smsgen.errors import SmsgenError
from smsgen.local.replacing import write_file

MARK = "smsgen"
"""Stands in the documentation of our service model: what lacks it is somebody else's."""

_SERVICE_MODEL = "service-2.json"


def default_folder() -> Path:
    """Return the folder that is always looked into."""
    return Path.home() / ".aws" / "models"


def is_looked_into(folder: Path) -> bool:
    """Return whether the AWS CLI and boto3 look into a folder, as things are."""
    named = [one for one in os.environ.get("AWS_DATA_PATH", "").split(os.pathsep) if one]
    return folder.resolve() in [
        default_folder().resolve(),
        *(Path(one).expanduser().resolve() for one in named),
    ]


def install(files: Mapping[str, bytes], folder: Path) -> bool:
    """Write the files below a folder, whole or not; give whether there was anything to write. Raises SmsgenError.

    A model of the same service that is not ours is left alone, and refused.
    """
    _refuse_strangers(files, folder)
    changed = False
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            _write(path, content)
            changed = True
    return changed


def uninstall(files: Mapping[str, bytes], folder: Path) -> bool:
    """Take the files away, and folders that are empty without them; give whether there were any. Raises SmsgenError."""
    _refuse_strangers(files, folder)
    there = [folder / name for name in files if (folder / name).is_file()]
    try:
        for path in there:
            path.unlink()
        for path in sorted({(folder / name).parent for name in files}):
            for empty in (path, path.parent):
                if empty.is_dir() and not any(empty.iterdir()):
                    empty.rmdir()
    except OSError as error:
        raise _cannot("remove", error) from None
    return bool(there)


def _refuse_strangers(files: Mapping[str, bytes], folder: Path) -> None:
    for name in files:
        path = folder / name
        if path.name == _SERVICE_MODEL and path.is_file() and not _is_ours(path):
            hint = "move it away, or give another folder with --path"
            raise SmsgenError(f"{path} is not smsgen's model of the service", hint=hint)


def _is_ours(path: Path) -> bool:
    try:
        return MARK in json.loads(path.read_bytes())["documentation"]
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _write(path: Path, content: bytes) -> None:
    try:
        write_file(str(path), content)
    except OSError as error:
        raise _cannot("write", error) from None


def _cannot(what: str, error: OSError) -> SmsgenError:
    reason = (error.strerror or str(error)).lower()
    return SmsgenError(f"cannot {what} {error.filename}: {reason}", hint="give a folder of yours with --path")
