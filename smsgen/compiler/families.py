"""What families of instance types can do, as far as AWS documents it by family.

New families appear every month, so the tables name what is known not to work; a type that they do not know passes.
"""

from __future__ import annotations

BURSTABLE = frozenset(["t2", "t3", "t3a", "t4g"])
"""EC2 User Guide, "Burstable performance instances": only these have CPU credits to choose."""

AMD_SEV_SNP = frozenset(["c6a", "m6a", "r6a"])
"""EC2 User Guide, "AMD SEV-SNP for Amazon EC2 instances"."""

_XEN = frozenset(
    [
        *(
            "c1",
            "c3",
            "c4",
            "cc1",
            "cc2",
            "cg1",
            "cr1",
            "d2",
            "f1",
            "g2",
            "g3",
            "g3s",
            "h1",
            "hi1",
            "hs1",
            "i2",
            "i3",
        ),
        *("m1", "m2", "m3", "m4", "p2", "p3", "r3", "r4", "t1", "t2", "x1", "x1e"),
    ]
)
"""EC2 User Guide, "Instances built on the AWS Nitro System": those that are not (i3.metal, p3dn and f1 aside)."""

_NO_ENCLAVES = frozenset(
    [
        *(
            "a1",
            "g4ad",
            "hpc6a",
            "hpc6id",
            "hpc7a",
            "hpc7g",
            "m7i-flex",
            "c7i-flex",
            "m8i-flex",
            "t3",
            "t3a",
            "t4g",
        ),
        *("trn1", "vt1"),
    ]
)
"""AWS Nitro Enclaves User Guide, "Requirements": Nitro families without enclaves."""

_HIBERNATION = ("c", "i", "im", "is", "m", "r", "t", "x")
"""EC2 User Guide, "Prerequisites for EC2 instance hibernation": letters of families among which some can hibernate."""

_PARAVIRTUAL = frozenset(["c1", "hi1", "hs1", "m1", "m2", "t1"])
"""EC2 User Guide, "Virtualization types": Security Hub EC2.24 finds these, and c3 and m3 of the first sizes."""


def family(instance_type: str) -> str:
    """Return the family of an instance type: m6i of m6i.large."""
    return instance_type.partition(".")[0]


def is_metal(instance_type: str) -> bool:
    """Return whether it is a machine without a hypervisor."""
    return instance_type.partition(".")[2].startswith("metal")


def is_graviton(instance_type: str) -> bool:
    """Return whether its processors are Arm: a1, and those with a g behind the generation's number."""
    name = family(instance_type)
    return name == "a1" or "g" in name.lstrip("abcdefghijklmnopqrstuvwxyz").partition("-")[0]


def can_hibernate(instance_type: str) -> bool:
    """Return False where no type of the kind can hibernate."""
    name = family(instance_type)
    kind = name[: next((at for at, letter in enumerate(name) if letter.isdigit()), len(name))]
    return kind in _HIBERNATION and not is_metal(instance_type)


def can_have_enclaves(instance_type: str) -> bool:
    """Return False where Nitro Enclaves are known not to work: no Nitro, too few processors, no hypervisor."""
    name, _, size = instance_type.partition(".")
    small = ("medium",) if is_graviton(instance_type) else ("nano", "micro", "small", "medium", "large")
    kinds = name in _XEN or name in _NO_ENCLAVES or name.startswith(("mac", "u-"))
    return not (kinds or is_metal(instance_type) or size in small)


def can_choose_processors(instance_type: str) -> bool:
    """Return False where CpuOptions are refused (EC2 User Guide, "Supported CPU options for EC2 instance types")."""
    name = family(instance_type)
    return not (
        is_metal(instance_type)
        or name in _PARAVIRTUAL
        or name in ("t2", "m3", "a1")
        or name.startswith("mac")
    )


def is_paravirtual(instance_type: str) -> bool:
    """Return whether images of the type may be paravirtual ones only."""
    return family(instance_type) in _PARAVIRTUAL
