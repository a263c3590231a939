"""The names of our columns, and what people call them: in English, German and Japanese.

A header counts by its letters and digits: capitals, widths, spaces and punctuation do not matter (`VM_Name`, `vmName`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

COLUMNS = {
    "name": "vmname vm name servername server hostname host computername machinename machine virtualmachine fqdn"
    " rechnername rechner servernamen maschine hostnamen"
    " サーバ名 サーバー名 ホスト名 仮想マシン名 仮想マシン"
    " コンピュータ名 コンピューター名 マシン名 サーバ サーバー 名前",
    "application": "application app applicationname appname anwendung anwendungsname applikation applikationsname"
    " fachanwendung fachverfahren アプリケーション アプリケーション名 アプリ アプリ名 システム システム名 業務システム",
    "applicationDescription": "applicationdescription appdescription anwendungsbeschreibung アプリケーション説明",
    "wave": "wave wavename migrationwave applicationwave welle migrationswelle"
    " ウェーブ 移行ウェーブ フェーズ 移行フェーズ",
    "group": "tier group servertier servergroup role serverrole layer ebene schicht rolle gruppe servergruppe"
    " 階層 層 役割 グループ サーバグループ サーバーグループ サーバ種別 サーバー種別",
    "launchOrder": "launchorder startorder bootorder order startreihenfolge reihenfolge 起動順 起動順序 順序",
    "cpus": "cpus cpu vcpu vcpus cores cpucores numcpu numcpus cpucount numberofcpus kerne cpukerne prozessoren"
    " anzahlcpu anzahlcpus cpuanzahl cpu数 vcpu数 コア数 cpuコア数",
    "memory": "memory ram mem memorysize memsize ramsize arbeitsspeicher hauptspeicher speicher"
    " メモリ メモリー メモリ容量 メモリー容量 メモリサイズ 実装メモリ",
    "instanceType": "instancetype ec2instancetype targetinstancetype instanztyp インスタンスタイプ",
    "platform": "platform osfamily plattform プラットフォーム",
    "guest": "os guest guestos operatingsystem osname ostype betriebssystem オペレーティングシステム os名 os種別",
    "firmware": "firmware ファームウェア",
    "ip": "ip ipaddress ipv4 ipv4address address primaryipaddress ipadresse adresse ipアドレス アドレス",
    "privateIpAddress": "privateipaddress privateip targetip zielip zielipadresse プライベートipアドレス",
    "subnet": "subnet subnetid subnetz zielsubnetz サブネット サブネットid",
    "securityGroups": "securitygroups securitygroup securitygroupids securitygroupid sicherheitsgruppe"
    " sicherheitsgruppen セキュリティグループ",
    "iamInstanceProfileName": "iaminstanceprofilename instanceprofile iamrole instanzprofil",
    "ec2KeyName": "ec2keyname keyname keypair schlüsselpaar キーペア",
    "availabilityZone": "availabilityzone zone az verfügbarkeitszone アベイラビリティゾーン",
    "tenancy": "tenancy テナンシー",
    "imageId": "imageid ami amiid image",
    "logicalId": "logicalid",
    "stateful": "stateful",
    "ebsOptimized": "ebsoptimized",
    "monitoring": "monitoring detailedmonitoring",
    "tags": "tags タグ",
    "serverId": "serverid",
    "vmId": "vmid morefid moref",
    "vmManagerId": "vmmanagerid vcenterid vcenteruuid",
    "vmManagerName": "vmmanagername vcenter vcentername",
    "vmManagerType": "vmmanagertype",
    "vmPath": "vmpath",
    "disks": "disks disk festplatten ディスク数",
    "rawDisks": "rawdisks",
    "independentDisks": "independentdisks",
    "account": "account accountid awsaccountid konto アカウント アカウントid",
    "region": "region awsregion リージョン",
}
"""Column of ours -> what it may be called, the plainest first: of two that mean the same, that one is read."""

_UNIT = re.compile(r"(?:in)?(kib|kb|mib|mb|gib|gb|tib|tb)$")


def plain_header(text: str) -> str:
    """Return a header by what counts of it: `Memory (GB)` -> `memorygb`."""
    return "".join(character for character in normalize("NFKC", text).casefold() if character.isalnum())


@lru_cache
def header_words() -> dict[str, tuple[str, int]]:
    """Return plain header -> the column of ours, and its place among what that may be called."""
    return {
        plain_header(word): (column, place)
        for column, words in COLUMNS.items()
        for place, word in enumerate((column, *words.split()))
    }


def unit_of(plain: str) -> tuple[str, str]:
    """Return a plain header without the unit at its end, and the unit in small letters, "" without one."""
    match = _UNIT.search(plain)
    return (plain[: match.start()], match[1]) if match else (plain, "")


def column_of(header: str) -> tuple[str, str, int]:
    """Return the column of ours that a header means ("": none), its unit, and how plain a word for it the header is."""
    plain = plain_header(header)
    words = header_words()
    if plain in words:
        column, place = words[plain]
        return column, "", place
    bare, unit = unit_of(plain)
    column, place = words.get(bare, ("", 0))
    return (column, unit, place) if column == "memory" else ("", "", 0)
