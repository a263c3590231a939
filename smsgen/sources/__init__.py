"""The ports of what is replicated: disk images in files, and the machines that folders and OVAs are.

    disk_image   one image -> a DiskSource: which ranges hold data, and their bytes
    machine      a folder or an OVA -> a server: its name, firmware and disks, in the order of its OVF descriptor
    importable   a DiskSource -> the file of it that ImportImage takes: the image itself, or a dynamic VHD
    raw, vmdk, vhd, vhdx, qcow2   one format each: metadata -> a Layout

A Layout only says where bytes stand; `disk_image` reads them. Nothing here writes, and nothing follows a name out of
the folder of an image: images come from strangers. Metadata is read a page at a time, so that memory stays flat
however large a disk is, or claims to be.

The readers are ours because none that fits was found: dissect.hypervisor is AGPL, libqcow gives wrong bytes for
compressed clusters, libnbd is not on PyPI, and qemu follows whatever a crafted image names. Tests compare every
format with what qemu-img makes of the same image.
"""
