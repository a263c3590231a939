"""Disks become snapshots, run after run.

    copy       a disk -> a snapshot, begun or gone on with (the use case), in three steps:
               begin, carry (block by block, many at once), complete
    plan       which blocks are read, which are kept, which become zeros
    manifest   what is in a snapshot, block by block: the journal of a copy, and the base of the next one
    flight     how many blocks are under way at once, and how fast
    verify     a completed snapshot, read back
    making/    where a server's disks go, and how they become an image

A copy is a function over ports: `ports.disks.DiskSource`, `ports.snapshots.Snapshots` and `Manifests`, and a clock. It
may be killed at any moment: what the manifest holds has reached AWS, and what it does not is done again.
"""
