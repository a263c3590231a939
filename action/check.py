"""Step `check`: validates, compiles and predicts every application, and writes down all of it. It fails for no finding.

Outputs: see action.yml; and `comment` (a file), `quiet` ("true" where nothing is to be said that needs a new comment).
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pages
import runner
import sarif
from applications import Application, Wrong, find
from examine import Checked, Inputs, examine

_COUNTS = {
    "added": "add",
    "modified": "modify",
    "may-replace": "may replace",
    "replaced": "replace",
    "removed": "remove",
}
_WORST = (64, 1, 3, 0)


def main() -> None:
    """Check everything and set the outputs."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nothing here needs the job's credentials
    folder = Path(tempfile.mkdtemp(prefix="smsgen-", dir=os.environ["RUNNER_TEMP"]))
    workspace = os.environ.get("GITHUB_WORKSPACE") or str(Path.cwd())
    os.environ["SMSGEN_FOLDER"] = workspace  # where a pull request's links lead, nothing is read
    try:
        apps = find(os.environ.get("INPUT_APPS", ""), workspace)
    except Wrong as error:
        _stop(str(error), folder)
        return
    problem = os.environ.get("BASE_PROBLEM", "")
    if problem:
        runner.annotate("error", problem, title="smsgen: nothing to compare with")
    inputs = _inputs()
    checked = [_logged(app, inputs, folder) for app in apps]
    _write(checked, folder, workspace, problem)


def _inputs() -> Inputs:
    def given(name: str) -> str:
        return os.environ.get(f"INPUT_{name}", "").strip()

    return Inputs(
        base=os.environ.get("BASE", ""),
        deployed=given("DEPLOYED"),
        templates=given("TEMPLATES"),
        parameters=given("PARAMETERS"),
        profile=given("PROFILE"),
        region=given("REGION"),
        account=given("ACCOUNT"),
        fail_on=given("FAIL_ON"),
        ignore=tuple(filter(None, map(str.strip, given("IGNORE").splitlines()))),
    )


def _logged(app: Application, inputs: Inputs, folder: Path) -> Checked:
    print(f"::group::application {re.sub('[^A-Za-z0-9./_-]', '?', app.path)}", flush=True)
    done = examine(app, inputs, folder / app.slug)
    runner.log(done.log)
    print("::endgroup::", flush=True)
    for note in done.notes:
        runner.annotate(
            note.level,
            note.message,
            title=note.title,
            file=_from_root(note.file),
            line=note.line,
            column=note.column,
        )
    return done


def _write(checked: list[Checked], folder: Path, workspace: str, problem: str) -> None:
    shown = [one.page for one in checked]
    before = pages.alert("CAUTION", "Nothing could be compared with the base.", problem) if problem else ""
    footer = _footer()
    whole = before + pages.everything(shown, footer)
    (folder / "report.md").write_text(whole, encoding="utf-8")
    comment = before + pages.everything(shown, footer, pages.COMMENT_CHARACTERS - len(before))
    (folder / "comment.md").write_text(comment, encoding="utf-8")
    start = os.path.relpath(Path.cwd(), Path(workspace).resolve())
    log = sarif.merged([text for one in checked for text in one.logs], "" if start == "." else start)
    (folder / "smsgen.sarif").write_text(log, encoding="utf-8")
    runner.summary(whole)
    codes = {one.status for one in checked} | ({1} if problem else set())
    status = next(code for code in _WORST if code in codes)
    for name, kind in _COUNTS.items():
        runner.output(name, sum(one.counts.get(kind, 0) for one in checked))
    runner.output("changes", sum(sum(one.counts.values()) for one in checked))
    runner.output("folder", folder)
    runner.output("report", folder / "report.md")
    runner.output("comment", folder / "comment.md")
    runner.output("sarif", folder / "smsgen.sarif")
    runner.output("template", checked[0].template or "")
    runner.output("quiet", "true" if not status and not any(one.worth_saying for one in checked) else "false")
    runner.output("exit-status", status)


def _stop(problem: str, folder: Path) -> None:
    """Say that an input is wrong: everywhere, as an error of the application would be said."""
    runner.annotate("error", problem)
    page = pages.Page("", "", pages.alert("CAUTION", "Nothing was checked.", problem))
    text = pages.everything([page], _footer())
    (folder / "comment.md").write_text(text, encoding="utf-8")
    (folder / "smsgen.sarif").write_text(sarif.merged([], ""), encoding="utf-8")
    runner.summary(text)
    for name in (*_COUNTS, "changes"):
        runner.output(name, 0)
    runner.output("folder", folder)
    runner.output("report", folder / "comment.md")
    runner.output("comment", folder / "comment.md")
    runner.output("sarif", folder / "smsgen.sarif")
    runner.output("exit-status", 64)


def _footer() -> str:
    server, repository, run = (
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    base = os.environ.get("BASE", "")[:12]
    against = f" · compared with {base}" if base else ""
    return f"<sub>[smsgen]({server}/{repository}/actions/runs/{run}){against}</sub>\n" if run else ""


def _from_root(file: str) -> str:
    """Return a path as seen from the repository's root, where annotations start."""
    if not file:
        return ""
    workspace = os.environ.get("GITHUB_WORKSPACE") or str(Path.cwd())
    return os.path.relpath(Path.cwd() / file, Path(workspace).resolve())


if __name__ == "__main__":
    main()
