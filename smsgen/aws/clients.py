"""boto3 sessions and clients, made at first use: importing boto3 takes 0.2 s that offline commands do not
pay.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from threading import RLock
from typing import Any, NamedTuple

from smsgen.aws.errors import service_errors
from smsgen.errors import ServiceError, install_hint

MAX_ATTEMPTS = 8
"""How often a call is tried in all. Adaptive mode backs off with jitter, up to 20 s between two tries."""

MOST_CONNECTIONS = 64
"""Connections that a client keeps: as many as blocks of a disk are read at once."""

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 60


class AwsSettings(NamedTuple):
    """Which AWS: None leaves it to boto3 (AWS_* variables, ~/.aws/config, instance role).

    `role_arn`: a role that is assumed with these credentials; None for none.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None


class Identity(NamedTuple):
    """Whose credentials these are (STS GetCallerIdentity)."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """aws, aws-cn, aws-us-gov …: the second part of every ARN."""
        return self.arn.split(":")[1]


class Clients:
    """The clients of one session, each made once; many threads may use them. Raises ServiceError in one sentence
    where boto3 cannot make them.
    """

    def __init__(self, settings: AwsSettings | None = None) -> None:
        self.settings = settings or AwsSettings()
        self._session: Any = None
        self._made: dict[str, Any] = {}
        self._identity: Identity | None = None
        self._lock = RLock()  # a boto3 client serves many threads, and a session one

    def client(self, service: str) -> Any:
        """Return the client of a service ("s3"), with retries, timeouts and smsgen's user agent."""
        if service in self._made:
            return self._made[service]
        with self._lock:
            if service in self._made:
                return self._made[service]
            with service_errors(f"cannot use AWS {service}"):
                self._made[service] = self.session.client(
                    service, endpoint_url=self.settings.endpoint_url, config=_config()
                )
        return self._made[service]

    @property
    def session(self) -> Any:
        """The boto3 session; credentials and a Region are there, or this raises ServiceError."""
        with self._lock:
            if self._session is None:
                self._session = self._open()
            return self._session

    @property
    def region(self) -> str:
        """The Region all clients talk to."""
        return str(self.session.region_name)

    def identity(self) -> Identity:
        """Return account and ARN of the caller; asks STS once."""
        if self._identity is None:
            with service_errors("cannot tell whose AWS credentials these are"):
                answer = self.client("sts").get_caller_identity()
            self._identity = Identity(answer["Account"], answer["Arn"])
        return self._identity

    def available(self) -> bool:
        """Return whether boto3, credentials and a Region are there, without a call to AWS's APIs."""
        try:
            return self.session is not None
        except ServiceError:
            return False

    def _open(self) -> Any:
        try:
            import boto3
            from botocore.exceptions import NoCredentialsError, NoRegionError
        except ImportError:
            hint = install_hint("aws")
            raise ServiceError("boto3, which talks to AWS, is not installed", hint=hint) from None
        with service_errors("cannot sign in to AWS"):
            region = self.settings.region or region_of_environment()
            session = boto3.Session(profile_name=self.settings.profile, region_name=region)
            if session.get_credentials() is None:
                raise NoCredentialsError
            if not session.region_name:
                raise NoRegionError
        return self._in_role(session) if self.settings.role_arn else session

    def _in_role(self, session: Any) -> Any:
        """Return a session in the role: its credentials are asked of STS at first use, and again before they expire."""
        from functools import partial

        import boto3
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
        from botocore.session import Session

        fetcher = AssumeRoleCredentialFetcher(
            partial(session.client, endpoint_url=self.settings.endpoint_url, config=_config()),
            session.get_credentials(),
            self.settings.role_arn,
            extra_args={"RoleSessionName": "smsgen"},
        )
        inner = Session()
        # botocore has no public way to hand a session credentials that renew themselves.
        inner._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
        return boto3.Session(botocore_session=inner, region_name=session.region_name)


class SessionClients(Clients):
    """The clients of a session that STS gave, in the Region and at the endpoint of another's clients."""

    def __init__(self, other: Clients, credentials: Mapping[str, Any]) -> None:
        super().__init__(other.settings._replace(region=other.region, role_arn=None))
        self._credentials = credentials

    def _open(self) -> Any:
        import boto3

        return boto3.Session(
            aws_access_key_id=self._credentials["AccessKeyId"],
            aws_secret_access_key=self._credentials["SecretAccessKey"],
            aws_session_token=self._credentials["SessionToken"],
            region_name=self.settings.region,
        )


def region_of_environment() -> str | None:
    """Return AWS_REGION, which boto3 does not look at; the AWS CLI and the other SDKs let it win over all but options.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
    """
    return os.environ.get("AWS_REGION") or None


def _config() -> Any:
    from botocore.config import Config

    return Config(
        retries={"mode": "adaptive", "total_max_attempts": MAX_ATTEMPTS},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        max_pool_connections=MOST_CONNECTIONS,
        user_agent_extra=user_agent(),
    )


def user_agent() -> str:
    """Return what says to AWS who calls: smsgen and its version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"smsgen/{version('smsgen')}"
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "smsgen"
