"""The one way of writing: a regular file whole or not at all, where its link leads; anything else in place."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsgen.cli import run
from smsgen.errors import SmsgenError
from smsgen.local import replacing as module
from smsgen.local.disk import DiskFiles
from smsgen.local.replacing import replacing, write_file

ROOT = Path(__file__).parent.parent.parent
MODES = (0o600, 0o640, 0o644, 0o755, 0o400)


@pytest.fixture(params=["path", "link", "link to a link"])
def named(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """A file of old content in a folder of its own, and a path that names it."""
    target = tmp_path / "there" / "file"
    target.parent.mkdir()
    target.write_bytes(b"old")
    name = target
    for at in range(("path", "link", "link to a link").index(request.param)):
        link = tmp_path / f"link{at}"
        link.symlink_to(name)
        name = link
    return name, target


@pytest.mark.parametrize("mode", MODES, ids=oct)
def test_a_regular_file_is_replaced_where_its_link_leads_with_its_mode(
    named: tuple[Path, Path], mode: int
) -> None:
    name, target = named
    target.chmod(mode)
    before, links = target.stat().st_ino, name.is_symlink()
    write_file(str(name), b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.stat().st_ino != before  # a reader of the old one reads on in it
    assert name.is_symlink() == links
    assert [file.name for file in target.parent.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_the_owner_stays(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    os.chown(file, 12345, 12346)
    write_file(str(file), b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 12346)


def test_a_link_to_nothing_makes_the_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("far/file")
    write_file(str(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "file").read_bytes() == b"new"


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_file(str(tmp_path / "new"), b"new")
        with replacing(str(tmp_path / "private"), private=True) as beside:
            assert stat.S_IMODE(Path(beside).stat().st_mode) == 0o600
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o600


def test_while_it_is_written_nobody_else_reads_what_replaces_a_private_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "file").chmod(0o600)
    with replacing(str(tmp_path / "file")) as beside:
        assert stat.S_IMODE(Path(beside).stat().st_mode) == 0o600


def test_a_reader_of_a_pipe_gets_what_is_written(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    DiskFiles().write(str(pipe), b"template")
    reader.join(timeout=30)
    assert read == [b"template"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    before = Path("/dev/null").stat()
    (tmp_path / "link").symlink_to("/dev/null")
    for path in ("/dev/null", str(tmp_path / "link")):
        DiskFiles().write(path, b"x")
    after = Path("/dev/null").stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (before.st_ino, before.st_rdev) == (after.st_ino, after.st_rdev)
    assert [file.name for file in tmp_path.iterdir()] == ["link"]


def test_standard_output_is_written_as_a_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "smsgen", "init", "shop", "-o", "/dev/stdout", "--force"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.partition("\n")[0][:24]) == (0, "# yaml-language-server: ")


def test_a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever foresees the name of the temporary file gets nothing for it: not even the old name is used."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / f".out.{os.getpid()}.tmp").symlink_to(victim)
    foreseen = iter([bytes(8), bytes(8), b"not this"])
    (tmp_path / f".out.{'00' * 8}.tmp").symlink_to(victim)
    monkeypatch.setattr(module.os, "urandom", lambda _: next(foreseen))
    write_file(str(tmp_path / "out"), b"new")
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "out").read_bytes() == b"new"
    assert not (tmp_path / "out").is_symlink()


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def fill() -> None:
        with replacing(str(tmp_path / "file")) as beside:
            Path(beside).write_bytes(b"half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        fill()
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("file", b"old")]


@pytest.mark.parametrize("there", ["file", "link", "appears"])
def test_without_leave_nothing_is_replaced(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.yaml"
    if there == "file":
        path.write_bytes(b"old")
    elif there == "link":
        path.symlink_to(tmp_path / "nowhere")
    else:  # between the look and the writing
        monkeypatch.setattr(module, "_is_in_place", lambda *_, **__: bool(path.write_bytes(b"old") * 0))
    with pytest.raises(SmsgenError, match="is there already"):
        DiskFiles().write(str(path), b"new", replace=False)
    assert not path.is_file() or path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("command", ["generate-template", "graph", "generate-change-set", "init"])
def test_a_command_writes_through_a_link_and_keeps_the_mode(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    target.chmod(0o600)
    (tmp_path / "out").symlink_to(target)
    app = str(ROOT / "samples" / "single.yaml")
    more = ["--offline"] if command == "generate-change-set" else ["--force"] if command == "init" else []
    assert run([command, "shop" if command == "init" else app, "-o", str(tmp_path / "out"), *more]) == 0
    assert (tmp_path / "out").is_symlink()
    assert target.read_bytes() != b"old"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    capsys.readouterr()


def test_install_model_keeps_the_mode_and_the_link(tmp_path: Path) -> None:
    from smsgen.aws.model_files import install

    (tmp_path / "real").write_bytes(b"{}")
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "model.json").symlink_to("real")
    assert install({"model.json": b'{"a": 1}'}, tmp_path)
    assert (tmp_path / "real").read_bytes() == b'{"a": 1}'
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600


# --- Nobody writes in another way -----------------------------------------------------------------------------------

WRITERS = {"write_text", "write_bytes", "replace", "rename", "touch", "symlink_to", "copyfile", "mkstemp"}
ALLOWED = {
    "smsgen/local/replacing.py": "the one way",
    "smsgen/cdk/construct.py": "into a temporary folder of its own",
}


def writes(text: str) -> Iterator[str]:
    """Yield the calls in a module that write or move a file."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if name == "open" and any(isinstance(mode, str) and set(mode) <= set("wxab+t") for mode in texts):
            yield f"line {node.lineno}: opens for writing"
        # `replace` is a method of texts too, with two arguments, and a function of records, with names for them.
        moves = len(node.args) == 1 and not node.keywords
        if name in WRITERS and (owner == "os" or name != "replace" or moves):
            yield f"line {node.lineno}: {name}"


def test_every_file_is_written_by_the_one_function() -> None:
    files = [*ROOT.glob("smsgen/**/*.py"), *ROOT.glob("tools/*.py")]
    found = {
        str(file.relative_to(ROOT)): list(writes(file.read_text()))
        for file in files
        if str(file.relative_to(ROOT)) not in ALLOWED
    }
    # A backup into a pipe or a device copies a whole store into it, in place.
    assert {file: lines for file, lines in found.items() if lines} == {
        "smsgen/store/backup.py": [line for line in found["smsgen/store/backup.py"] if "line" in line]
    }
    assert len(found["smsgen/store/backup.py"]) == 2  # the copy that `restore` reads, and that one


@pytest.mark.parametrize(
    "text", ["open(p, 'wb')", "p.write_text('')", "os.replace(a, b)", "p.replace(q)", "shutil.copyfile(a, b)"]
)
def test_the_rule_sees_another_way(text: str) -> None:
    assert list(writes(text))
