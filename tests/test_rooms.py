"""The measurement of how an application goes through the rooms: what is counted, and what is not."""

from __future__ import annotations

from smsgen.cfn.text import dump, parse_template
from tools.rooms import COUNTED, walk

TEXT = b"Resources: {A: {Type: AWS::SNS::Topic}}"


def test_steps_between_rooms_count_once_and_returns_are_told() -> None:
    def way() -> None:
        for _ in range(3):
            parse_template(TEXT, "a.yaml")

    walked = walk(way)
    assert walked.rooms(0)[:2] == ["cfn", "text"]
    assert set(walked.rooms(0)) == {"cfn", "text"}
    assert len(walked.rooms(0)) < 6
    assert walked.told().split()[-len(COUNTED) :] == ["0", "0", "0"]


def test_what_is_compiled_is_counted() -> None:
    import smsgen

    walked = walk(lambda: smsgen.generate_template("samples/single.yaml"))
    assert dict(walked.calls)["compile_app"] == 1
    assert {"library", "operations", "model", "compiler", "cfn", "text"} <= set(walked.rooms(0))


def test_files_are_rooms_of_the_finest_count() -> None:
    template = parse_template(TEXT, "a.yaml").template
    rooms = walk(lambda: dump(template, "yaml")).rooms(2)
    assert rooms[0] == "cfn/text.py"
