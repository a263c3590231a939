"""Lists into files, and changed lists into files that people have edited since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smsgen.errors import InvalidInput, SmsgenError
from smsgen.local.disk import DiskFiles
from smsgen.model.load import load
from smsgen.model.names import logical_id
from smsgen.operations.intake.inventory.import_inventory import ImportPlan, plan_import, write_import
from smsgen.operations.intake.lists.reading import ListOptions
from tests.inventories import csv_bytes, estate, plain_rows

HEADER = "name,application,tier,cpus,memory,subnet,vmId,vmManagerId"
SUBNET, OTHER = "subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"
FIRST = (
    f"db01,Shop,database,4,16 GB,{SUBNET},vm-1,vc1",
    f"web01,Shop,web,2,4 GB,{SUBNET},vm-2,vc1",
    f"web02,Shop,web,2,4 GB,{SUBNET},vm-3,vc1",
)


class Folder:
    """A folder that lists are imported into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.apps = path / "apps"

    def load(self, *rows: str, header: str = HEADER, remove: bool = False, write: bool = True) -> ImportPlan:
        list_file = self.path / "list.csv"
        list_file.write_text("\n".join((header, *rows)))
        plan = plan_import([str(list_file)], str(self.apps), DiskFiles(), ListOptions(), remove=remove)
        if write:
            write_import(plan, DiskFiles())
        return plan

    def text(self, name: str = "shop.yaml") -> str:
        return (self.apps / name).read_text()

    def edit(self, *pairs: str, name: str = "shop.yaml") -> None:
        text = self.text(name)
        for before, after in zip(pairs[::2], pairs[1::2], strict=True):
            assert before in text
            text = text.replace(before, after, 1)
        (self.apps / name).write_text(text)

    def ids(self) -> dict[str, str]:
        """vmId of each server -> its logical id."""
        app = load((self.apps / "shop.yaml").read_bytes(), "shop.yaml").app
        return {
            server.vm_server.vm_server_address.vm_id: logical_id(server, server.launch.logical_id)
            for group in app.server_groups
            for server in group.server_list
        }

    def servers(self, name: str = "shop.yaml") -> dict[str, tuple[str, str | None]]:
        """Name of each server -> its group and its instance type; the file validates."""
        app = load((self.apps / name).read_bytes(), name).app
        return {
            server.vm_server.vm_name: (group.name, server.launch.instance_type)
            for group in app.server_groups
            for server in group.server_list
        }


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def codes(plan: ImportPlan) -> list[str]:
    return [one.code for one in plan.diagnostics]


# --- Rows and servers -----------------------------------------------------------------------------------------------


def test_every_row_is_a_server_or_told(folder: Folder) -> None:
    plan = folder.load(
        *FIRST,
        FIRST[0],
        f"db01,Shop,database,4,32 GB,{SUBNET},vm-1,vc1",
        f"db01,Other,database,4,16 GB,{SUBNET},vm-1,vc1",
        f"db01,Other,database,4,16 GB,{SUBNET},vm-1,vc2",
        "stray,,web,,,,,",
        ",Shop,web,,,,,",
    )
    assert (plan.rows, plan.servers, codes(plan)) == (9, 4, ["ROW_LEFT_OUT"] * 5)
    assert [one.message for one in plan.diagnostics] == [
        "db01: it is the server of row 2 again",
        "db01: it is the server of row 2, which says otherwise: memory",
        "db01: it is the server of row 2, which says otherwise: the application Shop",
        "stray: nothing says which application it belongs to",
        "this row: it has no name, no serverId and no vmId",
    ]
    assert list(folder.servers("other.yaml")) == ["db01"]


def test_what_a_row_says_again_adds_to_the_first(folder: Folder) -> None:
    plan = folder.load("db01,Shop,database,,,,vm-1,vc1", f"db01,Shop,,2,8 GB,{SUBNET},vm-1,vc1")
    assert (plan.rows, plan.servers) == (2, 1)
    assert folder.servers() == {"db01": ("database", "m7i.large")}
    assert "what it adds is taken: cpus, memory, subnet" in plan.diagnostics[0].hint


def test_names_that_give_one_logical_id_are_told_apart_for_ever(folder: Folder) -> None:
    folder.load("db-01,Shop,,,,,vm-1,vc1", "db 01,Shop,,,,,vm-2,vc1", "db01,Shop,,,,,vm-3,vc2")
    before = folder.ids()
    assert len(set(before.values())) == 3
    assert "Db01" in before.values()
    # One goes, and another comes: nobody is called otherwise.
    folder.load("a_db01,Shop,,,,,vm-8,vc1", "db_01,Shop,,,,,vm-9,vc1", "db 01,Shop,,,,,vm-2,vc1", remove=True)
    after = folder.ids()
    assert after["vm-2"] == before["vm-2"]
    assert len({*after.values(), *before.values()}) == 5


def test_a_server_that_is_renamed_keeps_its_logical_id(folder: Folder) -> None:
    folder.load(*FIRST)
    folder.load(f"database9,Shop,database,4,16 GB,{SUBNET},vm-1,vc1", *FIRST[1:])
    assert "vmName: database9\n        launch:\n          logicalId: Db01\n" in folder.text()
    folder.load(*FIRST)
    assert "logicalId" not in folder.text()


def test_rows_in_another_order_give_the_same_files(folder: Folder) -> None:
    folder.load(*FIRST)
    before = folder.text(), (folder.apps / ".smsgen-import.json").read_bytes()
    plan = folder.load(*reversed(FIRST))
    assert [file.change.value for file in plan.files.values()] == ["same"]
    assert (folder.text(), (folder.apps / ".smsgen-import.json").read_bytes()) == before


def test_applications_of_one_file_name_have_files_of_their_own(folder: Folder) -> None:
    plan = folder.load("a,Shop!,,,,,,", "b,Shop?,,,,,,", "c,販売,,,,,,", "d,CON,,,,,,", "e,../../etc,,,,,,")
    names = sorted(path.name for path in folder.apps.glob("*.yaml"))
    assert len(names) == len(plan.files) == 5
    assert {"shop.yaml", "etc.yaml"} < set(names)
    assert not {"con.yaml"} & set(names)


def test_an_application_is_in_one_account_and_region(folder: Folder) -> None:
    plan = folder.load("a,Shop,1,eu", "b,Shop,1,us", "c,Shop,2,eu", header="name,application,account,region")
    assert (plan.servers, codes(plan)) == (1, ["ROW_LEFT_OUT"] * 2)


def test_waves_of_one_application_are_groups_one_after_the_other(folder: Folder) -> None:
    folder.load(
        "a,Shop,Wave 10,web",
        "b,Shop,Wave 2,database",
        "c,Shop,Wave 2,web",
        header="name,application,wave,tier",
    )
    app = load(folder.text().encode(), "shop.yaml").app
    assert [(group.name, group.launch_order) for group in app.server_groups] == [
        ("Wave 2 database", 110),
        ("Wave 2 web", 140),
        ("Wave 10 web", 240),
    ]


# --- Again ----------------------------------------------------------------------------------------------------------


def test_a_changed_list_changes_only_what_changed(folder: Folder) -> None:
    machines = estate(60, applications=6)
    rows = [line.decode() for line in csv_bytes(plain_rows(machines), newline="\n").splitlines()]
    folder.load(*rows[1:], header=rows[0])
    before = {path.name: (path.read_bytes(), path.stat().st_ino) for path in folder.apps.glob("*.yaml")}
    changed = [row.replace("web", "app") if row.startswith("web00012") else row for row in rows]
    plan = folder.load(*changed[1:], "new01,Application 0003,Wave 4,web,2,4.0,,", header=rows[0])
    after = {path.name: (path.read_bytes(), path.stat().st_ino) for path in folder.apps.glob("*.yaml")}
    differ = {name for name, state in after.items() if state != before[name]}
    assert differ == {Path(file.path).name for file in plan.files.values() if file.change.value != "same"}
    assert "application-0003.yaml" in differ
    assert len(differ) <= 2


def test_what_people_edit_stays_and_what_the_list_changes_comes(folder: Folder) -> None:
    folder.load(*FIRST)
    folder.edit(
        "          vmName: web01\n",
        "          vmName: web01   # the old one\n        imageId: ami-0123456789abcdef0\n",
        "  - name: web\n",
        "\n  # ---- web servers, see the wiki\n  - name: web\n",
    )
    folder.load(
        f"db01,Shop,database,8,64 GB,{SUBNET},vm-1,vc1",
        f"web01,Shop,web,2,4 GB,{OTHER},vm-2,vc1",
        FIRST[2],
        f"app01,Shop,app,2,4 GB,{SUBNET},vm-5,vc1",
    )
    text = folder.text()
    assert "vmName: web01   # the old one\n        imageId: ami-0123456789abcdef0\n" in text
    assert "4 GiB\n\n  # ---- web servers, see the wiki\n  - name: web\n" in text
    assert f"          subnet: {OTHER}\n" in text
    assert folder.servers() == {
        "db01": ("database", "r7i.2xlarge"),
        "app01": ("app", "c7i.large"),
        "web01": ("web", "c7i.large"),
        "web02": ("web", "c7i.large"),
    }
    assert "r7i.2xlarge  # advice: the least memory that holds 8 CPUs and 64 GiB" in text


def test_what_both_changed_is_marked_once_and_told(folder: Folder) -> None:
    folder.load(*FIRST)
    folder.edit("instanceType: m7i.xlarge", "instanceType: r6i.large")
    changed = f"db01,Shop,database,8,64 GB,{SUBNET},vm-1,vc1", *FIRST[1:]
    plan = folder.load(*changed)
    (told,) = plan.diagnostics
    assert told.code == "MERGE_CONFLICT"
    assert told.message == "db01: launch instanceType was changed here, and the list says r7i.2xlarge"
    assert folder.text().count("conflict: the list says r7i.2xlarge") == 1
    assert folder.servers()["db01"] == ("database", "r6i.large")
    again = folder.load(*changed)
    assert again.diagnostics == ()
    assert folder.text().count("conflict:") == 1


def test_a_file_that_nobody_can_read_is_told_before_anything_is_written(folder: Folder) -> None:
    folder.load(*FIRST, "x,Other,,,,,,")
    folder.edit("name: Shop", "name: [Shop")
    before = {path.name: path.read_bytes() for path in folder.apps.iterdir()}
    with pytest.raises(InvalidInput, match=r"shop\.yaml"):
        folder.load(FIRST[0], FIRST[1], f"web02,Shop,web,2,8 GB,{SUBNET},vm-3,vc1", "x,Other,web,,,,,")
    assert {path.name: path.read_bytes() for path in folder.apps.iterdir()} == before


def test_shared_values_are_not_changed_for_all(folder: Folder) -> None:
    folder.load(*FIRST)
    launch = f"launch:\n          subnet: {SUBNET}\n          instanceType: c7i.large"
    text = folder.text()
    first = text.index(launch)
    text = text[:first] + text[first:].replace("launch:", "launch: &std", 1)
    start = text.index("launch:", text.index("vmName: web02"))
    (folder.apps / "shop.yaml").write_text(text[:start] + "launch: *std\n")
    with pytest.raises(SmsgenError, match="cannot be merged"):
        folder.load(FIRST[0], f"web01,Shop,web,2,4 GB,{OTHER},vm-2,vc1", FIRST[2])
    assert "*std" in folder.text()


def test_windows_line_ends_are_no_edit_and_stay(folder: Folder) -> None:
    folder.load(*FIRST)
    path = folder.apps / "shop.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    folder.load(FIRST[0], f"web01,Shop,web,2,4 GB,{OTHER},vm-2,vc1", FIRST[2])
    content = path.read_bytes()
    assert OTHER.encode() in content
    assert content.count(b"\r\n") == content.count(b"\n")


def test_a_server_that_people_moved_is_changed_where_it_is(folder: Folder) -> None:
    folder.load(*FIRST)
    text = folder.text()
    start, end = (
        text.index("      - vmServer:", text.index("name: web\n")),
        text.index("      - vmServer:", text.index("vmName: web01")),
    )
    moved = text[start:end]
    at = text.index("  - name: web\n")
    text = text[:at] + moved + text[at:start] + text[end:]
    (folder.apps / "shop.yaml").write_text(text)
    folder.load(FIRST[0], f"web01,Shop,web,2,8 GB,{SUBNET},vm-2,vc1", FIRST[2])
    assert folder.servers()["web01"] == ("database", "m7i.large")


def test_a_new_server_goes_into_the_group_that_people_renamed(folder: Folder) -> None:
    folder.load(*FIRST)
    folder.edit("  - name: web\n", "  - name: front end\n")
    folder.load(*FIRST, f"web03,Shop,web,2,4 GB,{SUBNET},vm-9,vc1")
    assert folder.servers()["web03"] == ("front end", "c7i.large")


# --- What is gone ---------------------------------------------------------------------------------------------------


def test_a_server_that_the_list_no_longer_has_stays_until_it_is_removed(folder: Folder) -> None:
    folder.load(*FIRST)
    for _ in range(2):
        plan = folder.load(*FIRST[:2])
        assert codes(plan) == ["SERVER_GONE"]
        assert "Web02" in plan.diagnostics[0].message
        assert set(folder.servers()) == {"db01", "web01", "web02"}
    assert codes(folder.load(*FIRST[:2], remove=True)) == ["SERVER_GONE"]
    assert set(folder.servers()) == {"db01", "web01"}
    assert codes(folder.load(*FIRST[:2], remove=True)) == []


def test_a_server_is_not_removed_that_somebody_has_edited(folder: Folder) -> None:
    folder.load(*FIRST)
    folder.edit(
        "          vmName: web02\n", "          vmName: web02\n        imageId: ami-0123456789abcdef0\n"
    )
    plan = folder.load(*FIRST[:2], remove=True)
    assert codes(plan) == ["SERVER_GONE", "MERGE_CONFLICT"]
    assert "conflict: the list no longer has this server" in folder.text()
    assert "web02" in folder.servers()


def test_what_people_take_out_stays_out(folder: Folder) -> None:
    folder.load(*FIRST)
    text = folder.text()
    (folder.apps / "shop.yaml").write_text(text[: text.rindex("      - vmServer:")])
    folder.load(FIRST[0], f"web01,Shop,web,2,8 GB,{SUBNET},vm-2,vc1", FIRST[2])
    assert set(folder.servers()) == {"db01", "web01"}


def test_an_application_that_is_gone_is_told_and_its_file_stays(folder: Folder) -> None:
    folder.load(*FIRST, "x,Other,,,,,,")
    assert codes(folder.load(*FIRST)) == ["SERVER_GONE"]
    assert (folder.apps / "other.yaml").exists()
    (folder.apps / "other.yaml").unlink()
    assert codes(folder.load(*FIRST)) == []


def test_a_file_that_is_gone_is_written_again(folder: Folder) -> None:
    folder.load(*FIRST)
    before = folder.text()
    (folder.apps / "shop.yaml").unlink()
    folder.load(*FIRST)
    assert folder.text() == before


# --- Files ----------------------------------------------------------------------------------------------------------


def test_a_file_of_somebody_else_is_not_overwritten(folder: Folder) -> None:
    folder.apps.mkdir()
    (folder.apps / "shop.yaml").write_text("name: mine\n")
    with pytest.raises(SmsgenError, match="no import wrote it"):
        folder.load(*FIRST, "x,Other,,,,,,")
    assert [path.name for path in folder.apps.iterdir()] == ["shop.yaml"]


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", '{"version": 2, "apps": {}}', '{"version": 1, "apps": {"a": []}}',
        '{"version": 1, "apps": {"a": ["../x", "", []]}}',
        '{"version": 1, "apps": {"a": ["x", "", [["", "", [[1]]]]]}}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_kept_of_an_import_is_not_trusted(folder: Folder, content: str) -> None:
    folder.apps.mkdir()
    (folder.apps / ".smsgen-import.json").write_text(content)
    with pytest.raises(SmsgenError, match=r"\.smsgen-import\.json cannot be read"):
        folder.load(*FIRST)


class Interrupted(DiskFiles):
    """A disk that fails at its nth write."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def write(self, path: str, content: bytes, *, replace: bool = True) -> None:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        super().write(path, content, replace=replace)


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("writes", range(8))
def test_an_import_that_is_interrupted_is_completed_by_the_same_again(
    tmp_path: Path, writes: int, edited: bool
) -> None:
    first = (*FIRST, "x,Other,,2,4 GB,,,", "y,Third,,2,4 GB,,,")
    second = (
        f"db01,Shop,database,8,64 GB,{SUBNET},vm-1,vc1", *FIRST[1:],
        "x,Other,,2,8 GB,,,", "y,Third,,2,8 GB,,,", "z,Fourth,,2,8 GB,,,", "w,Fifth,,,,,,",
    )  # fmt: skip
    folders = [Folder(tmp_path / name) for name in ("whole", "interrupted")]
    for folder in folders:
        folder.path.mkdir()
        folder.load(*first)
        if edited:
            folder.edit("instanceType: m7i.xlarge", "instanceType: r6i.large")
    folders[0].load(*second)
    plan = folders[1].load(*second, write=False)
    try:
        write_import(plan, Interrupted(writes))
    except KeyboardInterrupt:
        assert writes < 7
    for path in folders[1].apps.glob("*.yaml"):
        load(path.read_bytes(), path.name)  # each is whole
    folders[1].load(*second)
    after = [{path.name: path.read_bytes() for path in folder.apps.iterdir()} for folder in folders]
    assert after[0] == after[1]
    assert json.loads(after[0][".smsgen-import.json"])["version"] == 1


TAGGED = f"{HEADER},tags"
EDITS = {
    "tag": ("value: ops}", "value: people}", "Owner=list"),
    "tag gone": ("          tags:\n            - {key: Owner, value: ops}\n", "", "Owner=list"),
    "address": ("vmId: vm-1}", "vmId: vm-77}", "Owner=ops"),
    "group": ("  - name: database\n", "  - name: data\n", "Owner=ops"),
    "order": ("launchOrder: 10 ", "launchOrder: 5 ", "Owner=ops"),
    "style": (
        "        launch:\n          subnet",
        "\n        launch:   # how\n          subnet",
        "Owner=list",
    ),
    "defaults": ("serverGroups:", "launchDefaults: {monitoring: false}\nserverGroups:", "Owner=list"),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("tier", ["database", "cache"])
def test_edits_and_changes_of_all_kinds_merge(folder: Folder, edit: str, tier: str) -> None:
    first = (
        f"db01,Shop,database,4,16 GB,{SUBNET},vm-1,vc1,Owner=ops",
        f"web01,Shop,web,2,4 GB,{SUBNET},vm-2,vc1,",
    )
    folder.load(*first, header=TAGGED)
    before, after, tags = EDITS[edit]
    folder.edit(before, after)
    changed = f"db01,Shop,{tier},4,16 GB,{OTHER},vm-1,vc1,{tags}", first[1]
    plan = folder.load(*changed, header=TAGGED)
    text = folder.text()
    app = load(text.encode(), "shop.yaml").app
    servers = {
        server.vm_server.vm_name: server for group in app.server_groups for server in group.server_list
    }
    assert servers["db01"].launch.subnet == OTHER
    assert after.strip() in text or edit in ("group", "order")
    conflicts = [one for one in plan.diagnostics if one.code == "MERGE_CONFLICT"]
    if edit in ("tag", "tag gone"):
        assert len(conflicts) == 1
    assert text.count("conflict:") <= len(conflicts)
    assert folder.load(*changed, header=TAGGED).diagnostics == ()
    assert folder.text() == text
