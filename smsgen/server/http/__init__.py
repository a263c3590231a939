"""The sockets around the API: HTTP, signatures, limits, logs, metrics."""
