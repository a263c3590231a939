"""Walks an application through the rooms of smsgen, and counts them: `python tools/rooms.py [--steps]`.

    1. an application file to a template    2. to a change set    3. a LaunchApp request to CloudFormation (moto)

A step is a function that calls a function of another room. Each pair of functions counts once, at its first call, so
that loops add nothing; steps into one room that follow each other are one. A return is a step into a room that was
entered before. Counted three times: with the folders at the top of `smsgen/` for rooms, with all folders, with files.
`errors`, `generated`, `startup` and their like lie under all rooms, and are left out.

It walks through the `smsgen` of the folder that it is started in, whatever its rooms are, so that two revisions can be
compared: start it in the root of another checkout. Each way is gone once before it is counted, for what is only loaded.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from inspect import CO_OPTIMIZED
from itertools import groupby
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

ROOT = Path.cwd() / "smsgen"
UNDER_ALL = {"errors", "generated", "startup", "hints", "record", "templates", "late"}
"""What is no station of any way: folders, and files beside them, of now and of earlier."""
INSIDE = {"source": "text", "pyyaml": "text", "json_text": "text", "disk": "local", "clock": "local"}
"""Files that stood beside the folders -> the folder they stand in since."""
COUNTED = {"compile_app": "compiler", "resolve": "compiler", "predict": "changes"}
"""Function -> its folder; their calls are counted."""


class Place(NamedTuple):
    """Where a function stands: the folder at the top of smsgen/, its folder, its file."""

    top: str
    folder: str
    file: str


OUTSIDE = Place("", "", "")


@cache
def place_of(code: CodeType) -> Place | None:
    """Return where a function stands; None for other code, modules and classes, and for what lies under all rooms."""
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT) or not code.co_flags & CO_OPTIMIZED:
        return None
    inner = path.relative_to(ROOT)
    top = inner.parts[0].removesuffix(".py")
    top = INSIDE.get(top, top)
    folder = top if len(inner.parts) == 1 else inner.parent.as_posix()
    return None if top in UNDER_ALL else Place(top, folder, inner.as_posix())


class Walk(NamedTuple):
    """Where a way leads: the steps in order, from where to where; how often the functions of `COUNTED` were called."""

    steps: tuple[tuple[Place, Place], ...]
    calls: Counter[str]

    def rooms(self, kind: int) -> list[str]:
        """Return the rooms in order, each step into another one."""
        return [
            room
            for room, _ in groupby(there[kind] for here, there in self.steps if here[kind] != there[kind])
        ]

    def told(self) -> str:
        """Return the walk's figures in a line."""
        counts = []
        for kind in range(3):
            rooms = self.rooms(kind)
            counts.append(f"{len(set(rooms)):7}{len(rooms) - len(set(rooms)):5}")
        return "".join(counts) + "".join(f"{self.calls[name]:13}" for name in COUNTED)


def walk(way: Callable[[], object]) -> Walk:
    """Go a way and return where it led."""
    steps: list[tuple[Place, Place]] = []
    pairs: set[tuple[CodeType | None, CodeType]] = set()
    calls: Counter[str] = Counter()

    def step(frame: FrameType, event: str, _: Any) -> None:
        place = place_of(frame.f_code) if event == "call" else None
        if place is None:
            return
        calls[frame.f_code.co_name] += COUNTED.get(frame.f_code.co_name) == place.top
        caller = frame.f_back
        while caller is not None and place_of(caller.f_code) is None:
            caller = caller.f_back
        pair = (caller.f_code if caller else None, frame.f_code)
        if pair not in pairs:
            pairs.add(pair)
            steps.append((OUTSIDE if caller is None else place_of(caller.f_code) or OUTSIDE, place))

    sys.setprofile(step)
    try:
        way()
    finally:
        sys.setprofile(None)
    return Walk(tuple(steps), calls)


def command(*words: str) -> Callable[[], None]:
    """Return the way of a command, its output thrown away."""
    from smsgen.cli import run

    def go() -> None:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
            code = run(list(words))
        if code:
            raise SystemExit(f"{' '.join(words)} ended with {code}: {said.getvalue()}")

    return go


@contextlib.contextmanager
def launching() -> Iterator[Callable[[], None]]:
    """Yield the way of a LaunchApp request, with the work it leads to, in front of moto."""
    import boto3
    from moto import mock_aws

    import smsgen

    home = "apps.world" if (ROOT / "operations/apps").exists() else "world"
    settings = import_module(f"smsgen.operations.{home}").Settings(profile="sms")  # volumes are the image's
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ[name] = "testing"
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    with mock_aws(), smsgen.Service(region="eu-central-1", workers=0, settings=settings) as service:
        ec2 = boto3.client("ec2", region_name="eu-central-1")
        image = ec2.describe_images()["Images"][0]["ImageId"]
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        launch = {"subnet": subnet, "securityGroup": group, "instanceType": "m6i.large"}

        ready = []
        for server in ("s-12345678", "s-23456789"):
            groups = [{"name": "web", "serverList": [{"serverId": server, "vmServer": {"vmName": server}}]}]
            created = service.create_app(name=f"shop-{server}", serverGroups=groups)
            app_id = created["appSummary"]["appId"]
            launches = {
                "serverGroupId": created["serverGroups"][0]["serverGroupId"],
                "launchOrder": 0,
                "serverLaunchConfigurations": [{"server": {"serverId": server}, **launch}],
            }
            service.put_app_launch_configuration(
                appId=app_id, roleName="sms", serverGroupLaunchConfigurations=[launches]
            )
            service.set_image(app_id, server, image)
            ready.append(app_id)

        def go() -> None:
            app_id = ready.pop()
            service.launch_app(appId=app_id)
            answer = service.wait(app_id)["appSummary"]
            if answer["launchStatus"] != "LAUNCHED":
                raise SystemExit(f"the launch ended as {answer['launchStatus']}")

        yield go


def main() -> None:
    """Print the figures of the three ways."""
    parser = argparse.ArgumentParser(prog="python tools/rooms.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--steps", action="store_true", help="print the rooms in their order, too")
    args = parser.parse_args()
    sys.path.insert(0, str(Path.cwd()))
    app = str(Path("samples/three-tier.yaml").resolve())
    with tempfile.TemporaryDirectory() as folder, launching() as launch:
        template = f"{folder}/template.yaml"
        ways = {
            "generate-template": command("generate-template", app, "-o", template),
            "generate-change-set": command("generate-change-set", app, "--deployed", template),
            "LaunchApp": launch,
        }
        print(
            f"{'rooms, returns by':20}   top folder   folder      file" + "".join(f"{n:>13}" for n in COUNTED)
        )
        for name, way in ways.items():
            way()
            walked = walk(way)
            print(f"{name:20}{walked.told()}")
            if args.steps:
                print("  " + " > ".join(walked.rooms(0)))


if __name__ == "__main__":
    main()
