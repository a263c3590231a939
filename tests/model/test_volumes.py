"""What EBS makes of a volume, at the edge of each of its limits."""

import pytest

from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.check import check_app
from smsgen.model.launch import Launch, Volume


def codes(**fields: object) -> list[str]:
    volume = Volume(**{"device": "/dev/sdf", **fields})  # type: ignore[arg-type] # each case says its own fields
    server = Server("s-12345678", launch=Launch(volumes=(volume,)))
    app = App(
        "shop", app_id="app-0123456789abcdef0", server_groups=(ServerGroup("g", server_list=(server,)),)
    )
    return [found.code for found in check_app(app)]


@pytest.mark.parametrize(
    "fields",
    [
        {"size": 1},
        {"size": 65_536},
        {"size": 125, "type": "st1"},
        {"size": 1_024, "type": "standard"},
        # gp3: 3,000 operations at any size, 500 a GiB above that.
        {"size": 1, "iops": 3_000},
        {"size": 10, "iops": 5_000},
        {"size": 160, "iops": 80_000},
        {"iops": 80_000},
        {"size": 4, "type": "io1", "iops": 200},
        {"size": 4, "type": "io2", "iops": 4_000},
        {"throughput": 750},
        {"iops": 4_000, "size": 8, "throughput": 1_000},
        {"device": "/dev/sda1", "size": 8, "delete_on_termination": False},
        {"size": 8, "retain": True},
        {"snapshot_id": "snap-0123456789abcdef0", "retain": True},
        {"size": 8, "encrypted": True, "kms_key_id": "alias/a"},
    ],
)
def test_what_is_within_every_limit_is_taken(fields: dict[str, object]) -> None:
    assert codes(**fields) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"size": 16_385, "type": "gp2"}, "BAD_VOLUME"),
        ({"size": 124, "type": "st1"}, "BAD_VOLUME"),
        ({"size": 16_385, "type": "io1", "iops": 100}, "BAD_VOLUME"),
        ({"size": 3, "type": "io2", "iops": 100}, "BAD_VOLUME"),
        ({"size": 125, "type": "sc1", "device": "/dev/xvda"}, "BAD_VOLUME"),
        ({"size": 8, "type": "io2"}, "MISSING_FIELD"),
        ({"iops": 2_999}, "BAD_VOLUME"),
        ({"iops": 80_001}, "BAD_VOLUME"),
        ({"size": 10, "iops": 5_001}, "BAD_VOLUME"),
        ({"size": 4, "type": "io1", "iops": 201}, "BAD_VOLUME"),
        ({"size": 8, "type": "gp2", "iops": 3_000}, "CONFLICT"),
        ({"size": 8, "type": "gp2", "throughput": 125}, "CONFLICT"),
        ({"throughput": 751}, "BAD_VOLUME"),
        ({"iops": 4_000, "size": 8, "throughput": 1_001}, "BAD_VOLUME"),
        ({"size": 8, "encrypted": False, "kms_key_id": "alias/a"}, "CONFLICT"),
        ({"size": 8, "retain": True, "delete_on_termination": True}, "CONFLICT"),
        ({"size": 8, "retain": True, "device": "/dev/sda1"}, "CONFLICT"),
        ({"retain": True}, "MISSING_FIELD"),
    ],
)
def test_what_is_beyond_one_is_refused(fields: dict[str, object], code: str) -> None:
    assert codes(**fields) == [code]
