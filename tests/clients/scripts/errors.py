"""What goes wrong, as boto3 tells it: typed exceptions, requests that it would not send, signatures."""

import datetime

import boto3
import botocore.auth
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from common import ENDPOINT, refused

NOBODY = "app-00000000000000000"


def main():
    sms = boto3.client("sms", endpoint_url=ENDPOINT)
    typed(sms)
    of_replication(sms)
    checked_here(sms)
    unchecked()
    signatures()
    skewed_clock()


def typed(sms):
    errors = sms.exceptions
    refused(errors.MissingRequiredParameterException, sms.create_app)
    asked = (sms.get_app, sms.update_app, sms.delete_app, sms.launch_app, sms.terminate_app)
    configuration = (sms.get_app_launch_configuration, sms.put_app_launch_configuration)
    documents = (sms.generate_template, sms.generate_change_set)
    for call in (*asked, *configuration, *documents, sms.get_app_replication_configuration):
        assert "appId" in refused(errors.MissingRequiredParameterException, call)
        assert NOBODY in refused(errors.InvalidParameterException, call, appId=NOBODY)
    try:
        sms.get_app(appId=NOBODY)
    except ClientError as error:
        answer = error.response
    assert answer["Error"]["Code"] == "InvalidParameterException"
    assert answer["Error"]["Message"] == answer["message"] == f"there is no application {NOBODY}"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0

    made = sms.create_app(name="errors")["appSummary"]["appId"]
    for call in (sms.launch_app, sms.terminate_app, sms.generate_template, sms.generate_change_set):
        refused(errors.OperationNotPermittedException, call, appId=made)
    groups = [{"serverGroupId": "group-00000000000000000"}]
    refused(
        errors.InvalidParameterException,
        sms.put_app_launch_configuration,
        appId=made,
        serverGroupLaunchConfigurations=groups,
    )
    many = [{"name": f"group {number}"} for number in range(11)]
    assert "10" in refused(errors.InvalidParameterException, sms.update_app, appId=made, serverGroups=many)
    server = {"serverId": "s-0e770125"}
    sms.update_app(appId=made, serverGroups=[{"serverList": [server]}])
    taken = refused(
        errors.InvalidParameterException, sms.create_app, name="two", serverGroups=[{"serverList": [server]}]
    )
    assert server["serverId"] in taken
    sms.delete_app(appId=made)


def of_replication(sms):
    """Nothing is there: no connector, no catalog, no job."""
    errors, job = sms.exceptions, {"replicationJobId": "sms-job-00000000"}
    seed = datetime.datetime.now(datetime.UTC)
    for error, call, asked in (
        (errors.ReplicationJobNotFoundException, sms.update_replication_job, job),
        (errors.ReplicationJobNotFoundException, sms.delete_replication_job, job),
        (errors.InvalidParameterException, sms.get_replication_runs, job),
        (errors.InvalidParameterException, sms.start_on_demand_replication_run, job),
        (errors.InvalidParameterException, sms.start_app_replication, {"appId": NOBODY}),
        (errors.InvalidParameterException, sms.stop_app_replication, {"appId": NOBODY}),
        (errors.InvalidParameterException, sms.start_on_demand_app_replication, {"appId": NOBODY}),
        (
            errors.InvalidParameterException,
            sms.disassociate_connector,
            {"connectorId": "c-12345678901234567"},
        ),
        (errors.InvalidParameterException, sms.get_servers, {"nextToken": "what?"}),
    ):
        refused(error, call, **asked)
    assert sms.get_replication_jobs(**job)["replicationJobList"] == []
    if not sms.get_connectors()["connectorList"]:
        refused(errors.NoConnectorsAvailableException, sms.import_server_catalog)
        refused(errors.OperationNotPermittedException, sms.import_app_catalog)
        asked = {"serverId": "s-12345678", "seedReplicationTime": seed, "frequency": 12}
        refused(errors.NoConnectorsAvailableException, sms.create_replication_job, **asked)


def checked_here(sms):
    """boto3 knows the types, and what is needed where the model says so."""
    for call, asked in (
        (sms.create_app, {"name": 5}),
        (sms.create_app, {"nonsense": "x"}),
        (sms.list_apps, {"appIds": "app-1"}),
        (sms.get_replication_runs, {}),
        (sms.get_app_validation_output, {}),
    ):
        try:
            call(**asked)
            raise AssertionError(f"boto3 has sent {asked}")
        except ParamValidationError:
            pass


def unchecked():
    """The same sent nevertheless, as other clients may."""
    sms = boto3.client("sms", endpoint_url=ENDPOINT, config=Config(parameter_validation=False))
    words = refused(ClientError, sms.get_replication_runs)
    assert "replicationJobId" in words
    for call, asked in ((sms.list_apps, {"maxResults": 2**40}), (sms.get_app, {"appId": "x" * 5000})):
        refused(ClientError, call, **asked)


def signatures():
    """Who may not call; nothing of what is asked is looked at."""
    for code, arguments in (
        ("InvalidSignatureException", {"aws_secret_access_key": "wrong"}),
        ("UnrecognizedClientException", {"aws_access_key_id": "AKIAI44QH8DHBEXAMPLE"}),
        ("UnrecognizedClientException", {"aws_session_token": "somebody else's"}),
        ("MissingAuthenticationTokenException", {"config": Config(signature_version=UNSIGNED)}),
    ):
        keys = {} if "config" in arguments else {**own_keys(), **arguments}
        sms = boto3.client("sms", endpoint_url=ENDPOINT, **(keys or arguments))
        assert code_of(sms.list_apps)[0] == code
    elsewhere = boto3.client("sms", endpoint_url=ENDPOINT, region_name="us-gov-west-1")
    assert "apps" in elsewhere.list_apps()  # there is one store, whatever Region a client thinks of


def skewed_clock():
    """A machine whose clock is wrong by more than five minutes."""
    for minutes, words in ((-10, "Signature expired: "), (10, "Signature not yet current: ")):
        botocore.auth.AUTH_TYPE_MAPS["v4"] = signer_ahead(minutes)
        assert code_of(boto3.client("sms", endpoint_url=ENDPOINT).list_apps)[1].startswith(words)
    botocore.auth.AUTH_TYPE_MAPS["v4"] = signer_ahead(4)
    assert "apps" in boto3.client("sms", endpoint_url=ENDPOINT).list_apps()


def signer_ahead(minutes):
    stamp = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)

    class Signer(botocore.auth.SigV4Auth):
        def _modify_request_before_signing(self, request):
            request.context["timestamp"] = stamp.strftime("%Y%m%dT%H%M%SZ")
            super()._modify_request_before_signing(request)

    return Signer


def own_keys():
    keys = boto3.Session().get_credentials()
    return {"aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key}


def code_of(call):
    """Return the code and the message of the error that a call ends with."""
    try:
        answer = call()
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError(f"answered {answer}")


if __name__ == "__main__":
    main()
