"""Strategies: any record of the model, by its type hints, and small applications that differ."""

import types
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.managed import ManagedApp

TEXTS = st.one_of(st.just(""), st.text(max_size=6))
TIMES = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TIMES, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(TEXTS, inner, max_size=2)),
    max_leaves=4,
)
SCALARS = {str: TEXTS, int: st.integers(), float: TIMES, bool: st.booleans(), Any: JSON}


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that a record's field has."""
    if kind in SCALARS:
        return SCALARS[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    if hasattr(kind, "_fields"):
        return record(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(st.none(), *(of(one) for one in inner if one is not type(None)))
    if origin is tuple and inner[1:] == (...,):
        return st.lists(of(inner[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, inner))
    return st.dictionaries(of(inner[0]), of(inner[1]), max_size=2)


def record(kind: Any) -> st.SearchStrategy[Any]:
    """Any record of this kind: the required fields, and some of the others."""
    hints = get_type_hints(kind)
    optional = sorted(kind._field_defaults)
    required = [name for name in kind._fields if name not in kind._field_defaults]

    def some(chosen: list[str]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries({name: of(hints[name]) for name in [*required, *chosen]}).map(
            lambda values: kind(**values)
        )

    if not optional:
        return some([])
    return st.lists(st.sampled_from(optional), max_size=5, unique=True).flatmap(some)


def app(app_id: str, *servers: str, name: str = "shop") -> ManagedApp:
    """An application with servers of these ids, in one group."""
    group = ServerGroup("web", server_list=tuple(Server(server) for server in servers))
    return ManagedApp(App(name, app_id, server_groups=(group,)))
