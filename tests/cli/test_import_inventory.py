"""import-inventory as it is run: lists in, application files out, which validate and compile."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsgen.cli import run

MGN = """\
mgn:account-id,mgn:region,mgn:wave:name,mgn:app:name,mgn:app:tag:CostCenter,mgn:server:user-provided-id,\
mgn:server:platform,mgn:launch:instance-type,mgn:launch:nic:0:subnet-id,mgn:launch:nic:0:security-group-id:0,\
mgn:launch:nic:0:security-group-id:1,mgn:launch:nic:0:private-ip:0,mgn:server:tag:tier,mgn:launch:tag:instance:Owner
123456789012,eu-central-1,Wave 3,Payments,4711,pay-app02,LINUX,m6i.large,subnet-0a1b2c3d4e5f60718,\
sg-0a1b2c3d4e5f60718,,10.0.0.12,app,ops
123456789012,eu-central-1,Wave 3,Payments,4711,pay-db01,WINDOWS,r6i.large,subnet-0a1b2c3d4e5f60718,\
sg-0a1b2c3d4e5f60718,sg-0a1b2c3d4e5f60719,10.0.0.11,database,ops
123456789012,eu-central-1,Wave 3,Shop,,shop01,LINUX,m6i.huge,subnet-0a1b2c3d4e5f60718,,,10.0.0.11,,
123456789012,eu-central-1,Wave 3,,,stray01,LINUX,m6i.large,subnet-0a1b2c3d4e5f60718,,,,,
"""

PAYMENTS = """\
# Written by `smsgen import-inventory`. Edit it: what you change, the next import keeps.
# Wave: Wave 3
# Account and Region: 123456789012 eu-central-1
name: Payments
tags:
  - {key: CostCenter, value: "4711"}
serverGroups:
  - name: database
    launchOrder: 10  # advice, by the name: data before applications, applications before web servers
    serverList:
      - vmServer:
          vmName: pay-db01
        launch:
          subnet: subnet-0a1b2c3d4e5f60718
          securityGroups: [sg-0a1b2c3d4e5f60718, sg-0a1b2c3d4e5f60719]
          instanceType: r6i.large
          privateIpAddress: "10.0.0.11"
          platform: windows
          tags:
            - {key: Owner, value: ops}
            - {key: tier, value: database}
  - name: app
    launchOrder: 30  # advice, by the name: data before applications, applications before web servers
    serverList:
      - vmServer:
          vmName: pay-app02
        launch:
          subnet: subnet-0a1b2c3d4e5f60718
          securityGroup: sg-0a1b2c3d4e5f60718
          instanceType: m6i.large
          privateIpAddress: "10.0.0.12"
          platform: linux
          tags:
            - {key: Owner, value: ops}
            - {key: tier, value: app}
"""


@pytest.fixture
def mgn(tmp_path: Path) -> Path:
    path = tmp_path / "mgn.csv"
    path.write_text(MGN)
    return path


def test_an_export_of_mgn_becomes_files_that_validate_and_compile(
    mgn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apps = tmp_path / "apps"
    assert run(["import-inventory", str(mgn), "-o", str(apps)]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{apps}/payments.yaml\n{apps}/shop.yaml\n"
    assert f"{mgn}:5:1: warning[ROW_LEFT_OUT]: stray01: nothing says which application" in shown.err
    assert f"{mgn}:4:1: warning[CELL_LEFT_OUT]: shop01: there is no instance type 'm6i.huge'" in shown.err
    assert "4 rows: 3 servers in 2 applications (2 new); 1 row left out" in shown.err
    assert (apps / "payments.yaml").read_text() == PAYMENTS
    assert run(["validate", f"{apps}/payments.yaml", f"{apps}/shop.yaml"]) == 0
    assert run(["generate-template", f"{apps}/payments.yaml"]) == 0
    assert "PayDb01:" in capsys.readouterr().out


def test_the_same_list_again_changes_nothing(
    mgn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apps = tmp_path / "apps"
    run(["import-inventory", str(mgn), "-o", str(apps)])
    before = {path.name: (path.read_bytes(), path.stat().st_ino) for path in apps.iterdir()}
    capsys.readouterr()
    assert run(["import-inventory", str(mgn), "-o", str(apps)]) == 0
    assert capsys.readouterr().out == ""
    assert {path.name: (path.read_bytes(), path.stat().st_ino) for path in apps.iterdir()} == before


def test_a_dry_run_writes_nothing(mgn: Path, tmp_path: Path) -> None:
    assert run(["import-inventory", str(mgn), "-o", f"{tmp_path}/apps", "--dry-run"]) == 0
    assert not (tmp_path / "apps").exists()


def test_strict_trips_where_a_row_is_left_out(mgn: Path, tmp_path: Path) -> None:
    assert run(["import-inventory", str(mgn), "-o", f"{tmp_path}/apps", "--strict"]) == 3
    args = ["import-inventory", str(mgn), "-o", f"{tmp_path}/all", "--strict", "--application", "Rest"]
    assert run(args) == 0
    assert (tmp_path / "all" / "rest.yaml").exists()


def test_what_is_left_out_goes_to_a_file_in_which_nothing_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,application\n=cmd|' /C calc'!A0,\n")
    args = ["import-inventory", str(path), "-o", f"{tmp_path}/apps", "--left-out", f"{tmp_path}/out.csv"]
    assert run(args) == 0
    (header, row, *_) = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert header == "file,row,code,message,hint"
    assert row.split(",")[1:3] == ["2", "ROW_LEFT_OUT"]
    assert "'=cmd" in row


@pytest.mark.parametrize("columns", ["name", "name=", "colour=VM", "name=Hostname"])
def test_columns_that_are_none_are_refused(mgn: Path, columns: str, tmp_path: Path) -> None:
    args = ["import-inventory", str(mgn), "-o", f"{tmp_path}/apps", "--columns", columns]
    assert run(args) == 64
    assert not (tmp_path / "apps").exists()


def test_the_sample_becomes_applications(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import-inventory", "samples/inventory.csv", "-o", f"{tmp_path}/apps"]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{tmp_path}/apps/erp.yaml\n{tmp_path}/apps/web-shop.yaml\n"
    assert "6 rows: 5 servers in 2 applications (2 new); 1 row left out" in shown.err
    text = (tmp_path / "apps" / "web-shop.yaml").read_text()
    assert "instanceType: r7i.2xlarge  # advice: the least memory that holds 8 CPUs and 64 GiB" in text
    assert run(["validate", f"{tmp_path}/apps/web-shop.yaml", f"{tmp_path}/apps/erp.yaml"]) == 0
    assert run(["generate-template", f"{tmp_path}/apps/web-shop.yaml"]) == 0
