"""The SMS API, spoken again: bytes in, bytes out; and the sockets around it."""

PORT = 8471
"""The port of `smsgen serve`, unless it is told another one."""
