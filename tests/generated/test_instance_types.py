"""The generated list of instance types, and what writes it."""

import pytest

from smsgen.generated.instance_types import FAMILIES
from smsgen.model.kinds import instance_types
from tools import instance_types as generator


def test_the_list_holds_old_and_new_types_once_each() -> None:
    names = instance_types()
    assert len(names) > 1_000
    assert len(names) == len(set(names))
    assert {"t1.micro", "m6i.large", "c7i-flex.large", "u-6tb1.metal", "m7i.metal-24xl"} <= set(names)


def test_families_and_sizes_are_sorted_as_people_list_them() -> None:
    assert list(FAMILIES) == sorted(FAMILIES)
    assert FAMILIES["m6i"].split()[:4] == ["large", "xlarge", "2xlarge", "4xlarge"]


def test_the_generator_writes_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [f"{number}xlarge" for number in range(2, 40)]
    monkeypatch.setattr(generator, "from_botocore", lambda: {"a1.xlarge", "a1.medium", "b2-x.metal"})
    monkeypatch.setattr(
        generator, "from_cfnlint", lambda: {"a1.large", "a1.medium", *(f"long.{size}" for size in sizes)}
    )
    made: dict[str, dict[str, str]] = {}
    text = generator.generate()
    exec(text, made)
    assert made["FAMILIES"] == {"a1": "medium large xlarge", "b2-x": "metal", "long": " ".join(sizes)}
    assert max(map(len, text.splitlines())) <= 110
