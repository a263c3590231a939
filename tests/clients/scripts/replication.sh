#!/usr/bin/env bash
# A whole migration with the AWS CLI and nothing else, in the current folder: catalog, replication, launch, delta, second
# launch, end; then a replication job of one server by itself. A connector to two Linux servers is there; the images of
# the servers are files in the folder IMAGES. The network is given in VPC, SUBNET and SECURITY_GROUP. What it leaves in the
# folder is for whoever checks it.
set -euo pipefail

sms() { aws --endpoint-url "$SMS_ENDPOINT" sms "$@"; }
fail() { echo "$*" >&2; exit 1; }

# until_it_is WORD COMMAND...: repeat a command until it prints the word.
until_it_is() {
    local wanted=$1 now
    shift
    for _ in $(seq 150); do
        now=$("$@")
        [ "$now" = "$wanted" ] && return
        case $now in *FAILED* | *INVALID* | *PAUSED*) fail "$* says $now" ;; esac
        sleep 0.2
    done
    fail "$* still says $now"
}

# --- connectors and catalog

[ "$(sms get-connectors --query 'connectorList[].status' --output text)" = HEALTHY ]
connector=$(sms get-connectors --query 'connectorList[0].connectorId' --output text)
sms import-server-catalog
# The CLI joins the pages of a list, and shows what stands beside it only of a single one.
catalog_status() { sms get-servers --no-paginate --query serverCatalogStatus --output text; }
until_it_is AVAILABLE catalog_status
read -r database database_manager database_vm < <(sms get-servers --page-size 1 --output text --query \
    "serverList[?vmServer.vmName=='db01'].[serverId, vmServer.vmServerAddress.vmManagerId, vmServer.vmServerAddress.vmId]")
web=$(sms get-servers --page-size 1 --query "serverList[?vmServer.vmName=='web01'].serverId" --output text)
[ "$(sms get-servers --query 'serverList[].serverId' --output text \
    --vm-server-address-list "vmManagerId=$database_manager,vmId=$database_vm")" = "$database" ]

# --- an application, its replication

read -r app database_group web_group < <(sms create-app --name shop --output text --server-groups \
    "name=database,serverList=[{serverId=$database,vmServer={vmName=db01}}]" \
    "name=web,serverList=[{serverId=$web,vmServer={vmName=web01}}]" \
    --query '[appSummary.appId, serverGroups[0].serverGroupId, serverGroups[1].serverGroupId]')
replicate() { echo "serverGroupId=$1,serverReplicationConfigurations=[{server={serverId=$2},serverReplicationParameters={frequency=24,licenseType=BYOL,numberOfRecentAmisToKeep=5,seedTime=$(date -u +%FT%TZ)}}]"; }
sms put-app-replication-configuration --app-id "$app" --server-group-replication-configurations \
    "$(replicate "$database_group" "$database")" "$(replicate "$web_group" "$web")"
replication_status() { sms get-app --app-id "$app" --query appSummary.replicationStatus --output text; }
sms start-app-replication --app-id "$app"
until_it_is REPLICATED replication_status
sms get-replication-jobs --page-size 1 > jobs.json
jobs=$(sms get-replication-jobs --page-size 1 --query 'replicationJobList[].replicationJobId' --output text)
for job in $jobs; do
    sms get-replication-runs --replication-job-id "$job" --page-size 1 > "runs-$job.json"
done

# --- its launch

launch() { echo "serverGroupId=$1,launchOrder=$3,serverLaunchConfigurations=[{server={serverId=$2},logicalId=$4,vpc=$VPC,subnet=$SUBNET,securityGroup=$SECURITY_GROUP,instanceType=m5.large}]"; }
launch_status() { sms get-app --app-id "$app" --query appSummary.launchStatus --output text; }
sms put-app-launch-configuration --app-id "$app" --server-group-launch-configurations \
    "$(launch "$database_group" "$database" 1 Database)" "$(launch "$web_group" "$web" 2 Web)"
sms generate-template --app-id "$app" --template-format JSON > template-location.json
sms launch-app --app-id "$app"
until_it_is LAUNCHED launch_status

# --- a delta: what the servers wrote meanwhile

printf 'an order of today' | dd of="$IMAGES/db01.img" bs=1M seek=3 conv=notrunc status=none
sms start-on-demand-app-replication --app-id "$app" --description "before the cut-over"
until_it_is DELTA_REPLICATED replication_status
sms get-replication-jobs > jobs-after.json
sms generate-change-set --app-id "$app" --changeset-format JSON > change-set-location.json
sms launch-app --app-id "$app"
until_it_is LAUNCHED launch_status
sms generate-template --app-id "$app" --template-format JSON > template-after-location.json

# --- the end

sms stop-app-replication --app-id "$app"
until_it_is REPLICATION_STOPPED replication_status
sms get-app --app-id "$app" > get-app.json
sms terminate-app --app-id "$app"
until_it_is TERMINATED launch_status
sms delete-app --app-id "$app"

# --- one server by itself

job_state() { sms get-replication-jobs --replication-job-id "$job" --query 'replicationJobList[0].state' --output text; }
run_states() { sms get-replication-runs --replication-job-id "$job" --page-size 1 --query 'replicationRunList[].state' --output text; }
job=$(sms create-replication-job --server-id "$web" --seed-replication-time "$(date -u +%FT%TZ)" --frequency 12 \
    --license-type BYOL --description nightly --number-of-recent-amis-to-keep 2 --query replicationJobId --output text)
until_it_is COMPLETED run_states
sms update-replication-job --replication-job-id "$job" --frequency 24 --description weekly
sms start-on-demand-replication-run --replication-job-id "$job" --description now
until_it_is "$(printf 'COMPLETED\nCOMPLETED')" run_states
sms get-replication-jobs --replication-job-id "$job" > one-job.json
sms delete-replication-job --replication-job-id "$job"
until_it_is DELETED job_state

sms delete-server-catalog
[ "$(catalog_status)" = DELETED ]
sms disassociate-connector --connector-id "$connector"
[ "$(sms get-connectors --query 'length(connectorList)' --output text)" = 0 ]
