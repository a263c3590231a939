"""Secrets are masked in everything that is shown of a change set, and what is no secret stays readable."""

import base64
from typing import Any

import pytest

from smsgen.changes.masking import Mask, decoded, mask_of, masked_text, secret_name
from smsgen.changes.model import KNOWN_AFTER_APPLY, MASK
from tests.changes.stacks import resources, stack, topic, update

AWS_KEY = "AKIA" + "A1" * 8


def encoded(script: str) -> str:
    return base64.b64encode(script.encode()).decode()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"key {AWS_KEY} end", f"key {MASK} end"),
        ("-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY----- end", f"{MASK} end"),
        ("-----BEGIN PRIVATE KEY-----\ncut off", MASK),
        ("t eyJhbGciOiJI.eyJzdWIiOiIx.abc-_ end", f"t {MASK} end"),
        ("ghp_" + "a" * 20, MASK),
        ("https://s3/x?X-Amz-Signature=abc&y=1", f"https://s3/x?X-Amz-Signature={MASK}&y=1"),
        ("Authorization: Bearer abc.def end", f"Authorization: Bearer {MASK} end"),
        ("postgres://admin:hunter2@db/x", f"postgres://admin:{MASK}@db/x"),
        ("export DB_PASSWORD=hunter2; run", f"export DB_PASSWORD={MASK}; run"),
        ("mysql --password hunter2 -h db", f"mysql --password {MASK} -h db"),
        ("PASSWORD={{resolve:ssm:/db}}", "PASSWORD={{resolve:ssm:/db}}"),
        # A reference is no secret: it says where one is.
        ("{{resolve:secretsmanager:db:SecretString:pw}}", "{{resolve:secretsmanager:db:SecretString:pw}}"),
        (
            "a PASSWORD=x b {{resolve:ssm:/t}} TOKEN=y",
            f"a PASSWORD={MASK} b {{{{resolve:ssm:/t}}}} TOKEN={MASK}",
        ),
        ('PASSWORD="ab{{resolve:ssm:/t}}cd" x', f"PASSWORD={MASK} x"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_what_looks_like_a_secret_is_masked_in_any_text(text: str, masked: str) -> None:
    assert Mask().text(text) == masked


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"MasterUserPassword": "x"}, {"MasterUserPassword": MASK}),
        ({"A": {"SecretString": "x", "Name": "n"}}, {"A": {"SecretString": MASK, "Name": "n"}}),
        ([{"Name": "DB_PASSWORD", "Value": "x"}], [{"Name": "DB_PASSWORD", "Value": MASK}]),
        ([{"Key": "api-key", "Value": "x"}], [{"Key": "api-key", "Value": MASK}]),
        # Only the Value of a pair is judged by the pair's name.
        (
            {"Name": "DB_PASSWORD", "Value": "x", "Type": "plain"},
            {"Name": "DB_PASSWORD", "Value": MASK, "Type": "plain"},
        ),
        ({"Name": "Colour", "Value": "red"}, {"Name": "Colour", "Value": "red"}),
        ({"Name": "DB_PASSWORD"}, {"Name": "DB_PASSWORD"}),
        ({"Name": 5, "Value": "x"}, {"Name": 5, "Value": "x"}),
        # The items of a list are judged by the list's name.
        ({"AuthToken": ["x", "y"]}, {"AuthToken": [MASK, MASK]}),
        ({"Password": ""}, {"Password": ""}),
        ({"Password": KNOWN_AFTER_APPLY}, {"Password": KNOWN_AFTER_APPLY}),
        ({"Password": "{{resolve:secretsmanager:db}}"}, {"Password": "{{resolve:secretsmanager:db}}"}),
        ({"PasswordPolicy": "x", "Port": 5}, {"PasswordPolicy": "x", "Port": 5}),
    ],
)
def test_values_are_masked_by_the_names_they_stand_under(value: Any, masked: Any) -> None:
    assert Mask()(value) == masked


def test_a_value_of_no_echo_is_masked_wherever_it_stands() -> None:
    mask = Mask(["hunter2", "hunter2-longer", "abc", "", MASK])
    assert mask({"A": "hunter2", "B": "use hunter2!"}) == {"A": MASK, "B": f"use {MASK}!"}
    assert mask("hunter2-longer here") == f"{MASK} here"  # the longest first
    assert (mask("abc"), mask("abcd")) == (MASK, "abcd")  # a short one only where it is the whole


def test_a_secret_of_four_characters_is_masked_within_a_text() -> None:
    assert Mask(["abcd"]).text("x abcd y") == f"x {MASK} y"


def test_user_data_is_looked_into_and_stays_what_it_is() -> None:
    mask = Mask()
    harmless = encoded("echo hello")
    assert mask({"UserData": harmless}) == {"UserData": harmless}
    masked = mask({"UserData": encoded("TOKEN=abcdef\n")})["UserData"]
    assert decoded(masked) == f"TOKEN={MASK}\n"
    assert mask({"UserData": "no Base64: PASSWORD=x"}) == {"UserData": f"no Base64: PASSWORD={MASK}"}
    assert mask({"Other": encoded("TOKEN=abcdef\n")}) == {"Other": encoded("TOKEN=abcdef\n")}


def test_a_change_set_knows_the_secrets_of_both_sides_and_their_defaults() -> None:
    def template(default: str) -> dict[str, Any]:
        parameters = {
            "Secret": {"Type": "String", "NoEcho": True, "Default": default},
            "Plain": {"Type": "String", "Default": "visible"},
        }
        return {"Parameters": parameters, **resources(T=topic(DisplayName={"Ref": "Secret"}))}

    deployed = stack(template("first-default"), {"Secret": "deployed-value"})
    mask = mask_of(update(deployed, template("second-default"), {"Secret": "given-value"}))
    for secret in ("deployed-value", "given-value", "first-default", "second-default"):
        assert mask.text(f"a {secret} b") == f"a {MASK} b"
    assert mask.text("visible") == "visible"


@pytest.mark.parametrize(
    ("path", "context", "name"),
    [
        ("/Properties/Password", None, "Password"),
        ("/Properties/Tokens/0", None, "Tokens"),
        ("/Properties/Env/0/Value", {"Properties": {"Env": [{"Name": "DB_TOKEN", "Value": "x"}]}}, "DBTOKEN"),
        ("/Properties/Env/0/Value", {"Properties": {"Env": []}}, "Value"),
        ("/Properties/Env/0/Value", {"Properties": {"Env": [{"Value": "x"}]}}, "Value"),
        ("/Properties/Env/0/Name", {"Properties": {"Env": [{"Name": "DB_TOKEN", "Value": "x"}]}}, "Name"),
    ],
)
def test_a_leaf_is_judged_by_its_own_name_or_that_of_its_pair(path: str, context: Any, name: str) -> None:
    assert secret_name(path, None, context) == name


def test_the_json_of_a_map_is_masked_by_the_names_in_it() -> None:
    assert (
        masked_text(Mask(), '{"Password":"x","Port":"1"}', "Login") == f'{{"Password":"{MASK}","Port":"1"}}'
    )
    assert masked_text(Mask(), "plain", "Password") == MASK


def test_what_only_nearly_is_base64_is_a_text_as_it_stands() -> None:
    assert decoded("aGVsbG8=") == "hello"
    assert decoded("aGVs bG8=") is None
    assert decoded("aGVsbG8") is None
    assert decoded(base64.b64encode(b"\xff\xfe").decode()) is None


def test_a_secret_that_moves_to_another_position_stays_masked() -> None:
    plain, secret = {"Key": "Team", "Value": "x"}, {"Key": "DB_PASSWORD", "Value": "y"}
    sides = {"Properties": {"Tags": [plain]}}, {"Properties": {"Tags": [secret]}}
    for contexts in (sides, sides[::-1]):
        name = secret_name("/Properties/Tags/0/Value", *contexts)
        assert Mask(())("y", name) == "****"
    assert secret_name("/Properties/Tags/0/Value", sides[0], None) == "Team"
