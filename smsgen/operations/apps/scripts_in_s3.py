"""The scripts that a kept application names in S3, read with the server's own permissions.

The servers of SMS's API of 2018 had no instance profile, and migrated images seldom have the AWS CLI: SMS read the user
data itself, and so does whoever compiles a kept application. An application file is another matter: it compiles to the
same bytes without AWS, so its servers fetch what it names under `s3Location` at boot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from smsgen.compiler.resolve import ResolvedServer, embeddable
from smsgen.errors import PASSING, Diagnostic, InvalidInput, Path, ServiceError
from smsgen.model.launch import S3Location
from smsgen.model.launch_fields import MAX_USER_DATA
from smsgen.operations.ports.protocols import Artifacts


def read_scripts_in_s3(
    servers: Iterable[ResolvedServer], artifacts: Callable[[], Artifacts]
) -> dict[S3Location, str]:
    """Read each script in S3 that servers of the application run once, and give its text.

    `artifacts` is asked for only where there is one. Raises InvalidInput with every script that cannot be user data (it
    is not there, belongs to another account, is no text, is too long), ServiceError where S3 itself is in trouble.
    """
    scripts: dict[S3Location, str] = {}
    problems = []
    for location, path in _named(servers).items():
        try:
            scripts[location] = _text(artifacts().get(location, max_bytes=MAX_USER_DATA))
        except ServiceError as error:
            if error.kind in PASSING:
                raise
            problems.append(_refused(path, str(error)))
        except UnicodeDecodeError:
            problems.append(_refused(path, f"s3://{location.bucket}/{location.key} is not a text in UTF-8"))
    if problems:
        raise InvalidInput(problems)
    return scripts


def _named(servers: Iterable[ResolvedServer]) -> dict[S3Location, Path]:
    """Return each script that is to be embedded, and the first place where it is named."""
    places: dict[S3Location, Path] = {}
    for location, path in _all_named(servers):
        places.setdefault(location, path)
    return places


def _all_named(servers: Iterable[ResolvedServer]) -> Iterator[tuple[S3Location, Path]]:
    for server in servers:
        for field, location in embeddable(server.launch).items():
            more = ("s3Location",) if field == "user_data" else ()
            yield location, (*server.path_of(field), *more)


def _text(content: bytes) -> str:
    """Return a script's text: what Windows writes begins with a byte order mark, also of UTF-16."""
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf16 else "utf-8-sig")


def _refused(path: Path, why: str) -> Diagnostic:
    message = (
        f"{why} (user data is a text of at most {MAX_USER_DATA:,} bytes, in a bucket of the same account)"
    )
    return Diagnostic("SCRIPT_OBJECT", message, "put it there, or name another", path=path)
