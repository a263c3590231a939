"""A small stand-in for GitHub's runner: runs the steps of a composite action in order, as action.yml writes them.

It knows what action.yml uses: `inputs`, `github`, `steps.ID.outputs`, `==`, `!=`, `&&`, `||`, `!`, success(), always(),
cancelled(); output files; workflow commands in logs. A step that `uses` another action is recorded, and not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w.-]*|==|!=|&&|\|\||[!()])")
_WORDS = {"&&": " and ", "||": " or ", "!": " not ", "==": "==", "!=": "!=", "(": "(", ")": ")"}
_COMMAND = re.compile(r"^::([a-z-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$")


class Used(NamedTuple):
    """Another action that was called, and what it was given."""

    action: str
    given: dict[str, str]


class Ended(NamedTuple):
    """An action that ended. `status`: of the step that failed first, or 0."""

    status: int
    outputs: dict[str, str]
    log: str
    summary: str
    commands: list[tuple[str, dict[str, str], str]]
    used: list[Used]
    steps: dict[str, dict[str, str]]
    ran: list[str]


class Runner:
    """Runs the action in a workspace. `github` is the context of that name; `environment` is added to every step's."""

    def __init__(
        self, workspace: Path, temp: Path, github: dict[str, str], environment: dict[str, str]
    ) -> None:
        self.workspace, self.temp, self.github = workspace, temp, github
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(workspace.parent),
            "LANG": "C.UTF-8",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(temp),
            "CI": "true",
            **environment,
        }

    def run(self, **given: str) -> Ended:
        """Run every step; inputs are written with `_` for `-`. `files` of a step stand beside the workspace."""
        inputs = {name: str(self._text(one.get("default", ""), {})) for name, one in ACTION["inputs"].items()}
        for name, value in given.items():
            assert name.replace("_", "-") in inputs
            inputs[name.replace("_", "-")] = value
        self._inputs = inputs
        steps: dict[str, dict[str, str]] = {}
        log, used, ran, status = "", list[Used](), list[str](), 0
        summary = self.workspace.parent / "summary.md"
        summary.write_text("")
        for step in ACTION["runs"]["steps"]:
            if not self._wanted(step.get("if", "success()"), steps, failed=bool(status)):
                continue
            ran.append(step["id"])
            if "uses" in step:
                used.append(Used(step["uses"], {k: self._text(v, steps) for k, v in step["with"].items()}))
                steps[step["id"]] = {}
                continue
            code, said, steps[step["id"]] = self._step(step, steps, summary)
            log += said
            status = status or code
        outputs = {name: self._text(one["value"], steps) for name, one in ACTION["outputs"].items()}
        return Ended(status, outputs, log, summary.read_text(), commands(log), used, steps, ran)

    def _step(
        self, step: dict[str, Any], steps: dict[str, dict[str, str]], summary: Path
    ) -> tuple[int, str, dict[str, str]]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        script, output = self.workspace.parent / "step.sh", self.workspace.parent / "output"
        script.write_text(step["run"])
        output.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / self._text(step.get("working-directory", "."), steps),
            env={
                **self.environment,
                **{name: self._text(value, steps) for name, value in step.get("env", {}).items()},
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        return done.returncode, done.stdout, _outputs(output.read_text())

    def _wanted(self, condition: str, steps: dict[str, dict[str, str]], *, failed: bool) -> bool:
        whole = _EXPRESSION.fullmatch(condition.strip())
        text = whole[1] if whole else condition
        if not re.search(r"\b(success|always|cancelled|failure)\(\)", text):
            text = f"success() && ({text})"
        return bool(self._value(text, steps, failed=failed))

    def _text(self, text: Any, steps: dict[str, dict[str, str]]) -> str:
        return _EXPRESSION.sub(lambda found: str(self._value(found[1], steps)), str(text))

    def _value(self, expression: str, steps: dict[str, dict[str, str]], *, failed: bool = False) -> Any:
        functions = {"success": not failed, "failure": failed, "always": True, "cancelled": False}
        code, at = "", 0
        expression = expression.rstrip()
        while at < len(expression):
            found = _TOKEN.match(expression, at)
            assert found, f"the runner does not know {expression[at:]!r}"
            token, at = found[1], found.end()
            if token in functions:
                assert expression.startswith("()", at)
                code, at = f"{code}{functions[token]}", at + 2
            elif token in _WORDS:
                code += _WORDS[token]
            else:
                code += repr(token[1:-1].replace("''", "'") if token[0] == "'" else self._look(token, steps))
        return eval(code.strip(), {"__builtins__": {}})

    def _look(self, name: str, steps: dict[str, dict[str, str]]) -> str:
        head, *rest = name.split(".")
        if head == "inputs":
            return self._inputs[rest[0]]
        if head == "github":
            return self.github[rest[0]]
        assert head == "steps"
        assert rest[0] in {step["id"] for step in ACTION["runs"]["steps"]}
        return steps.get(rest[0], {}).get(rest[2], "")


def _outputs(text: str) -> dict[str, str]:
    """Read an output file as the runner does."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, here, end = line.partition("<<")
        if not here or "=" in name:
            name, equals, value = line.partition("=")
            assert equals, line
            found[name] = value
            continue
        body = []
        for one in lines:
            if one == end:
                break
            body.append(one)
        found[name] = "\n".join(body)
    return found


def commands(log: str) -> list[tuple[str, dict[str, str], str]]:
    """Return the workflow commands in a log as the runner sees them: none between stop-commands and its token."""
    found, stopped = [], ""
    for line in log.splitlines():
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
            continue
        command = _COMMAND.match(line.strip())
        if not command:
            continue
        if command[1] == "stop-commands":
            stopped = command[3]
        properties = dict(pair.partition("=")[::2] for pair in (command[2] or "").split(",") if pair)
        plain = {name: _decoded(value) for name, value in properties.items()}
        found.append((command[1], plain, _decoded(command[3])))
    return found


def _decoded(text: str) -> str:
    for code, letter in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, letter)
    return text
