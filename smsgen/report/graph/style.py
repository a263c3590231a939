"""How a drawn Graph looks: the style sheet in its SVG. Colours are those of GitHub's Primer, light and dark.

Every rule begins with the picture's own class: in a page, its style sheet holds for the whole page.
"""

_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif"
_MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace"

_LAID_OUT = f"""\
text{{font-family:{_FONT}}}
.g-mono{{font-family:{_MONO}}}
.g-title,.g-order,.g-name{{font-weight:600}}
.g-end{{text-anchor:end}}
.g-middle{{text-anchor:middle}}
a{{text-decoration:none}}
a:hover .g-box,a:focus .g-box{{stroke-width:2}}"""

_COLOURS = (
    # selector, property, light, dark
    (".g-page", "fill", "#ffffff", "#0d1117"),
    (".g-lane", "fill", "#f6f8fa", "#151b23"),
    (".g-group", "fill", "#ffffff", "#0d1117"),
    (".g-group", "stroke", "#d0d7de", "#3d444d"),
    (".g-box", "fill", "#ffffff", "#151b23"),
    (".g-box", "stroke", "#d0d7de", "#3d444d"),
    (".g-bar", "fill", "#0969da", "#4493f8"),
    (".g-title,.g-order,.g-name", "fill", "#1f2328", "#f0f6fc"),
    (".g-mono", "fill", "#424a53", "#c5ced8"),
    (".g-quiet", "fill", "#59636e", "#9198a1"),
    (".g-way", "stroke", "#59636e", "#9198a1"),
    (".g-head", "fill", "#59636e", "#9198a1"),
    (".g-gate", "fill", "#ddf4ff", "#0c2d4e"),
    (".g-gate", "stroke", "#54aeff", "#1f6feb"),
    (".g-gt", "fill", "#0550ae", "#79c0ff"),
    (".g-pill", "fill", "#eaeef2", "#262c36"),
    (".g-pt", "fill", "#424a53", "#c5ced8"),
    (".g-p-stateful", "fill", "#fff1d6", "#3d2a05"),
    (".g-t-stateful", "fill", "#7a4d00", "#eac54f"),
    (".g-p-signal", "fill", "#ddf4ff", "#0c2d4e"),
    (".g-t-signal", "fill", "#0550ae", "#79c0ff"),
    (".g-add .g-bar,.g-import .g-bar", "fill", "#1a7f37", "#3fb950"),
    (".g-add .g-t-change,.g-import .g-t-change", "fill", "#116329", "#56d364"),
    (".g-add .g-p-change,.g-import .g-p-change", "fill", "#dafbe1", "#0f2f18"),
    (".g-modify .g-bar", "fill", "#9a6700", "#d29922"),
    (".g-modify .g-t-change", "fill", "#7a4d00", "#e3b341"),
    (".g-modify .g-p-change", "fill", "#fff8c5", "#372a09"),
    (".g-may-replace .g-bar", "fill", "#8250df", "#ab7df8"),
    (".g-may-replace .g-t-change", "fill", "#6639ba", "#d2a8ff"),
    (".g-may-replace .g-p-change", "fill", "#fbefff", "#2b1b47"),
    (".g-replace .g-bar,.g-remove .g-bar", "fill", "#cf222e", "#f85149"),
    (".g-replace .g-t-change,.g-remove .g-t-change", "fill", "#a40e26", "#ff7b72"),
    (".g-replace .g-p-change,.g-remove .g-p-change", "fill", "#ffebe9", "#46100d"),
    (".g-unchanged .g-bar", "fill", "#afb8c1", "#545d68"),
)


def _rules(dark: bool) -> str:
    return "\n".join(
        f"{_own(selectors)}{{{name}:{after if dark else before}}}"
        for selectors, name, before, after in _COLOURS
    )


def _own(selectors: str) -> str:
    return ",".join(f".smsgen-graph {one}" for one in selectors.split(","))


def _owned(rules: str) -> str:
    return "\n".join(
        f"{_own(selectors)}{{{rest}"
        for selectors, _, rest in (line.partition("{") for line in rules.splitlines())
    )


_DARK = "@media screen and (prefers-color-scheme:dark)"  # paper is light

STYLE = f"\n{_owned(_LAID_OUT)}\n{_rules(dark=False)}\n{_DARK}{{\n{_rules(dark=True)}\n}}\n"
"""The rules, without characters that XML or HTML would have to escape."""
