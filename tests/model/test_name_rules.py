"""Where two servers would be one in the template, and where that is said."""

import pytest

from smsgen.errors import InvalidInput
from smsgen.model.load import load


def refused(text: str) -> list[tuple[str, int, int]]:
    """Return (code, line, column) of what is wrong with a file."""
    with pytest.raises(InvalidInput) as error:
        load(text.encode(), "app.yaml")
    return [(d.code, d.location.line, d.location.column) for d in error.value.diagnostics if d.location]


def test_a_default_for_one_server_names_it() -> None:
    in_group = (
        "name: a\nserverGroups: [{launchDefaults: {logicalId: Web}, serverList: [{imageId: ami-12345678}]}]\n"
    )
    on_top = (
        "name: a\nlaunchDefaults: {logicalId: Web}\nserverGroups: [{serverList: [{imageId: ami-12345678}]}]\n"
    )
    for text in (in_group, on_top):
        assert load(text.encode(), "app.yaml").app.name == "a"
    assert refused("name: a\nserverGroups: [{serverList: [{imageId: ami-12345678}]}]\n") == [
        ("UNNAMED_SERVER", 2, 30)
    ]


def test_a_logical_id_that_is_a_default_is_found_where_it_is_said() -> None:
    text = """\
name: a
serverGroups:
  - launchDefaults: {logicalId: Web}
    launchOrder: 0
    serverList: [{serverId: s-00000001}]
  - launchOrder: 1
    serverList:
      - {serverId: s-00000002, launch: {logicalId: Web}}
"""
    assert refused(text) == [("DUPLICATE_LOGICAL_ID", 8, 52)]
    other = text.replace("launch: {logicalId: Web}", "vmServer: {vmName: web}")
    assert refused(other) == [("LOGICAL_ID_COLLISION", 3, 33), ("LOGICAL_ID_COLLISION", 8, 51)]


def test_a_server_without_a_name_is_told_by_its_id() -> None:
    text = """\
name: a
serverGroups:
  - serverList:
      - {serverId: s-00000001}
      - {serverId: s-00000002, launch: {logicalId: S00000001}}
"""
    assert refused(text) == [("LOGICAL_ID_COLLISION", 4, 20), ("LOGICAL_ID_COLLISION", 5, 52)]
