"""A template as text: JSON and YAML in, JSON and YAML out.

Reading turns YAML's short tags into the long JSON form. Writing goes through `order`, then emits events to PyYAML's C
emitter itself: PyYAML's own representer knows no short tags and quotes what people read as blocks.
`parse(dump(t)) == t` holds in both formats.
"""

import re
from typing import Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.cfn.intrinsics import SHORT_TAGS, TAG_OF
from smsgen.cfn.order import ordered
from smsgen.errors import Diagnostic, InvalidInput, Location
from smsgen.text.pyyaml import implicit_tag, may_be_number, yaml
from smsgen.text.source import Source
from smsgen.text.source import parse as parse_source

FORMATS = ("yaml", "json")


class Document(NamedTuple):
    """A template and where each of its values stands in the text it was read from."""

    template: Template
    source: Source


def parse_template(text: bytes, file: str) -> Document:
    """Read a template, JSON or YAML with short or long intrinsics, from UTF-8 text named `file` in messages.

    Raises InvalidInput with every problem of the text; what the template says is not judged here.
    """
    source = parse_source(text, file, read_tag=_read_tag)
    if not isinstance(source.data, dict):
        message = "a template is a map with a Resources section"
        hint = "check that this is the template, not a list or a plain text"
        raise InvalidInput([Diagnostic("NOT_A_TEMPLATE", message, hint, location=Location(file, 1, 1))])
    return Document(Template(source.data), source)


def _read_tag(tag: str, value: Any) -> Any:
    name = SHORT_TAGS[tag]
    if name == "Fn::GetAtt" and isinstance(value, str):
        # The first dot separates: attribute names may hold dots (`!GetAtt Nested.Outputs.Id`).
        target, dot, attribute = value.partition(".")
        return {name: [target, attribute] if dot else value}
    return {name: value}


def dump(template: Template, format: str = "yaml") -> str:  # noqa: A002 - the option's and SMS's own word
    """Write a template in canonical order as `yaml` (short intrinsics, block literals) or `json` (indented by 2).

    The text ends with a newline and is the same for equal templates with equal order of logical ids. Raises
    ValueError for another format.
    """
    if format == "json":
        return dump_json(ordered(template.body)) + "\n"
    if format != "yaml":
        raise ValueError(f"format is yaml or json, not {format!r}")
    return dump_yaml(ordered(template.body))


# --- JSON ---------------------------------------------------------------------------------------------------------


_NOT_IN_JSON = "[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"


def dump_json(value: Any) -> str:
    """Write plain data as `json.dumps(value, indent=2, ensure_ascii=False)` does, in half of its time.

    `json` has an encoder in C, but not for indented text. What does not survive in a file is escaped: U+007F and the
    control characters after it, line separators, byte order marks and half characters.
    """
    from json import dumps
    from json.encoder import encode_basestring as quote

    def write(value: Any, pad: str) -> str:
        kind = type(value)
        if kind is str:
            return quote(value)
        inner = pad + "  "
        if kind is dict:
            members = [f"{quote(key)}: {write(item, inner)}" for key, item in value.items()]
            return f"{{{inner}{f',{inner}'.join(members)}{pad}}}" if members else "{}"
        if kind is list:
            items = [write(item, inner) for item in value]
            return f"[{inner}{f',{inner}'.join(items)}{pad}]" if items else "[]"
        return dumps(value)

    text = write(value, "\n")
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub(_NOT_IN_JSON, lambda match: f"\\u{ord(match.group()):04x}", text)


# --- YAML ---------------------------------------------------------------------------------------------------------

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Scalar = yaml.ScalarEvent
_IMPLICIT = (True, True)
_TAGGED = (False, False)
_MAP_START = yaml.MappingStartEvent(None, None, True, flow_style=False)
_MAP_END = yaml.MappingEndEvent()
_SEQ_START = yaml.SequenceStartEvent(None, None, True, flow_style=False)
_SEQ_END = yaml.SequenceEndEvent()
_EMPTY_MAP = yaml.MappingStartEvent(None, None, True, flow_style=True)
_EMPTY_SEQ = yaml.SequenceStartEvent(None, None, True, flow_style=True)

# What a YAML 1.1 or 1.2 reader takes for something else than text, beyond what PyYAML's own resolver knows:
# exponents without a dot, 1.2 octals, words that only some readers convert.
_MISREAD = (
    r"[-+]?+(?>\d[\d_]*+(?:\.[\d_]*+)?+|\.\d[\d_]*+)(?:[eE][-+]?+\d++)?+"
    r"|0[ox][\da-fA-F_]++|[yYnN]|\d++(?::\d\d?+)++"
)
# What keeps a text from being a block literal, or from standing plain: strings, since compiling sets that reach over
# all of Unicode takes longer than all the rest of this module. ASCII texts are decided without them.
_NOT_A_BLOCK_ASCII = r"[ \t]\n|[ \t]\Z|\A\n|[^\t\n -~]"
_NOT_A_BLOCK = r"[ \t]\n|[ \t]\Z|\A\n|[\r\x85\u2028\u2029\ufeff]|[^\t\n -~\xa0-\ud7ff\ue000-\ufffd]"
_NOT_PLAIN = r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]"


def dump_yaml(value: Any) -> str:
    """Write plain data as block-style YAML: short intrinsics, block literals, no anchors, no folding."""
    import io

    out = io.StringIO()
    dumper = _Dumper(out, width=1 << 30, allow_unicode=True, indent=2)
    try:
        dumper.open()
        dumper.emit(yaml.DocumentStartEvent(explicit=False))
        _Emitter(dumper.emit).value(value)
        dumper.emit(yaml.DocumentEndEvent(explicit=False))
        dumper.close()
    finally:
        dumper.dispose()
    # libyaml ends a document that is one plain scalar with "...".
    return out.getvalue().removesuffix("...\n")


class _Emitter:
    """Plain data -> events. Scalars are decided once for each text: templates repeat themselves."""

    def __init__(self, emit: Any) -> None:
        self.emit = emit
        self._texts: dict[str, Any] = {}

    def value(self, value: Any) -> None:
        kind = type(value)
        if kind is str:
            self.text(value)
        elif kind is dict:
            self.mapping(value)
        elif kind is list:
            self.sequence(value)
        else:
            self.emit(_Scalar(None, None, _IMPLICIT, _PLAIN[kind](value)))

    def text(self, text: str) -> None:
        event = self._texts.get(text)
        if event is None:
            event = self._texts[text] = _Scalar(None, None, _IMPLICIT, text, style=_style(text))
        self.emit(event)

    def sequence(self, items: list[Any], tag: str | None = None) -> None:
        if tag is not None:
            self.emit(yaml.SequenceStartEvent(None, tag, False, flow_style=not items or _is_short(items)))
        else:
            self.emit(_SEQ_START if items else _EMPTY_SEQ)
        for item in items:
            self.value(item)
        self.emit(_SEQ_END)

    def mapping(self, value: dict[str, Any]) -> None:
        if len(value) == 1 and self._call(value):
            return
        self.emit(_MAP_START if value else _EMPTY_MAP)
        for key, item in value.items():
            self.text(key)
            self.value(item)
        self.emit(_MAP_END)

    def _call(self, value: dict[str, Any]) -> bool:
        """Emit a call in its short form; False where only the long form says it.

        YAML allows one tag a node, so a call whose argument is a call with a tag of its own stays long.
        """
        ((name, argument),) = value.items()
        tag = TAG_OF.get(name)
        if tag is None:
            return False
        if name == "Fn::GetAtt":
            if not _is_dotted(argument):
                return False
            argument = ".".join(argument)
        if isinstance(argument, str):
            style = _style(argument) if not argument or _is_escaped(argument) else None
            self.emit(_Scalar(None, tag, _TAGGED, argument, style=style))
            return True
        if isinstance(argument, list) and name not in ("Ref", "Condition", "Fn::GetAtt"):
            self.sequence(argument, tag)
            return True
        return False


def _is_dotted(argument: Any) -> bool:
    """Return whether `A.B` says the same as this argument of Fn::GetAtt."""
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and all(isinstance(part, str) for part in argument)
        and "." not in argument[0]
    )


def _is_short(items: list[Any]) -> bool:
    """Return whether a call's arguments read better on one line."""
    return len(items) <= 3 and all(isinstance(item, (str, int)) and len(str(item)) <= 40 for item in items)


def _style(text: str) -> str | None:
    if "\n" in text:
        return '"' if re.search(_NOT_A_BLOCK_ASCII if text.isascii() else _NOT_A_BLOCK, text) else "|"
    if _is_escaped(text):
        return '"'
    return "'" if _is_misread(text) else None


def _is_escaped(text: str) -> bool:
    """Return whether a text holds what cannot stand plain on a line: line ends, control characters, beyond the BMP."""
    return not text.isprintable() if text.isascii() else re.search(_NOT_PLAIN, text) is not None


def _is_misread(text: str) -> bool:
    if implicit_tag(text) is not None:
        return True
    # Most texts are no words of one letter and cannot be numbers, and need no regular expression.
    return (may_be_number(text) or len(text) == 1) and re.fullmatch(_MISREAD, text) is not None


def _float(value: float) -> str:
    text = repr(value)
    # YAML 1.1 reads an exponent only after a dot and with a sign: 1e+16 would come back as text.
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent if exponent[0] in '+-' else '+' + exponent}"


_PLAIN: dict[type, Any] = {
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _float,
    type(None): lambda _: "null",
}
