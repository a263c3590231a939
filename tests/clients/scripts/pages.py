"""Lists, page by page: paginators, tokens, ids; and which paginators and waiters there are."""

import boto3
from common import ENDPOINT, refused

LISTS = {
    "get_connectors": "connectorList",
    "get_replication_jobs": "replicationJobList",
    "get_servers": "serverList",
}


def main():
    sms = boto3.client("sms", endpoint_url=ENDPOINT)
    made = [sms.create_app(name=f"pages-{number}")["appSummary"]["appId"] for number in range(7)]
    try:
        paginated(sms, made)
        by_hand(sms, made)
        the_others(sms)
    finally:
        for app_id in made:
            sms.delete_app(appId=app_id)
    assert sms.list_apps(appIds=made)["apps"] == []


def paginated(sms, made):
    paginator = sms.get_paginator("list_apps")
    pages = list(paginator.paginate(appIds=made, PaginationConfig={"PageSize": 3}))
    assert [len(page["apps"]) for page in pages] == [3, 3, 1]
    assert [("nextToken" in page) for page in pages] == [True, True, False]
    found = [app["appId"] for page in pages for app in page["apps"]]
    assert found == sorted(made)
    # Everything there is, this application's neighbours of other users too.
    everything = [app["appId"] for page in paginator.paginate() for app in page["apps"]]
    assert set(made) <= set(everything)
    # A part of a page, and from there on.
    first = paginator.paginate(
        appIds=made, PaginationConfig={"PageSize": 3, "MaxItems": 4}
    ).build_full_result()
    assert [app["appId"] for app in first["apps"]] == found[:4]
    config = {"PageSize": 3, "StartingToken": first["NextToken"]}
    rest = paginator.paginate(appIds=made, PaginationConfig=config).build_full_result()
    assert [app["appId"] for app in rest["apps"]] == found[4:]
    assert "NextToken" not in rest
    names = paginator.paginate(appIds=made).search("apps[?ends_with(name, '-3')].name")
    assert list(names) == ["pages-3"]


def by_hand(sms, made):
    page = sms.list_apps(appIds=made, maxResults=5)
    assert len(page["apps"]) == 5
    rest = sms.list_apps(appIds=made, maxResults=5, nextToken=page["nextToken"])
    assert len(rest["apps"]) == 2
    wrong = sms.exceptions.InvalidParameterException
    # A token is for the list that it came from, and for nobody to change.
    refused(wrong, sms.list_apps, appIds=made[:6], nextToken=page["nextToken"])
    token = page["nextToken"]
    changed = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    refused(wrong, sms.list_apps, appIds=made, nextToken=changed)
    refused(wrong, sms.list_apps, nextToken="what?")
    refused(wrong, sms.list_apps, maxResults=0)


def the_others(sms):
    assert sms.waiter_names == []
    for name, member in LISTS.items():
        pages = sms.get_paginator(name).paginate(PaginationConfig={"PageSize": 10})
        assert isinstance(pages.build_full_result()[member], list)
    pages = sms.get_paginator("get_replication_runs").paginate(replicationJobId="sms-job-none")
    assert "sms-job-none" in refused(sms.exceptions.InvalidParameterException, pages.build_full_result)


if __name__ == "__main__":
    main()
