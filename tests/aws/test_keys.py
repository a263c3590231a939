"""The port Keys on moto's KMS: found by all four names, and what is not there."""

from __future__ import annotations

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from smsgen.aws.clients import Clients
from smsgen.aws.keys import KmsKeys
from smsgen.errors import Refusal, ServiceError
from tests.aws.faults import FaultProxy
from tests.aws.site import REGION


def test_a_key_is_found_by_its_id_its_alias_and_the_arn_of_either(clients: Clients) -> None:
    kms = clients.client("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/disks", TargetKeyId=made["KeyId"])
    names = (made["KeyId"], "alias/disks", made["Arn"], made["Arn"].rpartition(":")[0] + ":alias/disks")
    found = [KmsKeys(clients).find(name) for name in names]
    assert [key.arn for key in found if key] == [made["Arn"]] * 4
    assert (KmsKeys(clients).region(), found[0].state if found[0] else "") == (REGION, "Enabled")
    kms.disable_key(KeyId=made["KeyId"])
    disabled = KmsKeys(clients).find("alias/disks")
    assert disabled is not None
    assert disabled.state == "Disabled"


def test_an_asymmetric_key_says_so(clients: Clients) -> None:
    made = clients.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    key = KmsKeys(clients).find(made["KeyId"])
    assert key is not None
    assert (key.spec, key.usage) == ("RSA_2048", "SIGN_VERIFY")


@pytest.mark.parametrize("name", ["alias/none", "1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_a_key_that_is_not_there_is_none(clients: Clients, name: str) -> None:
    assert KmsKeys(clients).find(name) is None


def test_who_may_not_look_is_told(clients: Clients, proxy: FaultProxy) -> None:
    proxy.fail("kms:DescribeKey", "denied")
    with pytest.raises(ServiceError) as error:
        KmsKeys(clients).find("alias/disks")
    assert error.value.kind is Refusal.DENIED
