"""The use cases: ports (Protocols) and one file each."""
