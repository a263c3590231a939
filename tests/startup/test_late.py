"""Stand-ins: what a short command does not load, and that whoever wants it gets the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from smsgen.startup.late import late, standing_in

ROOT = Path(__file__).parents[2]
NAME = "smsgen_seldom_used"


@pytest.fixture
def seldom_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that is not loaded yet."""
    (tmp_path / f"{NAME}.py").write_text("there = 'real'\nmore = 'more'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    return NAME


def test_what_is_there_stands_in_and_the_real_module_comes_later(seldom_used: str) -> None:
    stand_in = late(seldom_used, there="stand-in")
    with standing_in(stand_in):
        assert __import__(seldom_used) is stand_in
        assert stand_in.there == "stand-in"
    assert seldom_used not in sys.modules
    assert stand_in.more == "more"
    assert __import__(seldom_used).there == "real"


def test_what_is_not_there_is_real_while_it_stands_in(seldom_used: str) -> None:
    """As where a new version of the other uses more of it than we know."""
    stand_in = late(seldom_used, there="stand-in")
    with standing_in(stand_in):
        assert stand_in.more == "more"
        assert __import__(seldom_used) is not stand_in
    assert __import__(seldom_used).there == "real"


def test_what_is_loaded_stays() -> None:
    with standing_in(late("json")):
        import json

        assert json.loads("1") == 1


@pytest.mark.parametrize(
    "command",
    ["generate-template", "validate", "graph", "generate-change-set --offline"],
)
def test_a_short_command_does_not_load_what_it_does_not_use(command: str) -> None:
    """Each of these takes a tenth of a bare Python, or many times it (`bench/`, cold start)."""
    name, *options = command.split()
    code = (
        "import sys\n"
        "from smsgen.cli import run\n"
        "heavy = {'json', 'dataclasses', 'inspect', 'cfn_flip', 'jinja2', 'troposphere.ec2', 'boto3'}\n"
        f"code = run([{name!r}, 'samples/three-tier.yaml', *{options!r}])\n"
        "sys.exit(' '.join(sorted(heavy & sys.modules.keys())) or code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_the_library_patches_nothing_for_others() -> None:
    code = (
        "import re, sys\n"
        "compile_before = re.compile\n"
        "import smsgen\n"
        "smsgen.generate_template('samples/three-tier.yaml')\n"
        "assert re.compile is compile_before\n"
        "import json, base64, binascii, datetime, gettext, typing, cfn_flip, troposphere.serverless\n"
        "assert json.loads('[1]') == [1] and base64.b64encode(b'a') == b'YQ=='\n"
        "assert typing.get_type_hints(smsgen.Stack) and datetime.timedelta(1).days == 1\n"
        "names = ('json', 'base64', 'binascii', 'datetime', 'cfn_flip', 'troposphere.serverless')\n"
        "assert [name for name in names if sys.modules[name].__spec__ is None] == []\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
