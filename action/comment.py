"""Step `comment`: keeps one comment on the pull request up to date. It never fails the job.

A comment is ours when it begins with our hidden line and is by `comment-author`: who may comment could write the line,
too, and would own what the action writes into it. Output: `url`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import runner
from github import TRIES, Comments, Refused, Unavailable, wait


def main() -> None:
    """Create or update the comment, or say why not."""
    pull = runner.event().get("pull_request")
    number = pull.get("number") if isinstance(pull, dict) else None
    if not isinstance(number, int):
        print("no pull request, no comment")
        return
    api, token = os.environ.get("GITHUB_API_URL", "https://api.github.com"), os.environ.get("INPUT_TOKEN", "")
    comments = Comments(api, os.environ["GITHUB_REPOSITORY"], number, token)
    mark = marker(os.environ.get("INPUT_COMMENT_KEY", ""))
    body = f"{mark}\n{Path(os.environ['COMMENT']).read_text(encoding='utf-8')}"
    quiet = os.environ.get("QUIET") == "true"
    try:
        url = _kept(comments, mark, body, quiet)
    except Refused as error:
        forked = error.status in (401, 403, 404)
        why = "; a pull request of a fork has a token that may only read" if forked else ""
        runner.annotate(
            "notice", f"no comment: GitHub answered {error}{why}. The job's summary has the report."
        )
        return
    except Unavailable as error:
        runner.annotate("warning", f"no comment: GitHub cannot be reached ({error})")
        return
    runner.output("url", url)


def marker(key: str) -> str:
    """Return the hidden line that a comment begins with."""
    return f"<!-- smsgen:action:{re.sub('[^A-Za-z0-9._]', '-', key)} -->"


def _kept(comments: Comments, mark: str, body: str, quiet: bool) -> str:
    """Find, then update or create. All of it is tried again: a create that seemed to fail may have worked."""
    author = os.environ.get("INPUT_COMMENT_AUTHOR", "")
    for tries in range(TRIES):
        try:
            ours = next(
                (
                    one
                    for one in comments.all()
                    if str(one.get("body") or "").startswith(mark)
                    and (one.get("user") or {}).get("login") == author
                ),
                None,
            )
            if ours:
                return comments.update(int(ours["id"]), body)
            return "" if quiet else comments.create(body)
        except Unavailable:
            if tries == TRIES - 1:
                raise
            wait(tries)
    raise AssertionError("the last try returns or raises")


if __name__ == "__main__":
    main()
