"""What a list does not say, as advice: the instance type by CPUs and memory, the launch order by the tier's name."""

from __future__ import annotations

import re
from functools import lru_cache

from smsgen.generated.instance_sizes import SIZES
from smsgen.operations.intake.lists.columns import plain_header


@lru_cache(4096)
def instance_type_for(cpus: int, memory: int) -> tuple[str, str]:
    """Return the instance type for so many CPUs and MiB, and the rule that gave it; two empty texts where none is.

    It is the first of `SIZES` that has both: the least memory that will do, then the fewest vCPUs.
    """
    for name, vcpus, mebibytes in SIZES:
        if vcpus >= cpus and mebibytes >= memory:
            what = f"{cpus} CPU{'s' if cpus > 1 else ''} and {_gib(memory)}"
            return name, f"advice: the least memory that holds {what}; {vcpus} vCPUs, {_gib(mebibytes)}"
    return "", ""


def _gib(mebibytes: int) -> str:
    return f"{mebibytes / 1024:.4g} GiB" if mebibytes >= 1024 else f"{mebibytes} MiB"


ORDERS = (
    (0, "infrastructure", "infra dns dhcp domain directory ldap identity basis ad dc 基盤"),
    (10, "databases", "database datenbank sql oracle postgres mysql mariadb mongo data db データベース"),
    (
        20,
        "files, caches and queues",
        "file datei storage nfs share cache redis queue mq messag broker kafka ファイル",
    ),
    (30, "applications", "app anwend backend middleware api logic service business job batch アプリ"),
    (40, "web servers", "web front presentation portal ui ウェブ"),
    (50, "proxies", "proxy load edge gateway lb dmz プロキシ"),
)
"""Launch order, of what, and how the names of its tiers begin; short words (`db`, `ad`) stand alone."""

_OTHERS = 30
LAUNCH_ORDER_RULE = "advice, by the name: data before applications, applications before web servers"


@lru_cache(4096)
def launch_order_for(tier: str) -> int:
    """Return the launch order of a tier by the first word of its name that says it; that of applications where none."""
    for token in re.findall(r"[^\W\d_]+", tier.casefold()):
        for order, _, words in ORDERS:
            if any(_begins(token, word) for word in words.split()):
                return order
    return _OTHERS


def _begins(token: str, word: str) -> bool:
    if not word.isascii():
        return plain_header(word) in plain_header(token)
    return token == word if len(word) == 2 else token.startswith(word)
