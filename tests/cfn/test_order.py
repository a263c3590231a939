"""Keys stand in one order."""

from smsgen.cfn.order import ordered


def test_sections_and_attributes_stand_in_the_order_people_read_them() -> None:
    body = {
        "Zeta": 1,
        "Outputs": {"O": {"Value": 1, "Description": "d"}},
        "Resources": {"B": {"Properties": {"b": {"d": 1, "c": 2}, "a": []}, "Type": "T"}, "A": {"Type": "T"}},
        "Description": "d",
    }
    made = ordered(body)
    assert list(made) == ["Description", "Resources", "Outputs", "Zeta"]
    assert list(made["Resources"]) == ["B", "A"], "logical ids keep the producer's order"
    assert list(made["Resources"]["B"]) == ["Type", "Properties"]
    assert list(made["Resources"]["B"]["Properties"]) == ["a", "b"]
    assert list(made["Resources"]["B"]["Properties"]["b"]) == ["c", "d"]
    assert list(made["Outputs"]["O"]) == ["Description", "Value"]


def test_the_argument_is_left_as_it_is() -> None:
    body = {"Resources": {}, "Description": "d"}
    ordered(body)
    assert list(body) == ["Resources", "Description"]
