"""Nothing that a user writes is read as code where it is quoted, in PowerShell and in bash."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsgen.changes.masking import Mask, decoded
from smsgen.compiler.scripts import _powershell_text, _shell_url
from smsgen.model.launch import S3Location
from tests.compiler import powershell
from tests.compiler.powershell import DOUBLE, SINGLE, Token, Unterminated, tokens
from tests.compiler.test_scripts import Machine, bash, rendered, user_data

BOOT = (
    "platform: windows\nuserData: {{file: s.ps1}}\nreadiness: {{signal: creationPolicy}}\n"
    "configureScript: {0}\nconfigureScriptType: POWERSHELL_SCRIPT"
)
PLAIN = '{bucket: sms-app-x, key: "plain/conf.ps1"}'
CODE = "; Remove-Item C:\\ -Recurse; "
SCRIPTS = [
    "'@\nEvil",
    f"x\n'@{CODE}\n",
    f"x\r'@{CODE}\r",
    *(f"x\n{quote}@{CODE}\n" for quote in SINGLE),
    f"</powershell>\n{CODE}",
    "<persist>true</persist>",
    "ends without a line",
    "'",
    "@'",
    "\u2019\u2019@",
    "Grüße 😀 \u2028 \u0085",
]
KEYS = [f"a{quote}{CODE}{quote}b.ps1" for quote in (*SINGLE, *DOUBLE)] + [
    "a'\u2019'b",
    "</powershell><script>",
    "$(Evil)",
    "`$x",
    "ä b",
]


def code_of(script: bytes, key: str = PLAIN) -> tuple[str, list[str]]:
    """Return the user data of a Windows server, and what of it is code."""
    text = rendered(user_data(BOOT.format(key), {"s.ps1": script}))
    assert text.startswith("<powershell>\n")
    assert (text.count("<powershell>"), text.count("</powershell>")) == (1, 1)
    assert text.endswith("</powershell>\n<persist>false</persist>\n")
    return text, powershell.code(text.partition("<powershell>\n")[2].rpartition("</powershell>")[0])


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_embedded_as_it_is_whatever_it_holds(script: str) -> None:
    text, code = code_of(script.encode())
    assert powershell.embedded(text)[0] == "\ufeff" + script
    assert code == code_of(b"Get-Date")[1]
    assert "Evil" not in text
    assert "Remove-Item" not in text


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_a_text_whatever_it_holds(key: str) -> None:
    said = _powershell_text(key)
    (token,) = [token for token in tokens(said) if token.kind == "text"]
    assert key == (powershell.embedded(said) or [token.value])[0]
    assert not set(said) & set("<>\u2018\u2019\u201a\u201b\u201c\u201d\u201e")
    if not powershell.embedded(said):
        assert tokens(said) == [Token("text", key)]


@given(st.text(st.sampled_from(SINGLE + DOUBLE + "@\n\r`$()#<>&|; ab/"), max_size=20))
def test_any_text_is_one_text_for_powershell(text: str) -> None:
    said = tokens(_powershell_text(text))
    assert [token.kind for token in said] in (["text"], ["code", "text", "code"])
    assert said == [Token("text", text)] or powershell.embedded(_powershell_text(text)) == [text]


@pytest.mark.parametrize("quote", SINGLE)
def test_the_tokenizer_ends_a_text_at_each_of_the_four_quotes(quote: str) -> None:
    """What was generated before: only the plain quote was doubled."""
    key = f"a{quote}{CODE}{quote}b"
    before = "'" + key.replace("'", "''") + "'"
    assert (tokens(before) == [Token("text", key)]) == (quote == "'")
    here = f"@'\nx\n{quote}@{CODE}\n'@"
    try:
        assert any("Remove-Item" in code for code in powershell.code(here))
    except Unterminated:  # the rest of it
        assert tokens(here[: here.index(";")]) == [Token("text", "x")]


def test_the_tokenizer_knows_comments_escapes_and_code_in_texts() -> None:
    script = "# it's\n\"a`\"b $(f 'x)' (1)) c\" <# ' #> 'd'"
    assert [kind for kind, _ in tokens(script)] == [
        "comment",
        "code",
        "text",
        "code",
        "comment",
        "code",
        "text",
    ]
    assert tokens("'a''b'") == [Token("text", "a'b")]
    for broken in ("'a", '"a', "@'\nx", "@'x'@", "<# x"):
        with pytest.raises(Unterminated):
            tokens(broken)


# --- What is shown of them --------------------------------------------------------------------------------------------


def test_what_is_embedded_is_shown_and_masked() -> None:
    import base64

    text = rendered(user_data(BOOT.format(PLAIN), {"s.ps1": b"Set-Thing -Name x\npassword=hunter2222\n"}))
    boot = base64.b64encode(text.encode()).decode()
    assert "password=hunter2222" in (decoded(boot) or "")
    masked = Mask()({"UserData": boot})["UserData"]
    shown = base64.b64decode(masked).decode()
    assert "Set-Thing -Name x" in shown
    assert "hunter2222" not in shown + masked
    secret = Mask(["Set-Thing"])({"UserData": boot})["UserData"]
    assert "Set-Thing" not in base64.b64decode(secret).decode()


def test_a_change_of_a_windows_script_is_shown_by_its_lines() -> None:
    import base64

    from smsgen.report.view import _diff

    before, after = (
        base64.b64encode(rendered(user_data(BOOT.format(PLAIN), {"s.ps1": script})).encode()).decode()
        for script in (b"Install-Thing 1\nGet-Date\n", b"Install-Thing 2\nGet-Date\n")
    )
    assert {"-Install-Thing 1", "+Install-Thing 2"} <= set(_diff("UserData", before, after, Mask(())))


# --- The same of bash -------------------------------------------------------------------------------------------------


@bash
@pytest.mark.parametrize(
    "script",
    [
        "EOF\n",
        "'EOF'\n",
        "SMSGEN_\n",
        "a\rb\n",
        "no end",
        "\\",
        "$(touch evil)`touch evil`${HOME}\n",
        "\u2019'\"\n",
    ],
)
def test_a_script_reaches_bash_as_it_is(machine_at: Machine, script: str) -> None:
    kept = machine_at.folder / "kept"
    machine_at.command("chmod", f'cat "$2" >{kept}; exit 1')
    text = rendered(
        user_data(
            "userData: {file: s.sh}\nreadiness: {signal: creationPolicy}",
            {"s.sh": b"#!/bin/sh\n" + script.encode()},
        )
    )
    machine_at.boot(text)
    assert kept.read_bytes().rstrip(b"\n") == (b"#!/bin/sh\n" + script.encode()).rstrip(b"\n")
    assert not list(machine_at.folder.rglob("evil"))


@pytest.fixture
def machine_at(tmp_path: Any) -> Machine:
    return Machine(tmp_path)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@settings(max_examples=20)
@given(st.text(st.sampled_from("'\"\\$`\n ;&|ab\u2018\u2019!#*?"), min_size=1, max_size=12))
def test_any_key_is_one_word_for_bash(key: str) -> None:
    word = _shell_url(S3Location("sms-app-x", key))
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {word}"], capture_output=True, check=True)
    assert done.stdout == f"s3://sms-app-x/{key}\0".encode()
