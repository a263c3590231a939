"""A session with a vCenter: TLS that is verified, an account whose secret is only named, and errors in one sentence.

vSphere Web Services SDK Programming Guide, "Accessing and Navigating the Server".
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from hmac import compare_digest
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from smsgen.errors import SmsgenError, install_hint
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.inventories import ConnectorUnreadable

SECONDS = 120
"""For an answer of vCenter, at most."""

NEEDED = {
    "System.View": "see what is there",
    "System.Read": "read properties",
    "Datastore.Browse": "find the files of disks",
    "Datastore.FileManagement": "read the files of disks (low level file operations)",
}
"""Privilege -> what it is needed for."""

Secrets = Callable[[str], str]
"""What gives the secret that a reference names (`env:NAME`, `file:PATH`, `secretsmanager:ID`); raises SmsgenError."""


class VcenterSession:
    """A vCenter that was signed in to. `content` is its ServiceContent, `cookie` goes with requests for files.

    `host` and `port`: where it is; `context` verifies its certificate.
    """

    def __init__(self, connector: Connector, instance: Any, context: ssl.SSLContext) -> None:
        self.content = instance.RetrieveContent()
        self.cookie = str(instance._stub.cookie or "").partition(";")[0]
        self.host, self.port = address_of(connector.location)
        self.context = context

    @property
    def manager_id(self) -> str:
        """Return the vCenter's own id: what SMS calls vmManagerId."""
        return str(self.content.about.instanceUuid)


@contextmanager
def session_of(connector: Connector, secrets: Secrets) -> Iterator[VcenterSession]:
    """Sign in to a connector's vCenter, and out again; raises ConnectorUnreadable, for what is done inside, too."""
    try:
        from pyVim.connect import Disconnect, SmartConnect
        from pyVmomi import vim
    except ImportError:
        hint = install_hint("vcenter")
        raise ConnectorUnreadable(
            "vCenter is read through pyVmomi, which is not installed", hint=hint
        ) from None
    host, port = address_of(connector.location)
    secret = _secret(connector, secrets)
    context = context_of(connector)
    with _in_a_sentence(connector, vim):
        instance = SmartConnect(
            host=host,
            port=port,
            user=connector.user,
            pwd=secret,
            sslContext=context,
            httpConnectionTimeout=SECONDS,
        )
        try:
            yield VcenterSession(connector, instance, context)
        finally:
            _leave(instance, Disconnect)


def address_of(location: str) -> tuple[str, int]:
    """Return host and port of a vCenter's location: `vcenter.example.com` or `https://vcenter.example.com:8443`."""
    parts = urlsplit(location if "://" in location else f"https://{location}")
    return parts.hostname or "", parts.port or 443


def context_of(connector: Connector) -> ssl.SSLContext:
    """Return what verifies a vCenter's certificate: the system's authorities, a file of them, or a thumbprint."""
    if connector.thumbprint:
        return PinnedContext.of(connector)
    try:
        return ssl.create_default_context(cafile=connector.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConnectorUnreadable(
            f"{connector.ca_file} is no file of certificates: {error}", hint="give one in PEM with --ca-file"
        ) from None


class PinnedContext(ssl.SSLContext):
    """Lets nobody but the holder of one certificate be talked to, whoever signed it.

    pyVmomi's own `thumbprint` is looked at on the first connection only: from then on its context verifies nothing.
    """

    thumbprint = ""
    location = ""

    @classmethod
    def of(cls, connector: Connector) -> PinnedContext:
        """Return the context for a connector's vCenter."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.thumbprint, context.location = connector.thumbprint, connector.location
        return context

    def wrap_socket(self, *arguments: Any, **more: Any) -> ssl.SSLSocket:
        """Return a connection whose handshake is over; raises ConnectorUnreadable where the certificate is another."""
        wrapped = super().wrap_socket(*arguments, **more)
        shown = sha256(wrapped.getpeercert(binary_form=True) or b"").hexdigest()
        if compare_digest(shown, self.thumbprint):
            return wrapped
        wrapped.close()
        raise ConnectorUnreadable(
            f"the certificate of {self.location} has another thumbprint: {shown}",
            hint="see whether it was renewed, and connect again with the new one",
        )


def missing_privileges(session: VcenterSession) -> tuple[str, ...]:
    """Return which of the privileges that are needed the account does not have at the root, with what for."""
    manager, root = session.content.authorizationManager, session.content.rootFolder
    names = list(NEEDED)
    granted = manager.HasPrivilegeOnEntity(root, session.content.sessionManager.currentSession.key, names)
    pairs = zip(names, granted, strict=False)
    return tuple(f"{name} (to {NEEDED[name]})" for name, has in pairs if not has)


def _secret(connector: Connector, secrets: Secrets) -> str:
    try:
        return secrets(connector.secret)
    except SmsgenError as error:
        raise ConnectorUnreadable(str(error), hint=error.hint) from None


def _leave(instance: Any, disconnect: Callable[[Any], None]) -> None:
    with suppress(Exception):  # pyVmomi raises what it likes; a session that cannot be ended expires
        disconnect(instance)
        instance._stub.DropConnections()


@contextmanager
def _in_a_sentence(connector: Connector, vim: Any) -> Iterator[None]:
    """Raise what goes wrong with a vCenter as ConnectorUnreadable: one sentence, and nothing secret in it."""
    name = connector.location
    try:
        yield
    except SmsgenError:
        raise
    except vim.fault.InvalidLogin:
        hint = "check --user and what the reference of --secret names"
        raise ConnectorUnreadable(f"{name} does not accept the account {connector.user}", hint=hint) from None
    except vim.fault.NoPermission as error:
        words = f"the account {connector.user} lacks the privilege {error.privilegeId} in {name}"
        raise ConnectorUnreadable(words, hint="docs/replication.md lists what is needed") from None
    except ssl.SSLCertVerificationError as error:
        raise ConnectorUnreadable(
            f"the certificate of {name} is not trusted: {error.verify_message}",
            hint="give the file of its authority (--ca-file), or its SHA-256 thumbprint (--thumbprint)",
        ) from None
    except (OSError, HTTPException) as error:
        raise ConnectorUnreadable(
            f"{name} cannot be reached: {_words(error)}", hint="check the address"
        ) from None
    except Exception as error:  # faults of the API have no common class but Exception
        raise ConnectorUnreadable(f"{name} refused: {_words(error)}") from None


def _words(error: BaseException) -> str:
    text = getattr(error, "msg", "") or str(error) or type(error).__name__
    return " ".join(str(text).split())[:300]
