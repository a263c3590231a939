"""export-app, import-app, backup and restore as they are run: what goes where, exit codes, where the store is."""

import subprocess
import sys
from pathlib import Path

import pytest

from smsgen.cli.store_options import store_url
from tests.operations.intake.answers import app_id, get_app, get_launch, get_replication, text
from tests.servers.postgres import PASSWORD, Postgres, postgres

__all__ = ["postgres"]
SAMPLES = Path(__file__).parent.parent.parent / "samples"


class Shell:
    """Runs smsgen in a folder, with the store of a user of its own there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"XDG_DATA_HOME": f"{folder}/data", "PATH": "/usr/bin:/bin"}
        for name, data in (("app", get_app()), ("launch", get_launch()), ("replication", get_replication())):
            (folder / f"{name}.json").write_bytes(text(data))

    def run(self, *arguments: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "smsgen", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_old_exports_go_through_the_store_into_an_application_file(shell: Shell) -> None:
    done = shell.run("import-app", "replication.json", "launch.json", "app.json")
    assert done.stdout == f"{app_id()}\n"
    assert "READY_FOR_LAUNCH: waits for an image of" in done.stderr
    assert (shell.folder / "data" / "smsgen" / "store.db").exists()
    again = shell.run("import-app", "app.json", "launch.json", code=1)
    assert "is in the store already" in again.stderr
    assert "hint: --replace" in again.stderr
    shell.run("import-app", "app.json", "launch.json", "--replace")
    done = shell.run("export-app", app_id(), "-o", "shop.json")
    assert done.stdout == ""
    assert "smsgen: note: an application file does not say how its servers are replicated" in done.stderr
    printed = shell.run("export-app", app_id(), "--format", "json").stdout
    assert (shell.folder / "shop.json").read_text() == printed
    assert "LaunchOrder" in shell.run("generate-template", "shop.json").stdout


def test_old_exports_become_application_files_without_a_store(shell: Shell) -> None:
    done = shell.run("import-app", "app.json", "launch.json", "--to-file", "shop.yaml")
    assert done.stdout == f"{app_id()}\n"
    assert not (shell.folder / "data").exists()
    shell.run("generate-template", "shop.yaml")
    assert "there already" in shell.run("import-app", "app.json", "--to-file", "shop.yaml", code=1).stderr
    (shell.folder / "other.json").write_bytes(text(get_app(2)))
    done = shell.run("import-app", "app.json", "other.json", "--to-file", "shop.yaml", code=64)
    assert "do not fit into one file" in done.stderr
    shell.run("import-app", "app.json", "other.json", "--to-file", "apps/")
    assert {file.name for file in (shell.folder / "apps").iterdir()} == {
        f"{app_id(1)}.yaml",
        f"{app_id(2)}.yaml",
    }
    assert (
        "exclude each other"
        in shell.run("import-app", "app.json", "--to-file", "x", "--store", "sqlite://", code=64).stderr
    )


def test_a_sample_goes_in_and_comes_out_as_the_same_template(shell: Shell) -> None:
    sample = str(SAMPLES / "three-tier.yaml")
    given = shell.run("import-app", sample).stdout.strip()
    shell.run("export-app", given, "-o", "again.yaml")
    templates = [shell.run("generate-template", file).stdout for file in (sample, "again.yaml")]
    assert templates[0] == templates[1]


def test_wrong_files_are_refused_in_their_places_and_nothing_is_kept(shell: Shell) -> None:
    (shell.folder / "app.json").write_bytes(text(get_app(status="SLEEPING")))
    done = shell.run("import-app", "app.json", "launch.json", code=1)
    assert "app.json:6:19: error[UNKNOWN_VALUE]" in done.stderr
    assert not (shell.folder / "data").exists()
    assert "cannot read missing.json" in shell.run("import-app", "missing.json", code=1).stderr


def test_a_backup_is_restored_where_the_store_is_asked_for(shell: Shell) -> None:
    shell.run("import-app", "app.json")
    assert "store.backup holds 1 application\n" in shell.run("backup", "-o", "store.backup").stderr
    assert "is not empty" in shell.run("restore", "store.backup", code=1).stderr
    assert (
        "1 application restored" in shell.run("restore", "store.backup", "--store", "sqlite:///new.db").stderr
    )
    exported = [
        shell.run("export-app", app_id(), *where).stdout for where in ((), ("--store", "sqlite:///new.db"))
    ]
    assert exported[0] == exported[1] != ""


def test_reading_makes_no_store(shell: Shell) -> None:
    assert "there is no store at" in shell.run("export-app", app_id(), code=1).stderr
    assert "there is no store at" in shell.run("backup", "-o", "x", code=1).stderr
    assert not (shell.folder / "data").exists()
    shell.run("import-app", "app.json")
    assert "there is no application app-1" in shell.run("export-app", "app-1", code=1).stderr


def test_the_store_may_be_named_in_the_environment_where_no_one_sees_its_password(
    shell: Shell, postgres: Postgres
) -> None:
    shell.environment["SMSGEN_STORE"] = postgres.new_database()
    shell.run("import-app", "app.json")
    assert shell.run("export-app", app_id()).stdout.startswith("name: shop 1\n")
    shell.run("backup", "-o", "store.backup")
    shell.environment["SMSGEN_STORE"] = postgres.url("nowhere")
    done = shell.run("export-app", app_id(), code=1)
    assert 'database "nowhere" does not exist' in done.stderr
    assert PASSWORD not in done.stderr


def test_where_the_store_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from argparse import Namespace

    monkeypatch.setenv("HOME", "/home/me")
    for name in ("SMSGEN_STORE", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert store_url(Namespace(store=None)) == "sqlite:////home/me/.local/share/smsgen/store.db"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert store_url(Namespace(store=None)) == "sqlite:////home/me/.local/share/smsgen/store.db"
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert store_url(Namespace(store=None)) == "sqlite:////data/smsgen/store.db"
    monkeypatch.setenv("SMSGEN_STORE", "sqlite:///other.db")
    assert store_url(Namespace(store=None)) == "sqlite:///other.db"
    assert store_url(Namespace(store="sqlite:///mine.db")) == "sqlite:///mine.db"
