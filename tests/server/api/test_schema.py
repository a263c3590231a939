"""What messages say of their members."""

from __future__ import annotations

from smsgen.server.api import messages as m
from smsgen.server.api.operations import OPERATIONS
from smsgen.server.api.schema import members


def test_a_member_has_its_name_its_shape_and_its_type() -> None:
    found = {one.name: one for one in members(m.ServerLaunchConfiguration)}
    assert found["ec2KeyName"].kind.shape.name == "EC2KeyName"
    assert found["ec2KeyName"].attribute == "ec2_key_name"
    assert found["associatePublicIpAddress"].kind.is_a == "boolean"
    assert found["server"].kind.message is m.Server
    (apps,) = [one for one in members(m.ListAppsRequest) if one.name == "appIds"]
    assert (apps.kind.is_a, apps.kind.shape.name) == ("list", "AppIds")
    assert apps.kind.item is not None
    assert apps.kind.item.shape.name == "AppId"


def test_what_must_be_there_is_marked() -> None:
    needed = {one.name for one in members(m.CreateReplicationJobRequest) if one.required}
    assert needed == {"serverId", "seedReplicationTime"}


def test_every_member_can_be_absent() -> None:
    """Who must say what is a matter of the API, and answered as one; a message can always be made."""
    for one in OPERATIONS.values():
        assert one.request() == one.request()
        assert one.response() == one.response()
