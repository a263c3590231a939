"""A CloudFormation template as plain data, in the long JSON form whatever it was read from."""

from typing import Any, NamedTuple


class Template(NamedTuple):
    """A template. `body` is the JSON form: `{"Ref": …}`, `{"Fn::Sub": …}`; it is never edited in place."""

    body: dict[str, Any]

    @property
    def resources(self) -> dict[str, Any]:
        """Logical id -> resource."""
        return self.section("Resources")

    @property
    def parameters(self) -> dict[str, Any]:
        """Name -> parameter declaration."""
        return self.section("Parameters")

    @property
    def outputs(self) -> dict[str, Any]:
        """Name -> output."""
        return self.section("Outputs")

    def section(self, name: str) -> dict[str, Any]:
        """Return a top-level section, empty where it is missing or not a map."""
        members = self.body.get(name)
        return members if isinstance(members, dict) else {}
