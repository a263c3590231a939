"""What a crowd does to applications, and what must hold afterwards: whatever was acknowledged is there, once."""

from __future__ import annotations

import threading
from typing import Any

from tests.load.crowd import CLIENTS, Client

ROUNDS = 5
PARTY = 8
"""So many clients share an application; each has a group of its own in it."""


class Ledger:
    """What the clients were told was done. The members are filled by many threads, each under a key of its own."""

    def __init__(self) -> None:
        self.described: dict[str, str] = {}  # an application -> its description
        self.deleted: list[str] = []
        self.by_token: dict[int, set[str]] = {party: set() for party in range(CLIENTS // PARTY)}
        self.won: dict[int, list[str]] = {party: [] for party in range(CLIENTS // PARTY)}
        self.types: dict[tuple[str, str], str] = {}  # a shared application and a group of it -> instanceType
        self._lock = threading.Lock()

    def act(self, client: Client) -> None:
        """Do what one client does."""
        own = self._create(client)
        shared = self._share(client)
        self._contend(client, own)
        for turn in range(ROUNDS):
            self._describe(client, own, f"{client.number} in turn {turn}")
            self._configure(client, shared, turn)
            found = client.done("GetApp", appId=own)["appSummary"]
            assert found["description"] == self.described[own]
        assert own in _listed(client)
        if client.number % 2:
            self._replace(client, own)

    def _create(self, client: Client) -> str:
        wanted = {"name": f"own-{client.number}", "clientToken": f"token-{client.number}"}
        group = {"serverList": [{"serverId": f"s-{client.number:08x}"}]}
        made, again = (client.done("CreateApp", **wanted, serverGroups=[group]) for _ in range(2))
        app_id = str(made["appSummary"]["appId"])
        assert again["appSummary"]["appId"] == app_id
        self.described[app_id] = ""
        return app_id

    def _share(self, client: Client) -> str:
        """Ask for the party's application, as all of the party do, under one token."""
        party = client.number // PARTY
        groups = [
            {"serverGroupId": f"group-{at}", "serverList": [{"serverId": server_of(party, at)}]}
            for at in range(PARTY)
        ]
        made = client.done(
            "CreateApp", name=f"shared-{party}", clientToken=f"party-{party}", serverGroups=groups
        )
        app_id = str(made["appSummary"]["appId"])
        with self._lock:
            self.by_token[party].add(app_id)
        return app_id

    def _contend(self, client: Client, own: str) -> None:
        """Take a server for one's own application that all of the party want."""
        party = client.number // PARTY
        servers = [{"serverId": f"s-{client.number:08x}"}, {"serverId": f"s-{party:06x}f0"}]
        asked = client.call("UpdateApp", appId=own, serverGroups=[{"serverList": servers}])
        assert asked.error in ("", "InvalidParameterException"), asked
        if not asked.error:
            with self._lock:
                self.won[party].append(own)

    def _describe(self, client: Client, own: str, words: str) -> None:
        client.done("UpdateApp", appId=own, description=words)
        self.described[own] = words

    def _configure(self, client: Client, shared: str, turn: int) -> None:
        """Put the launch configuration of one's own group, while the others of the party put theirs."""
        at = client.number % PARTY
        size = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge")[turn]
        server = {
            "server": {"serverId": server_of(client.number // PARTY, at)},
            "instanceType": f"m6i.{size}",
        }
        group = {"serverGroupId": f"group-{at}", "serverLaunchConfigurations": [server]}
        client.done("PutAppLaunchConfiguration", appId=shared, serverGroupLaunchConfigurations=[group])
        self.types[shared, f"group-{at}"] = f"m6i.{size}"

    def _replace(self, client: Client, own: str) -> None:
        """Delete one's own application, and make another of its server."""
        client.done("DeleteApp", appId=own)
        with self._lock:
            self.deleted.append(own)
            del self.described[own]
        group = {"serverList": [{"serverId": f"s-{client.number:08x}"}]}
        made = client.done("CreateApp", name=f"again-{client.number}", serverGroups=[group])
        self.described[str(made["appSummary"]["appId"])] = ""

    # --- Afterwards -----------------------------------------------------------------------------------------------

    def check(self, client: Client) -> None:
        """Ask for everything that was acknowledged."""
        listed = _listed(client)
        shared = [app_id for ids in self.by_token.values() for app_id in ids]
        assert sorted(listed) == sorted([*self.described, *shared])  # no more, no less, and each once
        assert all(len(ids) == 1 for ids in self.by_token.values()), self.by_token
        assert all(len(winners) == 1 for winners in self.won.values()), self.won
        apps = {app_id: client.done("GetApp", appId=app_id) for app_id in listed}
        for app_id, description in self.described.items():
            assert apps[app_id]["appSummary"].get("description", "") == description
        for app_id in self.deleted:
            assert client.call("GetApp", appId=app_id).error == "InvalidParameterException"
        self._check_servers(apps)
        self._check_types(client)

    def _check_servers(self, apps: dict[str, Any]) -> None:
        owners: dict[str, str] = {}
        for app_id, app in apps.items():
            for group in app["serverGroups"]:
                for server in group["serverList"]:
                    assert owners.setdefault(server["serverId"], app_id) == app_id
        for party, (winner,) in self.won.items():
            if winner in apps:
                assert owners[f"s-{party:06x}f0"] == winner

    def _check_types(self, client: Client) -> None:
        found = {}
        for app_id in {app_id for app_id, _ in self.types}:
            asked = client.done("GetAppLaunchConfiguration", appId=app_id)
            for group in asked["serverGroupLaunchConfigurations"]:
                (server,) = group["serverLaunchConfigurations"]
                found[app_id, group["serverGroupId"]] = server["instanceType"]
        assert found == self.types


def server_of(party: int, at: int) -> str:
    """Return the id of a server in a shared application."""
    return f"s-{party:06x}e{at}"


def _listed(client: Client) -> list[str]:
    """Return the ids of all applications, a page after the other."""
    found, token = [], ""
    while True:
        page = client.done("ListApps", maxResults=20, **({"nextToken": token} if token else {}))
        found += [app["appId"] for app in page["apps"]]
        token = page.get("nextToken", "")
        if not token:
            return found
