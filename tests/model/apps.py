"""Strategies: application files of every kind of wrongness, made from the field table."""

from typing import Any

from hypothesis import strategies as st

from smsgen.model.fields import APP
from smsgen.model.kinds import Boolean, Choice, FieldKind, InstanceType, Integer, ListOf, Record, Text

FRAGMENTS = [
    *(
        "name: a\n",
        "serverGroups:\n",
        "  - ",
        "serverList:\n",
        "      - ",
        "serverId: s-12345678\n",
        "launch:\n",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        ": ",
        ", ",
        "\n",
        " ",
        "    ",
        "\t",
        "- ",
        "? ",
        "&a ",
        "*a",
        "<<: *a\n",
        "!!str ",
        "!x ",
        "'",
    ),
    *(
        '"',
        "|\n",
        ">\n",
        "#",
        "---\n",
        "...\n",
        "null",
        "~",
        "012",
        "0x1f",
        "1e400",
        ".nan",
        "12:30",
        "2024-01-01",
    ),
    *("yes", "\\x00", "\u2028", "\ufeff", "é", "\x00", "\x85", "%YAML 1.1\n", "{a: 1, a: 2}", "@", "`"),
]
GOOD_TEXTS = [
    "a",
    "s-12345678",
    "s-23456789",
    "ami-12345678",
    "ssm:/a",
    "vpc-12345678",
    "subnet-12345678",
    "A1",
]
GOOD_TEXTS += [
    "sg-12345678",
    "snap-12345678",
    "app-0123456789abcdef0",
    "sms-job-12345678",
    "PT15M",
    "/dev/sdf",
    "xvdf",
]
GOOD_TEXTS += [
    f"{prefix}-0123456789abcdef0"
    for prefix in ("pg", "h", "cr", "lt", "aki", "ari", "vol", "eni", "eipalloc")
]
GOOD_TEXTS += [
    "Z0123456789ABC",
    "a.example.com",
    "arn:aws:sns:eu-central-1:123456789012:ops",
    "rate(1 day)",
    "$LATEST",
]
GOOD_TEXTS += ["arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess", "AWS-JoinDirectoryServiceDomain"]
GOOD_TEXTS += ["::1", "2001:db8::1", "ephemeral0"]
GOOD_TEXTS += [
    "arn:aws:resource-groups:eu-central-1:123456789012:group/hosts",
    "arn:aws:license-manager:eu-central-1:123456789012:license-configuration:lic-" + "0" * 32,
]
GOOD_TEXTS += ["traffic-port", "/health", "200-299"]
GOOD_TEXTS += ["10.0.0.1", "eu-central-1a", "alias/x", "sms-app-x", "abc", "a/b.sh"]
ODD_TEXTS = [
    "",
    "aws:x",
    "AWS:y",
    "..",
    "../a",
    "/a",
    "10.0.0.256",
    "ami-1234567",
    "vpc-1234567G",
    "PT",
    "PT99H",
    "é" * 9,
]
ODD_TEXTS += ["a.b", "xn--a", "-a", "a-", "1", "eu-central-1", "a" * 300, "m6i.large", "x" * 2100]


def texts() -> st.SearchStrategy[str]:
    """Texts that fit some field, and texts that fit few."""
    plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
    return st.one_of(st.sampled_from(GOOD_TEXTS), st.sampled_from(ODD_TEXTS), plain)


def scalars() -> st.SearchStrategy[Any]:
    """Scalars of every type."""
    numbers = st.one_of(st.integers(-5, 5), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
    return st.one_of(texts(), numbers, st.booleans(), st.none())


def anything() -> st.SearchStrategy[Any]:
    """Small values of every shape."""
    return st.recursive(
        scalars(),
        lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(texts(), inner, max_size=2)),
        max_leaves=4,
    )


def mostly(good: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return values of `odd` now and then: an application holds many values, and one odd one spoils it."""
    return st.integers(0, 40).flatmap(lambda roll: odd if roll == 40 else good)


def value(kind: FieldKind) -> st.SearchStrategy[Any]:
    """Values of a kind, most of them fitting, some of them not."""
    return mostly(near(kind), anything())


def near(kind: FieldKind) -> st.SearchStrategy[Any]:
    """Values of the type that a kind has."""
    match kind:
        case Record():
            return record(kind)
        case ListOf():
            return mostly(st.lists(value(kind.entry), min_size=kind.least, max_size=2), st.just([]))
        case Boolean():
            return st.booleans()
        case Integer():
            inside = st.one_of(st.integers(kind.least, kind.most), st.just(float(kind.least)))
            return mostly(inside, st.sampled_from([kind.least - 1, kind.most + 1, 0.5]))
        case Choice():
            return mostly(st.sampled_from(kind.values), st.just(kind.values[0].swapcase()))
        case InstanceType():
            return mostly(
                st.sampled_from(["m6i.large", "t3.micro"]), st.sampled_from(["m6i", "m6i.", ".large"])
            )
        case Text():
            return mostly(st.sampled_from([text for text in GOOD_TEXTS if fits(kind, text)]), texts())
    raise TypeError(kind)


def fits(kind: Text, text: str) -> bool:
    """Say whether a text is one that a kind takes."""
    return kind.least <= len(text) <= kind.most and kind.fits(text)


@st.composite
def record(draw: st.DrawFn, kind: Record) -> dict[str, Any]:
    """Return a map with the required fields, some others, and now and then one too many or too few."""
    names = set(draw(st.lists(st.sampled_from(list(kind.fields)), max_size=4))) | set(kind.required)
    if kind.one_of and draw(st.integers(0, 20)) < 20:
        names = {draw(st.sampled_from(kind.one_of))}
    made = {name: draw(value(kind.fields[name].kind)) for name in sorted(names)}
    roll = draw(st.integers(0, 40))
    if roll == 0:
        made[draw(texts())] = 1
    elif roll == 1 and made:
        del made[draw(st.sampled_from(sorted(made)))]
    return made


def any_app() -> st.SearchStrategy[Any]:
    """Return data in the shape of an application file."""
    return value(APP)
