"""A client of the YAML language server, which VS Code, Neovim and others bring: opens files, as an editor does.

Source: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import json
import subprocess
from itertools import count
from pathlib import Path
from typing import Any


class LanguageServer:
    """One server, with the settings of an editor: what stands under `yaml` in VS Code's settings.json."""

    def __init__(self, modules: Path, folder: Path, settings: dict[str, Any]) -> None:
        program = modules / "yaml-language-server" / "bin" / "yaml-language-server"
        self._process = subprocess.Popen(
            ["node", str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._settings = {"yaml": {"schemaStore": {"enable": False}, "validate": True, **settings}}
        self._ids = count(1)
        self._folder = folder
        capabilities = {"workspace": {"configuration": True, "didChangeConfiguration": {}}}
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=capabilities)
        self._send({"method": "initialized", "params": {}})

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, name: str, text: str) -> list[dict[str, Any]]:
        """Open a file; give what the editor underlines in it."""
        uri = (self._folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while True:
            said = self._receive()
            if said.get("method") == "textDocument/publishDiagnostics" and said["params"]["uri"] == uri:
                return list(said["params"]["diagnostics"])

    def at(self, method: str, name: str, line: int, character: int) -> Any:
        """Ask something about a place in an open file: `completion` or `hover`."""
        place = {"line": line, "character": character}
        uri = (self._folder / name).as_uri()
        return self.ask(f"textDocument/{method}", textDocument={"uri": uri}, position=place)

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        while True:
            said = self._receive()
            if said.get("id") == number and "method" not in said:
                return said["result"]

    def _send(self, message: dict[str, Any]) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """Return the next message; what the server asks of the editor is answered on the way."""
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server has ended"
        said: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "id" in said and "method" in said:
            asked = said["method"] == "workspace/configuration"
            sections = [item.get("section") for item in said["params"]["items"]] if asked else []
            result = [self._settings.get(section, {}) for section in sections] if asked else None
            self._send({"id": said["id"], "result": result})
        return said
