"""Reading: what a file names stays in its folder, is a regular file, and bounded; so do files at a git revision."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from smsgen.cli import run
from smsgen.errors import SmsgenError
from smsgen.local import disk
from smsgen.local.disk import FOLDER, DiskFiles, GitRevisions
from smsgen.operations.ports.revisions import NotAtRevision

APP = "name: shop\nserverGroups: [{serverList: [{serverId: s-12345678, launch: {userData: {file: boot.sh}}}]}]\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with apps/shop.yaml, scripts/shared.sh, and a secret outside of it."""
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "repository"
    for folder in ("apps/below", "scripts", ".git"):
        (root / folder).mkdir(parents=True)
    (root / "apps" / "shop.yaml").write_text(APP)
    (root / "apps" / "below" / "real.sh").write_text("real")
    (root / "scripts" / "shared.sh").write_text("shared")
    (root / ".git" / "config").write_text("token")
    monkeypatch.chdir(root)
    return root


def boot(target: str, *, document: str = "apps/shop.yaml") -> bytes:
    script = Path(document).parent / "boot.sh"
    script.symlink_to(target)
    return DiskFiles().read_within(str(script), document, max_bytes=1000)


def test_a_link_within_the_folder_is_followed(repository: Path) -> None:
    assert boot("below/real.sh") == b"real"


@pytest.mark.parametrize(
    "target",
    [
        "../.git/config",
        "../scripts/shared.sh",
        "../../secret",
        "/etc/passwd",
        "/proc/self/environ",
        "../apps",
    ],
)
def test_a_link_out_of_the_folder_is_refused(repository: Path, target: str) -> None:
    with pytest.raises(SmsgenError, match=r"cannot read apps/boot.sh: it (leads out of the folder|is a dir)"):
        boot(target)


def test_a_folder_on_the_way_that_is_a_link_is_resolved(repository: Path) -> None:
    (repository / "apps" / "inside").symlink_to("below")
    (repository / "apps" / "outside").symlink_to("../scripts")
    read = DiskFiles().read_within
    assert read("apps/inside/real.sh", "apps/shop.yaml", max_bytes=9) == b"real"
    with pytest.raises(SmsgenError, match="leads out of the folder"):
        read("apps/outside/shared.sh", "apps/shop.yaml", max_bytes=9)


@pytest.mark.parametrize("allowed", ["", "."])
def test_the_repository_may_be_allowed_but_never_gits_own_files(
    repository: Path, monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    monkeypatch.setenv(FOLDER, allowed or str(repository))
    assert boot("../scripts/shared.sh") == b"shared"
    for target in ("../.git/config", "../../secret", "../.GIT/config"):
        (repository / "apps" / "boot.sh").unlink()
        with pytest.raises(SmsgenError):
            boot(target)


@pytest.mark.parametrize("kind", ["fifo", "folder", "socket", "device"])
def test_only_a_regular_file_is_read(repository: Path, kind: str) -> None:
    path = repository / "apps" / "boot.sh"
    with socket.socket(socket.AF_UNIX) as listener:
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind == "socket":
            listener.bind("apps/boot.sh")
        else:
            path.symlink_to("/dev/zero")
        reading = threading.Thread(target=_refused, args=(kind,), daemon=True)
        reading.start()
        reading.join(timeout=30)
        assert not reading.is_alive(), "it waits for a writer"


def _refused(kind: str) -> None:
    with pytest.raises(SmsgenError, match=r"regular|directory|folder|device or address"):
        DiskFiles().read_within("apps/boot.sh", "apps/shop.yaml", max_bytes=9)


def test_a_link_that_is_put_there_meanwhile_is_not_followed(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between resolving and opening, a script, and a folder on the way to it, turn into links."""
    real = os.path.realpath
    for swapped in ("apps/below/real.sh", "apps/below"):

        def resolve(path: str, *, swapped: str = swapped) -> str:
            resolved = real(path)
            if path.endswith("real.sh"):
                (repository / swapped).rename(repository / f"moved{len(swapped)}")
                (repository / swapped).symlink_to("/etc/passwd" if swapped.endswith("sh") else "/etc")
            return resolved

        monkeypatch.setattr(disk.os.path, "realpath", resolve)
        with pytest.raises(SmsgenError, match=r"links|not a directory"):
            DiskFiles().read_within("apps/below/real.sh", "apps/shop.yaml", max_bytes=9)
        monkeypatch.setattr(disk.os.path, "realpath", real)
        (repository / swapped).unlink()
        (repository / f"moved{len(swapped)}").rename(repository / swapped)


def test_a_script_is_bounded(repository: Path) -> None:
    (repository / "apps" / "boot.sh").write_bytes(b"x" * 10)
    with pytest.raises(SmsgenError, match=r"apps/boot\.sh is larger than 9 bytes"):
        DiskFiles().read_within("apps/boot.sh", "apps/shop.yaml", max_bytes=9)


@pytest.mark.parametrize("command", ["validate", "generate-template", "generate-change-set", "graph"])
def test_no_command_shows_what_a_link_of_a_pull_request_leads_to(
    repository: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (repository / "apps" / "boot.sh").symlink_to("../.git/config")
    more = ["--offline"] if command == "generate-change-set" else []
    assert run([command, "apps/shop.yaml", *more]) == 1
    said = "".join(capsys.readouterr())
    assert "[SCRIPT_FILE]: cannot read apps/boot.sh: it leads out of the folder" in said
    assert "token" not in said


def test_a_nested_template_stands_in_the_folder_of_the_one_that_names_it(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "../.git/config"
    text = '{"Resources": {"A": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "%s"}}}}'
    (repository / "apps" / "root.json").write_text(text % url)
    assert run(["generate-change-set", "--template", "apps/root.json", "--offline"]) == 1
    assert "cannot read apps/../.git/config: it leads out of the folder" in capsys.readouterr().err
    (repository / "apps" / "root.json").write_text(
        text % "root.json"
    )  # itself: read once, and then done with
    assert run(["generate-change-set", "--template", "apps/root.json", "--offline"]) == 0


# --- Standard input ---------------------------------------------------------------------------------------------------


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DiskFiles, "_stdin", None)
    monkeypatch.setattr(disk.sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name: shop")))
    assert [DiskFiles().read("-", max_bytes=99) for _ in range(2)] == [b"name: shop"] * 2
    with pytest.raises(SmsgenError, match="larger than 4 bytes"):
        DiskFiles().read("-", max_bytes=4)


# --- Revisions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "real.sh").write_text("real")
    (tmp_path / "apps" / "a b").write_text("space")
    for name, target in (
        ("link", "real.sh"),
        ("out", "../../etc/passwd"),
        ("nothing", "nope"),
        ("self", "self"),
    ):
        (tmp_path / "apps" / name).symlink_to(target)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *command], check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content"),
    [("real.sh", b"real"), ("link", b"real"), ("a b", b"space"), ("../apps/link", b"real")],
)
def test_a_file_at_a_revision_is_read_and_its_links_too(committed: Path, name: str, content: bytes) -> None:
    assert GitRevisions().read("HEAD", f"apps/{name}", max_bytes=9) == content


@pytest.mark.parametrize(
    ("ref", "name", "said"),
    [
        ("HEAD", "apps/nope", "there is no file apps/nope at HEAD"),
        ("nope", "apps/real.sh", "there is no such revision"),
        ("HEAD", "apps/out", "a link that leads out of the repository"),
        ("HEAD", "apps/nothing", "a link to nothing"),
        ("HEAD", "apps/self", "a link to itself"),
        ("HEAD", "apps", "a folder"),
        ("HEAD\nHEAD", "apps/real.sh", "is not a git revision"),
        ("HEAD", "apps/x\ny", "no file in git"),
    ],
)
def test_what_is_no_file_at_a_revision_is_said(committed: Path, ref: str, name: str, said: str) -> None:
    with pytest.raises(SmsgenError, match=said):
        GitRevisions().read(ref, name, max_bytes=9)


@pytest.mark.parametrize("name", ["apps/nope", "../elsewhere"])
def test_what_a_revision_does_not_hold_is_told_apart_from_a_revision_that_is_not_there(
    committed: Path, name: str
) -> None:
    with pytest.raises(NotAtRevision):
        GitRevisions().read("HEAD", name, max_bytes=9)
    with pytest.raises(SmsgenError) as caught:
        GitRevisions().read("nope", "apps/nope", max_bytes=9)
    assert not isinstance(caught.value, NotAtRevision)


def test_outside_of_a_repository_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SmsgenError, match="not a git repository"):
        GitRevisions().read("HEAD", "x", max_bytes=9)


def test_a_large_file_at_a_revision_is_not_read_whole(committed: Path) -> None:
    with pytest.raises(SmsgenError, match="at HEAD is larger than 3 bytes"):
        GitRevisions().read("HEAD", "apps/real.sh", max_bytes=3)


# --- A folder of somebody else's files ------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--parameters", "--deployed", "--template"])
def test_in_a_folder_of_somebody_else_every_link_stays_in_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    monkeypatch.setenv(FOLDER, str(repository))
    (repository / "apps" / "link").symlink_to("../.git/config")
    app = [] if option == "--template" else ["apps/shop.yaml"]
    assert run(["generate-change-set", *app, option, "apps/link", "--offline"]) == 1
    said = capsys.readouterr().err
    assert "token" not in said
    assert app or "cannot read apps/link: it leads out of the folder" in said


def test_a_committed_template_that_is_a_link_is_not_shown(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FOLDER, str(repository))
    (repository / "apps" / "boot.sh").write_text("true")
    (repository / "apps" / "template.yaml").symlink_to("../.git/config")
    for option in ("--check", "-o"):
        assert run(["generate-template", "apps/shop.yaml", option, "apps/template.yaml"]) == 1
        said = "".join(capsys.readouterr())
        assert "apps/template.yaml: it leads out of the folder that it has to stay in" in said
        assert "token" not in said
    assert (repository / ".git" / "config").read_text() == "token"


def test_what_stands_elsewhere_is_the_users_own_affair(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(repository))
    outside = repository.parent / "link"
    outside.symlink_to("secret")
    assert DiskFiles().read(str(outside), max_bytes=9) == b"secret"
    monkeypatch.delenv(FOLDER)
    (repository / "link").symlink_to("../secret")
    assert DiskFiles().read("link", max_bytes=9) == b"secret"
