"""The ports, of this machine: its disk, its git, its clock."""
