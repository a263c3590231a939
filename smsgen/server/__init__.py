"""The SMS API, spoken again: bytes in, bytes out; and the sockets around it."""
