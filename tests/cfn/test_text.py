"""A template survives being written and read, and is written as people write it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.cfn.document import Template
from smsgen.cfn.text import dump, dump_yaml, parse_template
from smsgen.errors import InvalidInput

AWKWARD = [
    *(
        "0123",
        "yes",
        "No",
        "on",
        "y",
        "null",
        "~",
        "",
        "2024-01-01",
        "1e3",
        "0x1F",
        "0o7",
        "1_000",
        "12:30:45",
        "=",
        "<<",
    ),
    *(
        "1.5",
        ".5",
        ".inf",
        "NaN",
        "-1",
        "+1",
        "-",
        "?",
        "a: b",
        "a #b",
        "- a",
        "%x",
        "@a",
        "`",
        "!x",
        "&a",
        "*b",
        "|",
        ">",
    ),
    *(
        "a\nb\n",
        "a\n b",
        "\n",
        "\n\n",
        " lead\nx",
        "x \ny",
        "\tq",
        "a\n\n\nb\n\n",
        "#!/bin/sh\necho ${X}\n",
        "a\r\nb",
    ),
    *("é", "😀", "A\u2028B", "\x85", "\ufeffx", "{", "'q'", 'a"b', "a\\b", "a\tb\nc"),
]
TEXT = st.text(max_size=20) | st.sampled_from(AWKWARD)
LEAF = TEXT | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
FUNCTIONS = ["Ref", "Condition", "Fn::ForEach::X", "Fn::GetStackOutput"] + [
    f"Fn::{name}"
    for name in [
        "Sub",
        "GetAtt",
        "Join",
        "Base64",
        "If",
        "Transform",
        "GetAZs",
        "Select",
        "Not",
        "ImportValue",
    ]
]
VALUE = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT, inner, max_size=4)
        | st.builds(lambda name, argument: {name: argument}, st.sampled_from(FUNCTIONS), inner)
    ),
    max_leaves=20,
)


@given(st.dictionaries(TEXT, VALUE, max_size=4))
def test_reading_what_was_written_as_yaml_gives_the_same(body: dict[str, object]) -> None:
    assert parse_template(dump(Template(body), "yaml").encode(), "t").template.body == body


@given(st.dictionaries(TEXT, VALUE, max_size=4))
def test_reading_what_was_written_as_json_gives_the_same(body: dict[str, object]) -> None:
    assert parse_template(dump(Template(body), "json").encode(), "t").template.body == body


@given(VALUE)
def test_other_yaml_readers_agree(value: object) -> None:
    """The text means the same to PyYAML's own loader, with tags read as their long forms."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def read(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> object:
        name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
        if isinstance(node, yaml.ScalarNode):
            text = loader.construct_scalar(node)
            return {name: text.split(".", 1) if suffix == "GetAtt" else text}
        return {name: loader.construct_sequence(node, deep=True)}

    Loader.add_multi_constructor("!", read)
    body = {"Resources": {"A": {"Properties": {"P": value}}}}
    assert yaml.load(dump(Template(body), "yaml"), Loader) == body


def test_yaml_is_written_as_people_write_it() -> None:
    body = {
        "Outputs": {"Id": {"Value": {"Ref": "Web"}}},
        "Resources": {
            "Web": {
                "Properties": {
                    "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho ${AWS::Region}\n"}},
                    "Tags": [{"Key": "CostCenter", "Value": "0123"}],
                    "SubnetId": {"Fn::GetAtt": ["Net", "Outputs.Subnet"]},
                    "AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
                },
                "DependsOn": ["Net"],
                "Type": "AWS::EC2::Instance",
            }
        },
        "AWSTemplateFormatVersion": "2010-09-09",
    }
    assert dump(Template(body), "yaml") == (
        """\
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Web:
    Type: AWS::EC2::Instance
    DependsOn:
    - Net
    Properties:
      AvailabilityZone: !Select
      - 0
      - !GetAZs ''
      SubnetId: !GetAtt Net.Outputs.Subnet
      Tags:
      - Key: CostCenter
        Value: '0123'
      UserData:
        Fn::Base64: !Sub |
          #!/bin/sh
          echo ${AWS::Region}
Outputs:
  Id:
    Value: !Ref Web
"""
    )


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_text_stays_text(text: str, format_: str) -> None:
    assert parse_template(dump(Template({"a": text}), format_).encode(), "t").template.body == {"a": text}


@pytest.mark.parametrize("code", [0x7F, 0x80, 0x85, 0x9F, 0x2028, 0xFEFF])
def test_no_control_character_stands_in_a_file(code: int) -> None:
    for format_, escaped in (("json", f'"\\u{code:04x}"'), ("yaml", "")):
        text = dump(Template({"a": chr(code)}), format_)
        assert escaped in text
        assert chr(code) not in text or code == 0x2028  # which PyYAML folds, and reads back
        assert parse_template(text.encode(), "t").template.body == {"a": chr(code)}
    assert dump(Template({"a": "é\xa0€😀"}), "json") == '{\n  "a": "é\xa0€😀"\n}\n'


def test_a_script_is_a_block_and_no_line_is_folded() -> None:
    script = "#!/bin/sh\n" + "echo " + "word " * 100 + "end\n"
    assert "|\n  #!/bin/sh\n  echo word" in dump(Template({"Script": script}), "yaml")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"Fn::FindInMap": ["M", "K", "V"]}, "A: !FindInMap [M, K, V]\n"),
        ({"Fn::Cidr": ["10.0.0.0/16", 4, "8"]}, "A: !Cidr [10.0.0.0/16, 4, '8']\n"),
        ({"Fn::Or": []}, "A: !Or []\n"),
        # Four arguments, one of more than forty characters, or one that is no scalar: a line each.
        ({"Fn::Or": ["a", "b", "c", "d"]}, "A: !Or\n- a\n- b\n- c\n- d\n"),
        ({"Fn::Join": ["a" * 40, "b"]}, f"A: !Join [{'a' * 40}, b]\n"),
        ({"Fn::Join": ["a" * 41, "b"]}, f"A: !Join\n- {'a' * 41}\n- b\n"),
        ({"Fn::Join": ["", ["b"]]}, "A: !Join\n- ''\n- - b\n"),
    ],
)
def test_short_calls_stand_on_one_line(value: object, line: str) -> None:
    assert dump(Template({"A": value}), "yaml") == line


def test_letters_of_every_language_are_written_as_they_are() -> None:
    assert dump(Template({"A": "Größe サーバー", "B": ["é"]}), "yaml") == "A: Größe サーバー\nB:\n- é\n"
    assert dump(Template({"A": "a\u0080b"}), "yaml") == 'A: "a\\x80b"\n'


def test_a_scalar_alone_is_a_document_without_an_end_mark() -> None:
    assert dump_yaml("plain") == "plain\n"


def test_the_same_value_twice_is_no_alias() -> None:
    tags = [{"Key": "a", "Value": "b"}]
    assert not re.search(r"[&*]id", dump(Template({"A": tags, "B": tags}), "yaml"))


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("A: !GetAtt B.C.D", {"A": {"Fn::GetAtt": ["B", "C.D"]}}),
        ("A: !GetAtt [B, C]", {"A": {"Fn::GetAtt": ["B", "C"]}}),
        ("A: !Sub ['${x}', {x: !Ref Y}]", {"A": {"Fn::Sub": ["${x}", {"x": {"Ref": "Y"}}]}}),
        ("A: !Condition B", {"A": {"Condition": "B"}}),
        ("A: !If [B, !Ref AWS::NoValue, 1]", {"A": {"Fn::If": ["B", {"Ref": "AWS::NoValue"}, 1]}}),
        ("A: 2010-09-09", {"A": "2010-09-09"}),
        ('{"A": {"Ref": "B"}}', {"A": {"Ref": "B"}}),
    ],
)
def test_short_forms_are_read_as_long_ones(text: str, body: dict[str, object]) -> None:
    assert parse_template(text.encode(), "t").template.body == body


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("- a", "t:1:1: error[NOT_A_TEMPLATE]"),
        ("A: !Reff B", "t:1:4: error[YAML_TAG]"),
        ("A: 1\nA: 2", "t:2:1: error[DUPLICATE_KEY]"),
        ("A: [", "t:2:1: error[YAML_SYNTAX]"),
        ("", "t:1:1: error[EMPTY]"),
    ],
)
def test_what_is_no_template_is_said_with_its_place(text: str, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_template(text.encode() + b"\n" * bool(text), "t")
    assert str(refused.value).startswith(where)


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="yaml or json"):
        dump(Template({}), "toml")
