"""Comments of a file that ruamel.yaml keeps: where they hang in its tree, and how they move with what they stand above.

ruamel.yaml hangs a comment on what stands before it: one above a group hangs on the last value of the group before.
What is put between the two, or taken away, would part it from what it is about.
"""

from __future__ import annotations

from typing import Any


def set_comment(node: Any, key: Any, comment: str) -> None:
    """Write a comment at the end of the line of a key or an entry, behind the one that stands there."""
    tokens = node.ca.items.get(key) or []
    token = next((token for token in tokens[2:3] if token), None) or next(iter(tokens[:1]), None)
    if token is None:
        node.yaml_add_eol_comment(comment, key)
    elif not isinstance(token, list) and comment not in token.value:
        first, newline, rest = token.value.partition("\n")
        token.value = f"{first}; {comment}{newline}{rest}" if first.strip() else f"# {comment}{newline}{rest}"


def take_comment(source: Any, target: Any, key: Any) -> None:
    """Give a key of the target the comment at the end of its line in the source, in place of the one it has."""
    first = _lines_at(source, key)[0]
    rest = _lines_at(target, key)[1]
    if first or rest:
        _put_lines(target, key, first, rest)
    else:
        target.ca.items.pop(key, None)


def _lines_at(node: Any, key: Any) -> tuple[str, str]:
    """Return the comment at the end of a key's line, and the lines below it."""
    tokens = node.ca.items.get(key)
    if not tokens or not tokens[2:3] or not tokens[2]:
        return "", ""
    first, _, rest = tokens[2].value.partition("\n")
    return first.strip(), rest


def _put_lines(node: Any, key: Any, first: str, rest: str) -> None:
    """Hang lines on a key, `first` two blanks behind it: ours, and the one that ruamel.yaml writes anyway."""
    from ruamel.yaml.error import CommentMark
    from ruamel.yaml.tokens import CommentToken

    tokens = node.ca.items.setdefault(key, [None, None, None, None])
    tokens[2] = CommentToken(f"{' ' if first else ''}{first}\n{rest}", CommentMark(0))


def move_trailing(source: Any, target: Any) -> None:
    """Hang what stands below the last line of a map or list on the last line of another."""
    lines = _cut_trailing(source)
    if not lines:
        return
    node, key = _last(target)
    if not isinstance(node, dict):
        node.ca.end = [*lines, *(node.ca.end or [])]
    else:
        first, rest = _lines_at(node, key)
        below = "".join(token.value for token in lines)
        _put_lines(node, key, first, rest + below)


def _cut_trailing(source: Any) -> list[Any]:
    """Return what stands below the last line of a map or list, as tokens, and take it away there."""
    from ruamel.yaml.error import CommentMark
    from ruamel.yaml.tokens import CommentToken

    node, key = _last(source)
    if getattr(node.ca, "end", None):
        lines: list[Any] = node.ca.end
        node.ca.end = []
        return lines
    first, rest = _lines_at(node, key) if isinstance(node, dict) else ("", "")
    if not rest:
        return []
    if first:
        _put_lines(node, key, first, "")
    else:
        del node.ca.items[key]
    return [CommentToken(rest, CommentMark(0))]


def _last(node: Any) -> tuple[Any, Any]:
    """Return the innermost map or list of lines that ends a map or list, and its last key or index."""
    while True:
        key = next(reversed(node)) if isinstance(node, dict) else len(node) - 1
        value: Any = node[key]
        if not hasattr(value, "fa") or not value or value.fa.flow_style():
            return node, key
        node = value
