"""UserData: what runs at boot. Jinja2 is imported only where a boot script has to be composed.

A script that needs nothing of smsgen is the user data itself. Otherwise the boot script of `templates/user_data/`
fetches what is in S3, runs the user's script and the configuration script, logs, and signals. Only its header goes
through Fn::Sub: the rest is joined to it verbatim, so that a `${…}` of the user's script is never touched.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from smsgen.compiler.identity import scripts_in_s3
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.readiness import handle_name, signals_by_wait_condition
from smsgen.compiler.tropo import Base64, Join, Sub
from smsgen.model.launch import S3Location, UserData
from smsgen.templates import folder

_SHELL_HEADER = """\
#!/bin/bash
SMSGEN_STACK='${AWS::StackName}'
SMSGEN_REGION='${AWS::Region}'
"""
_POWERSHELL_HEADER = """\
<powershell>
$SmsgenStack = '${AWS::StackName}'
$SmsgenRegion = '${AWS::Region}'
"""


class ScriptStep(NamedTuple):
    """One script that runs at boot: from `location` (as the script's language quotes it), or its `text`."""

    name: str
    location: str = ""
    text: str = ""

    @property
    def mark(self) -> str:
        """A word for the end of a here-document that cannot stand in the text: it is made from it."""
        return f"SMSGEN_{sha256(self.text.encode()).hexdigest()[:16].upper()}"

    @property
    def base64(self) -> str:
        """The text as PowerShell gets it: in Base64 no quoting is left to get wrong, and no tag ends the user data.

        With the mark by which Windows PowerShell tells UTF-8 from the code page of the machine.
        """
        return _base64("\ufeff" + self.text)


class BootScript(NamedTuple):
    """A server's user data: the value of the property, and its size in bytes before Base64."""

    value: Any
    size: int


def is_windows(server: ResolvedServer) -> bool:
    """Return whether the server runs Windows: said by `platform`, or else by the language of its scripts."""
    if server.launch.platform:
        return server.launch.platform == "windows"
    validation = server.validation.script_type if server.validation else None
    language = server.launch.configure_script_type or validation
    if language:
        return language == "POWERSHELL_SCRIPT"
    inline = server.launch.user_data.inline if server.launch.user_data else None
    return _is_powershell(server) or (inline or "").lstrip().startswith("<powershell>")


def is_powershell(name: str) -> bool:
    """Return whether a script is PowerShell by its name: a file's, or the key of an object."""
    return name.lower().endswith(".ps1")


def _is_powershell(server: ResolvedServer) -> bool:
    user_data = server.launch.user_data or UserData()
    return is_powershell(user_data.s3_location.key if user_data.s3_location else user_data.file or "")


def text_of(server: ResolvedServer, scripts: Mapping[str, bytes]) -> str | None:
    """Return the user's own script as text, or None where there is none here (none at all, or only in S3)."""
    user_data = server.launch.user_data
    if user_data is None:
        return None
    if user_data.s3_location is not None:
        return server.embedded.get(user_data.s3_location)
    if user_data.file is not None:
        return scripts.get(user_data.file, b"").decode("utf-8", "replace")
    return user_data.inline


def is_composed(server: ResolvedServer) -> bool:
    """Return whether the boot script needs more than the user's own text: S3, another script, a signal."""
    launch = server.launch
    return bool(scripts_in_s3(server) or launch.configure_script) or launch.readiness is not None


def boot_script(server: ResolvedServer, logical_id: str, scripts: Mapping[str, bytes]) -> BootScript | None:
    """Return a server's user data, or None where it has none. `scripts`: name in `userData.file` -> its bytes."""
    text = text_of(server, scripts)
    encoded = server.launch.user_data.base64 if server.launch.user_data else None
    if encoded is not None:  # whatever would have to be composed with it is refused
        return BootScript(encoded, len(encoded) // 4 * 3 - encoded.count("="))
    if is_composed(server):
        return _composed(server, logical_id, text)
    if not text:
        return None
    if _is_powershell(server) and is_windows(server):
        text = with_tags(text)
    return BootScript(Base64(text), len(text.encode()))


def _composed(server: ResolvedServer, logical_id: str, text: str | None) -> BootScript:
    windows = is_windows(server)
    quote = _powershell_arguments if windows else _shell_url
    steps = _steps(server, text, windows)
    validation = server.validation
    header = (_POWERSHELL_HEADER if windows else _SHELL_HEADER) + _names(server, logical_id, windows)
    body = _template("windows.ps1.j2" if windows else "linux.sh.j2").render(
        steps=steps,
        fetches=validation is not None or any(step.location for step in steps),
        validation=validation and {"script": quote(validation.script), "report": quote(validation.report)},
        signal=server.launch.readiness.signal if server.launch.readiness else "",
    )
    if windows:
        body += "</powershell>\n<persist>false</persist>\n"
    # The names that Fn::Sub fills in are longer than their placeholders: a stack name has up to 128 characters, the
    # URL of a handle about 400.
    size = len((header + body).encode()) + 128 + (400 if signals_by_wait_condition(server) else 0)
    return BootScript(Base64(Join("\n", [Sub(header.removesuffix("\n")), body])), size)


def _names(server: ResolvedServer, logical_id: str, windows: bool) -> str:
    form = "$Smsgen{} = '{}'\n" if windows else "SMSGEN_{}='{}'\n"
    lines = form.format("Resource" if windows else "RESOURCE", logical_id)
    if signals_by_wait_condition(server):
        lines += form.format("SignalUrl" if windows else "SIGNAL_URL", f"${{{handle_name(logical_id)}}}")
    return lines


def _steps(server: ResolvedServer, text: str | None, windows: bool) -> list[ScriptStep]:
    quote = _powershell_arguments if windows else _shell_url
    location, configure = (
        server.launch.user_data and server.launch.user_data.s3_location,
        server.launch.configure_script,
    )
    steps = []
    if text:
        steps.append(_embedded("userData", text, windows))
    elif location is not None and location not in server.embedded:
        steps.append(ScriptStep("userData", location=quote(location)))
    if configure is not None and configure in server.embedded:
        steps.append(_embedded("configureScript", server.embedded[configure], windows))
    elif configure is not None:
        steps.append(ScriptStep("configureScript", location=quote(configure)))
    return steps


def _embedded(name: str, text: str, windows: bool) -> ScriptStep:
    return ScriptStep(name, text=_without_tags(text) if windows else text)


def _shell_url(location: S3Location) -> str:
    from shlex import quote

    return quote(f"s3://{location.bucket}/{location.key}")


def _powershell_arguments(location: S3Location) -> str:
    return " ".join(map(_powershell_text, location))


def _powershell_text(text: str) -> str:
    """Return an expression of PowerShell whose value is the text.

    What is not plain is written in Base64: PowerShell ends a quoted text at four characters ("about_Quoting_Rules" does
    not say so, its tokenizer does: https://github.com/PowerShell/PowerShell/blob/master/src/System.Management.Automation
    /engine/parser/CharTraits.cs), and EC2Launch ends a script at its tag, wherever that stands.
    """
    if text.isascii() and text.isprintable() and not set("'<>").intersection(text):
        return f"'{text}'"
    return f"([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{_base64(text)}')))"


def _base64(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode("ascii")


def _without_tags(text: str) -> str:
    """Return a PowerShell script without the tags that EC2Launch wants around user data."""
    stripped = text.strip()
    if stripped.startswith("<powershell>") and stripped.endswith("</powershell>"):
        return stripped.removeprefix("<powershell>").removesuffix("</powershell>").strip("\r\n") + "\n"
    return text


def with_tags(text: str) -> str:
    """Return a PowerShell script within the tags without which EC2Launch runs no user data."""
    if text.lstrip().startswith("<"):
        return text
    return f"<powershell>\n{text.rstrip()}\n</powershell>\n"


_environment: Any = None


def _template(name: str) -> Any:
    global _environment  # noqa: PLW0603 - one environment, so that each template is compiled once
    if _environment is None:
        import jinja2

        _environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder("user_data")),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # shell and PowerShell, where HTML's escapes would be wrong
        )
    return _environment.get_template(name)
