"""The container image: what its files say, and that it runs as nobody on a read-only disk where Docker is."""

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
IGNORED = (ROOT / ".dockerignore").read_text().split()
KEYS = "[ann]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = a-long-secret-of-ann\n"
UNREACHABLE = (
    "no such host",
    "timeout",
    "Temporary failure",
    "No matching distribution",
    "connection refused",
    "EOF",
)


def docker(*words: str, check: bool = True) -> str:
    done = subprocess.run(
        ["docker", *words], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done.stdout if check else done.stdout + done.stderr


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def health_command() -> list[str]:
    (words,) = re.findall(r"HEALTHCHECK (?:.|\n)*?CMD (\[.*\])", DOCKERFILE)
    command: list[str] = json.loads(words)
    return command


# --- What the files say ---------------------------------------------------------------------------------------------


def test_the_image_runs_as_nobody_in_particular() -> None:
    users = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert users
    assert "0" not in users[-1]
    assert DOCKERFILE.rindex("USER ") > DOCKERFILE.rindex("RUN ")


def test_what_is_copied_is_there_and_sent_to_the_builder() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert names == {"pyproject.toml", "README.md", "LICENSE", "smsgen", "templates"}
    for name in names:
        assert (ROOT / name).exists()
        assert f"!{name}" in IGNORED
    assert IGNORED[0] == "*"


def test_compose_gives_it_a_read_only_root_and_postgresql() -> None:
    server, database = COMPOSE["services"]["smsgen"], COMPOSE["services"]["postgres"]
    assert server["read_only"] is True
    assert server["cap_drop"] == ["ALL"]
    assert server["environment"]["SMSGEN_STORE"].startswith("postgresql+psycopg://")
    assert server["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert database["image"].startswith("postgres:")
    assert "healthcheck" in database
    assert all(port.startswith("127.0.0.1:") for port in server["ports"])


def test_no_secret_stands_in_the_files() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or str(value).startswith("${SMSGEN_DB_PASSWORD:?")


def test_the_command_is_one_that_serve_takes(tmp_path: Path) -> None:
    """The very command and health check of the image, without the container, from a folder of its own."""
    pytest.importorskip("uvicorn", reason="uvicorn comes with smsgen[server]")
    (words,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    command = json.loads(words)
    keys = tmp_path / "keys.ini"
    keys.write_text(KEYS)
    keys.chmod(0o600)
    port = free_port()
    command[command.index("/run/secrets/keys.ini")] = str(keys)
    command[command.index("0.0.0.0")] = "127.0.0.1"
    environment = {
        **os.environ,
        "SMSGEN_STORE": f"sqlite:///{tmp_path}/store.db",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "smsgen", *command, "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        python, *options = health_command()
        assert python == "python"
        check = [sys.executable, *options[:-1], options[-1].replace("8471", str(port))]
        ast.parse(check[-1])
        assert subprocess.run(
            [*check[:-1], check[-1].replace(str(port), "1")], capture_output=True, check=False
        ).returncode
        deadline = time.monotonic() + 60
        while subprocess.run(check, capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline
            assert server.poll() is None
            time.sleep(0.2)
    finally:
        server.terminate()
        assert server.wait(timeout=60) == 0


# --- With Docker ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image, built of this checkout."""
    if not shutil.which("docker"):
        pytest.skip("Docker is not installed")
    if "Server Version" not in docker("info", check=False):
        pytest.skip("Docker's daemon cannot be reached")
    name = f"smsgen-test-{os.getpid()}"
    built = docker("build", "--tag", name, ".", check=False)
    if not docker("images", "--quiet", name).strip():
        if any(word in built for word in UNREACHABLE):
            pytest.skip("the registry of images cannot be reached")
        pytest.fail(built)
    yield name
    docker("rmi", "--force", name, check=False)


def test_it_starts_as_nobody_on_a_read_only_file_system_and_is_healthy(image: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    keys = tmp_path / "keys.ini"
    keys.write_text(KEYS)
    keys.chmod(0o600)
    user = str(os.getuid() or 10001)
    if os.getuid() == 0:
        os.chown(keys, 10001, 10001)
    limits = (
        "--read-only",
        "--tmpfs",
        "/tmp",
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges:true",
    )
    mounts = ("--mount", f"type=bind,src={keys},dst=/run/secrets/keys.ini,readonly")
    store = ("--env", "SMSGEN_STORE=sqlite:////tmp/store.db", "--env", "AWS_DEFAULT_REGION=eu-central-1")
    container = docker(
        "run", "--detach", "--user", user, *limits, *mounts, *store, "--health-interval", "1s", image
    ).strip()
    try:
        deadline = time.monotonic() + 120
        state = ""
        while state != "healthy":
            assert time.monotonic() < deadline, docker("logs", container, check=False)
            state = docker("inspect", "--format", "{{.State.Health.Status}}", container).strip()
            time.sleep(0.5)
        assert docker("exec", container, "id", "-u").strip() == user
        assert "Read-only" in docker("exec", container, "touch", "/here", check=False)
        docker("stop", "--time", "60", container)
        assert docker("inspect", "--format", "{{.State.ExitCode}}", container).strip() == "0"
    finally:
        docker("rm", "--force", container, check=False)


def test_its_other_commands_run_too(image: str) -> None:
    assert docker("run", "--rm", "--read-only", image, "--version").startswith("smsgen ")


def test_compose_takes_its_file(image: str) -> None:
    if "Docker Compose" not in docker("compose", "version", check=False):
        pytest.skip("Docker Compose is not installed")
    environment = {**os.environ, "SMSGEN_DB_PASSWORD": "secret"}
    command = ["docker", "compose", "config", "--quiet"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
