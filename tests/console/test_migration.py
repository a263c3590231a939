"""A whole migration by clicks: catalog, application, replication, launch, delta, second launch, end."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.clients.serving import network
from tests.console.browsing import chromium, entrance, site, wait_for

PATIENCE = 90_000


def test_a_whole_migration_by_clicks(tmp_path: Path) -> None:
    with site(tmp_path, "--no-auth") as (server, env), chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.set_default_timeout(PATIENCE)
        page.goto(entrance(server))
        page.get_by_role("heading", name="Applications").wait_for()
        application(page)
        replicated(page)
        configured(page, network(env["AWS_URL"]))
        launched(page)
        changed(page, Path(env["IMAGES"]))
        ended(page)
        assert [words for words in wrong if "status of 400" not in words] == []  # the name that was not typed


def application(page: Page) -> None:
    page.get_by_role("link", name="Catalog", exact=True).click()
    page.get_by_role("button", name="Import").click()
    while not page.get_by_label("Choose db01").count():
        page.wait_for_timeout(300)
        page.reload()
    page.get_by_label("Choose db01").check()
    page.get_by_label("Choose web01").check()
    page.get_by_role("button", name="New application of the chosen servers").click()
    page.get_by_label("Name", exact=True).fill("shop <b>")
    page.get_by_label("Group of db01").fill("db")
    page.get_by_label("Group of web01").fill("web")
    page.get_by_role("button", name="Make").click()
    page.get_by_role("heading", name="shop <b>").wait_for()


def replicated(page: Page) -> None:
    for group in ("db", "web"):
        _form(page, group, "Replication configuration")
        page.locator("select[name$=runOnce]").first.select_option("false")
        page.get_by_label("Every so many hours").fill("24")
        page.get_by_role("button", name="Keep").click()
        wait_for(page, "The replication configuration is kept.")
    page.get_by_role("button", name="Start replication").click()
    wait_for(page, "Replicated")  # nobody reloads
    expect(page.locator("tbody code", has_text="ami-")).to_have_count(2)


def _form(page: Page, group: str, name: str) -> None:
    heading = page.locator("#groups .heading").filter(has=page.get_by_role("heading", name=group, exact=True))
    heading.get_by_role("link", name=name).click()


def configured(page: Page, network: dict[str, str]) -> None:
    for order, group in enumerate(("db", "web")):
        _form(page, group, "Launch configuration")
        page.get_by_label("Launch order").fill(str(order))
        page.get_by_label("Instance type").fill("m5.enormous")
        page.get_by_label("Subnet").fill("subnet-wrong")
        page.get_by_label("Security group").fill(network["SECURITY_GROUP"])
        page.get_by_role("button", name="Keep").click()
        page.get_by_role("heading", name="Launch configuration of").wait_for()
        field = page.get_by_label("Instance type")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("there is no instance type 'm5.enormous'")).to_be_visible()
        expect(page.get_by_text("'subnet-wrong' is not a subnet id")).to_be_visible()
        field.fill("m5.large")
        page.get_by_label("Subnet").fill(network["SUBNET"])
        page.get_by_role("button", name="Keep").click()
        wait_for(page, "The launch configuration is kept.")
    wait_for(page, "Ready for launch")


def launched(page: Page) -> None:
    page.get_by_role("link", name="Template and change set").click()
    page.locator("section", has_text="Template").get_by_role("button", name="Generate").first.click()
    expect(page.get_by_label("Template", exact=True)).to_contain_text("AWS::EC2::Instance")
    page.get_by_role("link", name="shop <b>").click()
    page.get_by_role("button", name="Launch…").click()
    expect(page.get_by_role("cell", name="Add")).to_have_count(2)
    page.get_by_role("button", name="Launch", exact=True).click()
    wait_for(page, "Launched")
    expect(page.locator("#groups code").filter(has_text=re.compile("^i-"))).to_have_count(2)
    expect(page.locator("#events tbody tr").first).to_be_visible()
    expect(page.locator("svg.smsgen-graph")).to_contain_text("launched")


def changed(page: Page, images: Path) -> None:
    with (images / "db01.img").open("r+b") as image:
        image.seek(5 << 20)
        image.write(b"changed" * 1000)
    before = page.locator("#groups tbody code", has_text="ami-").first.inner_text()
    page.get_by_role("button", name="Replicate once more").click()
    wait_for(page, "Each server is replicated once more, now.")
    expect(page.locator("#groups tbody code", has_text="ami-").first).not_to_have_text(
        before, timeout=PATIENCE
    )
    wait_for(page, "Delta replicated")
    page.get_by_role("button", name="Launch…").click()
    expect(page.get_by_text("Something that runs would end.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("ImageId")
    page.get_by_label("to go on").fill("shop")
    page.get_by_role("button", name="Launch", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Type the name")
    page.get_by_label("to go on").fill("shop <b>")
    page.get_by_role("button", name="Launch", exact=True).click()
    wait_for(page, "The launch begins.")
    wait_for(page, "Launched")


def ended(page: Page) -> None:
    page.get_by_role("button", name="Stop replication").click()
    wait_for(page, "Replication stopped")
    page.get_by_role("link", name="Terminate…").click()
    page.get_by_label("to go on").fill("shop <b>")
    page.get_by_role("button", name="Terminate").click()
    wait_for(page, "Terminated")
    page.get_by_role("link", name="Delete…").click()
    page.get_by_label("to go on").fill("shop <b>")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no application yet.")).to_be_visible(timeout=PATIENCE)
