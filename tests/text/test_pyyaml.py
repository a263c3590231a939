"""How a plain scalar is read: the same as PyYAML's own patterns say, without compiling them."""

import string

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smsgen.text.pyyaml import implicit_tag

PLAIN = st.text(alphabet="+-.0123456789_:eExobABCfTtZz ~nul<=yYnNosir", max_size=24)
DATES = st.from_regex(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]{0,12}(Z|[+-][0-9]{1,2})?)?", fullmatch=True
)
NUMBERS = st.one_of(
    st.integers().map(str), st.floats().map(repr), st.uuids().map(str), st.from_regex(r"[-+]?[0-9_.e:]+")
)


def by_patterns(text: str) -> str | None:
    """Ask PyYAML's resolver, pattern by pattern."""
    resolvers = yaml.resolver.Resolver.yaml_implicit_resolvers.get(text[:1], [])
    return next((tag for tag, pattern in resolvers if pattern.match(text)), None)


@given(st.one_of(PLAIN, DATES, NUMBERS, st.text(max_size=8)))
def test_a_plain_scalar_gets_the_tag_that_pyyaml_gives_it(text: str) -> None:
    assert implicit_tag(text) == by_patterns(text)


@pytest.mark.parametrize("first", [*string.printable, ""])
@pytest.mark.parametrize(
    "rest", ["", "es", "o", "ull", "1", "0", "2010-09-09", "010-09-09", ".5", "<", "rue", "inf", "FF"]
)
def test_so_does_every_word_that_means_something(first: str, rest: str) -> None:
    assert implicit_tag(first + rest) == by_patterns(first + rest)
