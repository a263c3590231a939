"""vCenter as a source of servers: its catalog, and the disks of servers that are powered off, through pyVmomi.

session (who, over which TLS) ──▶ catalog (PropertyCollector, in pages) ──▶ servers
                              └──▶ datastore (files by ranges) ──▶ the reader of VMDKs ──▶ disks
"""
