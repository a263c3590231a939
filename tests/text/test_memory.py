"""Whatever is read stays below 1 GB of memory: what would take more is refused with a sentence, before it is built."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smsgen.errors import InvalidInput
from smsgen.text.loader import MAX_VALUES, Loader, Many
from smsgen.text.source import MAX_BYTES, parse

GROUP = "name: a\nserverGroups: [{serverList: ["
DEFAULTS = (
    "name: a\nlaunchDefaults: {subnet: subnet-12345678, securityGroup: sg-12345678, instanceType: m6i.large, tags: ["
    + ",".join(f"{{key: k{at}, value: v}}" for at in range(40))
    + "], volumes: ["
    + ",".join(f"{{device: /dev/sd{chr(98 + at)}, size: 8}}" for at in range(24))
    + "]}\nserverGroups: [{launchOrder: 0, serverList: ["
)
SERVER = "{{serverId: s-{0:08x}, imageId: ami-12345678}}"


def servers(count: int) -> str:
    return ",".join(SERVER.format(at) for at in range(count)) + "]}]\n"


HOSTILE: dict[str, tuple[str, Callable[[], str]]] = {
    "32 MB of values": ("more than 1,000,000 values", lambda: "a:\n" + "- 1\n" * (MAX_BYTES // 4 - 1)),
    "a flow of nulls": ("more than 1,000,000 values", lambda: "{" + "a," * 4_000_000 + "}"),
    "tagged values": ("more than 1,000,000 values", lambda: "[" + "! a," * 4_000_000 + "]"),
    "empty lists in JSON": ("more than 1,000,000 values", lambda: "[" + "[]," * 4_000_000 + "[]]"),
    "empty maps in JSON": ("more than 1,000,000 values", lambda: "[" + "{}," * 4_000_000 + "{}]"),
    "the same key": ("stands twice", lambda: "a: 1\n" * 490_000),
    "unknown fields": ("has no field", lambda: "name: a\n" + "".join(f"k{at}: v\n" for at in range(480_000))),
    "null servers": ("950,000 servers or groups", lambda: GROUP + "~," * 950_000 + "]}]\n"),
    "many servers": ("50,001 servers or groups", lambda: GROUP + servers(50_001)),
    "many groups": ("90,000 servers or groups", lambda: "name: a\nserverGroups: [" + "{name: g}," * 90_000 + "]\n"),
    "defaults of much": ("times the memory", lambda: DEFAULTS + servers(20_000)),
    "aliases of a long text": (
        "more than 32 MiB of text",
        lambda: f"a: &a {'x' * 1_000_000}\nb: [{'*a,' * 40}]\n",
    ),
}  # fmt: skip

MEASURED = """\
import re, resource, sys
from pathlib import Path
from smsgen.cli import run
code = run(["validate", sys.argv[1]])
status = Path("/proc/self/status")
if status.exists():
    most = int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1])
else:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(most // 1024, file=sys.stderr)
sys.exit(code)
"""
"""Linux keeps in ru_maxrss what the process was before it became this program: a test runner of 2 GB (getrusage(2))."""


def validated(path: Path) -> tuple[int, str, int]:
    """Return the exit code of `validate`, what it says, and the most memory that it took, in MiB."""
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    return done.returncode, done.stdout, int(done.stderr.splitlines()[-1])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_below_one_gigabyte(name: str, tmp_path: Path) -> None:
    words, text = HOSTILE[name]
    (tmp_path / "app.yaml").write_text(text())
    code, said, megabytes = validated(tmp_path / "app.yaml")
    assert code == 1
    assert words in said
    assert len(said) < 1_000_000
    assert megabytes < 1_000


def test_twenty_thousand_servers_are_read_below_one_gigabyte(tmp_path: Path) -> None:
    one = """\
      - serverId: s-{0:08x}
        vmServer: {{vmName: web{0}, vmManagerName: vc, vmPath: /dc/vm/web{0}}}
        imageId: ami-0123456789abcdef0
        launch:
          volumes: [{{device: /dev/sdf, size: 200, retain: true}}]
          tags: [{{key: a, value: b}}, {{key: c, value: d}}]
"""
    text = [
        "name: shop\nlaunchDefaults: {subnet: subnet-0123456789abcdef0, securityGroup: sg-0123456789abcdef0}\n",
        "serverGroups:\n",
    ]
    for group in range(200):
        text.append(f"  - name: g{group}\n    launchOrder: 0\n    serverList:\n")
        text.extend(one.format(group * 100 + at) for at in range(100))
    (tmp_path / "app.yaml").write_text("".join(text))
    code, said, megabytes = validated(tmp_path / "app.yaml")
    assert code == 0, said[:2000]
    assert megabytes < 1_000


def test_a_text_of_as_many_values_as_there_may_be_is_read() -> None:
    assert len(parse(("a:\n" + "- 1\n" * (MAX_VALUES - 3)).encode(), "f").data["a"]) == MAX_VALUES - 3
    with pytest.raises(InvalidInput, match="more than 1,000,000 values"):
        parse(("a:\n" + "- 1\n" * MAX_VALUES).encode(), "f")


def test_values_with_tags_count_as_well() -> None:
    loader = Loader("! a\n" * 3)
    assert loader._left == MAX_VALUES - 3
    assert issubclass(Many, Exception)


def test_json_may_hold_brackets_and_commas_in_its_texts() -> None:
    text = '{"a": "' + ",[{:" * 400_000 + '"}'
    assert len(parse(text.encode(), "f").data["a"]) == 1_600_000


@pytest.mark.parametrize("line", ["-  ", "- ", "-   - ? ", ": - "])
def test_a_line_of_dashes_is_read_at_once(line: str) -> None:
    """The pattern that looks for deep lines tried each space twice: 40 times "-  " took longer than anybody waits."""
    for times in (40, 48):
        command = [
            sys.executable,
            "-c",
            "import sys; from smsgen.text.bounds import check_depth; check_depth(sys.argv[1])",
        ]
        done = subprocess.run(
            [*command, f"a: 1\n{line * times}x"], capture_output=True, timeout=60, check=False
        )
        assert done.returncode in (0, 1)
