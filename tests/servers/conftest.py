"""The stand-ins, for their own tests."""

from tests.servers.aws.fixtures import aws, aws_server, clients

__all__ = ["aws", "aws_server", "clients"]
