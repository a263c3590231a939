"""Debian's Chromium, driven by Playwright; and a site: a server with the console before a stand-in for AWS."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.clients.serving import Environment, Server
from tests.migration import migration

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser; skips without one."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def site(folder: Path, *options: str | Path) -> Iterator[tuple[Server, Environment]]:
    """Run a server with a console, a connector to two disk images, and a stand-in for AWS."""
    with migration(folder, "", "--console", *map(str, options)) as running:
        yield running.server, {**running.env, "AWS_URL": running.env["AWS_ENDPOINT_URL_S3"]}


def entrance(server: Server) -> str:
    """Return the newest one-time link that a server without keys has shown."""
    links: list[str] = re.findall(r"^console, once: (\S+)$", server.log.read_text(), re.MULTILINE)
    return links[-1]


def wait_for(page: Page, words: str, seconds: float = 90) -> None:
    """Wait until a page says something by itself."""
    page.get_by_text(words, exact=True).first.wait_for(timeout=seconds * 1000)
