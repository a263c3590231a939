"""moto's S3, CloudFormation, EC2 and SSM over HTTP, in a process of its own: python -m tests.clients.aws.

Says its URL on stdout, and ends when its stdin does: when the tests are over, however they end.
"""

import sys

import moto.s3.models
from moto.iam.access_control import PermissionResult
from moto.server import ThreadedMotoServer


def main() -> None:
    # moto reads no conditions: to it our policy "deny all that is not TLS" denies all. Loopback stands for TLS.
    moto.s3.models.FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
