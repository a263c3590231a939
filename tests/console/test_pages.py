"""Pages in a browser: without a script, by keyboard, to a screen reader, on a phone, and while the server is away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.aws.faults import FaultProxy
from tests.clients.installs import node_clients
from tests.clients.serving import Environment, Server, environment, network, run_smsgen, start
from tests.console.browsing import chromium, entrance, site, wait_for
from tests.console.test_migration import PATIENCE, application, changed, configured, launched, replicated
from tests.migration import stand_in

AXE = "axe-core@4.10.2"
WIDTHS = (360, 1280, 3840)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def entered(browser: Browser, server: Server, **context: object) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **context).new_page()  # type: ignore[arg-type] # any option of a context
    page.set_default_timeout(PATIENCE)
    page.goto(entrance(server))
    page.get_by_role("link", name="To the applications").or_(
        page.get_by_role("heading", name="Applications", exact=True)
    ).first.wait_for()
    page.goto(f"{server.url}/console/apps")
    return page


def test_pages_are_for_everybody(browser: Browser, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    axe = (node_clients(pytestconfig.cache.mkdir("clients"), AXE) / "axe-core" / "axe.min.js").read_text()
    with site(tmp_path, "--no-auth") as (server, env):
        page = entered(browser, server)
        pages = {"apps-empty": page.url}
        application(page)
        pages["app-new"] = page.url
        replicated(page)
        configured(page, network(env["AWS_URL"]))
        launched(page)
        app = page.url.partition("?")[0]
        pages["app"] = app
        group = page.locator("#groups h3").first.get_attribute("id")
        for name, url in (
            ("launch-form", f"{app}/launch/{group}"),
            ("replication-form", f"{app}/replication/{group}"),
            ("documents", f"{app}/documents"),
            ("edit", f"{app}/edit"),
            ("terminate", f"{app}/terminate"),
            ("delete", f"{app}/delete"),
            ("apps", f"{server.url}/console/apps"),
            ("catalog", f"{server.url}/console/catalog"),
            ("connectors", f"{server.url}/console/connectors"),
            ("jobs", f"{server.url}/console/jobs"),
            ("nothing", f"{server.url}/console/nothing"),
        ):
            pages[name] = url
        page.goto(pages["jobs"])
        pages["job"] = page.locator("tbody a").first.evaluate("link => link.href")
        for name, url in pages.items():
            _look_at(page, name, url, axe)
        page.goto(app)
        page.get_by_role("button", name="Launch…").click()
        _judge(page, "review", axe)
        stranger = browser.new_page()
        _look_at(stranger, "sign-in", f"{server.url}/console/sign-in", axe)


def _look_at(page: Page, name: str, url: str, axe: str) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type] # a Literal there
        page.goto(url)
        _judge(page, f"{name}, {theme}", axe)


def _judge(page: Page, name: str, axe: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide for {width}"
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)"
    )
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    told = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in grave]
    assert not told, f"{name}: {json.dumps(told, indent=1)}"


def test_all_of_it_works_without_a_script(browser: Browser, tmp_path: Path) -> None:
    with site(tmp_path, "--no-auth") as (server, env):
        page = entered(browser, server, java_script_enabled=False)
        application(page)
        for group in ("db", "web"):
            heading = page.locator("#groups .heading").filter(
                has=page.get_by_role("heading", name=group, exact=True)
            )
            heading.get_by_role("link", name="Replication configuration").click()
            page.get_by_label("Every so many hours").fill("24")
            page.get_by_role("button", name="Keep").click()
        page.get_by_role("button", name="Start replication").click()
        _reload_until(page, "Replicated")
        configured(page, network(env["AWS_URL"]))
        page.get_by_role("button", name="Launch…").click()
        page.get_by_role("button", name="Launch", exact=True).click()
        _reload_until(page, "Launched")


def _reload_until(page: Page, words: str) -> None:
    for _ in range(300):
        if page.locator("#standing").get_by_text(words, exact=True).count():
            return
        page.wait_for_timeout(300)
        page.reload()
    raise AssertionError(f"never {words}")


def test_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    with site(tmp_path, "--no-auth") as (server, _):
        page = entered(browser, server)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.goto(f"{server.url}/console/catalog")
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Import":
                break
        page.keyboard.press("Enter")
        wait_for(page, "The connectors are looking for servers.")


def test_two_people_at_once(browser: Browser, tmp_path: Path) -> None:
    with site(tmp_path, "--no-auth") as (server, env):
        ann, bob = entered(browser, server), entered(browser, server)
        application(ann)
        replicated(ann)
        configured(ann, network(env["AWS_URL"]))
        bob.goto(ann.url.partition("?")[0])
        bob.get_by_role("button", name="Launch…").click()
        launched(ann)
        # What Bob was shown is not what a launch would do now.
        bob.get_by_role("button", name="Launch", exact=True).click()
        expect(bob.get_by_role("alert")).to_contain_text("is not what it was")
        expect(bob.get_by_text("Nothing would change.")).to_be_visible()
        bob.goto(ann.url.partition("?")[0])
        changed(ann, Path(env["IMAGES"]))
        expect(bob.locator("#standing")).to_contain_text("Delta replicated", timeout=PATIENCE)


@contextmanager
def proxied(folder: Path) -> Iterator[tuple[FaultProxy, Environment]]:
    """Run a stand-in for AWS behind a proxy, and give the environment of who calls it through that."""
    with stand_in() as url, FaultProxy(urlsplit(url).hostname or "", urlsplit(url).port or 0) as proxy:
        named = {f"AWS_ENDPOINT_URL_{name}": proxy.url for name in ("S3", "EC2", "CLOUDFORMATION")}
        yield proxy, environment(folder, **named, AWS_URL=url)


def ready_to_launch(browser: Browser, server: Server, env: Environment) -> Page:
    """Make an application of one server with an image, and show it."""
    page = entered(browser, server)
    store = {**env, "SMSGEN_STORE": server.store}
    run_smsgen("connect", "csv", _list_of_servers(Path(env["HOME"])), env=store)
    page.goto(f"{server.url}/console/catalog")
    page.get_by_role("button", name="Import").click()
    while not page.get_by_label("Choose web01").count():
        page.wait_for_timeout(300)
        page.reload()
    page.get_by_label("Choose web01").check()
    page.get_by_role("button", name="New application of the chosen servers").click()
    page.get_by_label("Name", exact=True).fill("shop")
    page.get_by_role("button", name="Make").click()
    page.get_by_role("heading", name="shop").wait_for()
    app_id = page.url.partition("?")[0].rpartition("/")[2]
    page.get_by_role("link", name="Launch configuration").click()
    network_of = network(env["AWS_URL"])
    page.get_by_label("Instance type").fill("m5.large")
    page.get_by_label("Subnet").fill(network_of["SUBNET"])
    page.get_by_label("Security group").fill(network_of["SECURITY_GROUP"])
    page.get_by_role("button", name="Keep").click()
    wait_for(page, "The launch configuration is kept.")
    row = page.locator("#groups tbody tr").first.get_attribute("id") or ""
    image_id = "ami-12c6146b"  # one that moto launches
    run_smsgen("set-image", app_id, row.removeprefix("server-"), image_id, env=store)
    expect(page.locator("#groups")).to_contain_text(image_id, timeout=PATIENCE)
    return page


def _list_of_servers(folder: Path) -> Path:
    path = folder / "servers.csv"
    path.write_text("vmId,vmName\nvm-1,web01\n")
    return path


def test_a_launch_that_the_server_does_not_survive(browser: Browser, tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, env):
        options = ("--console", "--no-auth", "--template-profile", "sms", "--lease", "5")
        server = start(tmp_path, *options, env=env)
        proxy.on_kill = server.kill
        page = ready_to_launch(browser, server, env)
        page.get_by_role("button", name="Launch…").click()
        proxy.fail("cloudformation:ExecuteChangeSet", "kill")
        page.get_by_role("button", name="Launch", exact=True).click()
        wait_for(page, "The launch begins.")
        assert server.process.wait(timeout=PATIENCE / 1000) == -9
        expect(page.locator("#live-state")).to_contain_text("does not answer", timeout=PATIENCE)
        again = start(tmp_path, *options, "--port", server.url.rpartition(":")[2], env=env)
        try:
            expect(page.locator("#standing")).to_contain_text("servers launched", timeout=PATIENCE)
            expect(page.locator("#live-state")).to_contain_text("Live.")
        finally:
            page.close()
            again.stop()


def test_a_launch_that_aws_refuses(browser: Browser, tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, env):
        server = start(tmp_path, "--console", "--no-auth", "--template-profile", "sms", env=env)
        try:
            page = ready_to_launch(browser, server, env)
            page.get_by_role("button", name="Launch…").click()
            proxy.fail("cloudformation:CreateChangeSet", "denied")
            page.get_by_role("button", name="Launch", exact=True).click()
            expect(page.locator("#standing")).to_contain_text("these credentials may not", timeout=PATIENCE)
            page.get_by_role("button", name="Launch…").click()
            page.get_by_role("button", name="Launch", exact=True).click()
            expect(page.locator("#standing")).to_contain_text("servers launched", timeout=PATIENCE)
            page.close()
        finally:
            server.stop()


def test_the_server_is_killed_and_comes_back(browser: Browser, tmp_path: Path) -> None:
    with stand_in() as url:
        env = environment(
            tmp_path, AWS_ENDPOINT_URL_S3=url, AWS_ENDPOINT_URL_EC2=url, AWS_ENDPOINT_URL_CLOUDFORMATION=url
        )
        server = start(tmp_path, "--console", "--no-auth", env=env)
        page = entered(browser, server)
        page.goto(f"{server.url}/console/apps/new")
        page.get_by_label("Name", exact=True).fill("shop")
        page.get_by_role("button", name="Make").click()
        expect(page.locator("#live-state")).to_contain_text("Live.")
        server.kill()
        expect(page.locator("#live-state")).to_contain_text("does not answer", timeout=PATIENCE)
        port = server.url.rpartition(":")[2]
        again = start(tmp_path, "--console", "--no-auth", "--port", port, env=env)
        try:
            expect(page.locator("#live-state")).to_contain_text("Live.", timeout=PATIENCE)
            other = entered(browser, again)
            other.goto(page.url.partition("?")[0])
            other.get_by_role("link", name="Edit").click()
            other.get_by_label("Description").fill("it is back")
            other.get_by_role("button", name="Keep").click()
            expect(page.locator("#standing")).to_contain_text("it is back", timeout=PATIENCE)
        finally:
            page.close()
            other.close()
            again.stop()
