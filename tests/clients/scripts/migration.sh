#!/usr/bin/env bash
# A whole migration with the AWS CLI, in the current folder; it leaves there what `aws sms` printed. The network is given
# in VPC, SUBNET and SECURITY_GROUP.
set -euo pipefail

sms() { aws --endpoint-url "$SMS_ENDPOINT" sms "$@"; }
fail() { echo "$*" >&2; exit 1; }
launch_status() { sms get-app --app-id "$app" --query appSummary.launchStatus --output text; }

# until_status GOOD BAD...: wait for a launch status, which must be the first one.
until_status() {
    local now
    for _ in $(seq 120); do
        now=$(launch_status)
        case " $* " in *" $now "*) [ "$now" = "$1" ] && return; fail "it is $now" ;; esac
        sleep 1
    done
    fail "it is still $now"
}

database=s-$(openssl rand -hex 4) web=s-$(openssl rand -hex 4)

cat > app.json <<END
{
  "name": "shop",
  "description": "Shop & Söhne",
  "clientToken": "$database",
  "serverGroups": [
    {"name": "database", "serverList": [{"serverId": "$database", "vmServer": {"vmName": "db01"}}]},
    {"name": "web", "serverList": [{"serverId": "$web", "vmServer": {"vmName": "web01"}}]}
  ],
  "tags": [{"key": "CostCenter", "value": "4711"}]
}
END
read -r app database_group web_group < <(sms create-app --cli-input-json file://app.json \
    --query '[appSummary.appId, serverGroups[0].serverGroupId, serverGroups[1].serverGroupId]' --output text)

replicate() { echo "serverGroupId=$1,serverReplicationConfigurations=[{server={serverId=$2},serverReplicationParameters={frequency=12,licenseType=BYOL,numberOfRecentAmisToKeep=5,seedTime=$(date -u -d tomorrow +%FT%TZ)}}]"; }
sms put-app-replication-configuration --app-id "$app" --server-group-replication-configurations \
    "$(replicate "$database_group" "$database")" "$(replicate "$web_group" "$web")"

launch() { echo "serverGroupId=$1,launchOrder=$3,serverLaunchConfigurations=[{server={serverId=$2},logicalId=$4,vpc=$VPC,subnet=$SUBNET,securityGroup=$SECURITY_GROUP,ec2KeyName=shop,instanceType=m5.large,associatePublicIpAddress=false}]"; }
sms put-app-launch-configuration --app-id "$app" --server-group-launch-configurations \
    "$(launch "$database_group" "$database" 1 Database)" "$(launch "$web_group" "$web" 2 Web)"
[ "$(launch_status)" = READY_FOR_LAUNCH ] || fail "$(sms get-app --app-id "$app")"

# The pictures that `smsgen import-app` understands, as they were kept at the time.
sms get-app --app-id "$app" > get-app.json
sms get-app-launch-configuration --app-id "$app" > get-app-launch-configuration.json
sms get-app-replication-configuration --app-id "$app" > get-app-replication-configuration.json

sms launch-app --app-id "$app" 2> refused.txt && fail "launched without images"
for server in "$database" "$web"; do $SMSGEN set-image "$app" "$server" ami-0123456789abcdef0; done

sms generate-template --app-id "$app" --template-format JSON > template-location.json

sms launch-app --app-id "$app"
until_status LAUNCHED LAUNCH_FAILED
sms get-app --app-id "$app" --query appSummary.launchDetails > launch-details.json

sms put-app-launch-configuration --app-id "$app" --server-group-launch-configurations \
    "$(launch "$web_group" "$web" 2 Web | sed s/m5.large/m5.xlarge/)"
sms generate-change-set --app-id "$app" --changeset-format JSON > change-set-location.json

sms terminate-app --app-id "$app"
until_status TERMINATED TERMINATE_FAILED
sms delete-app --app-id "$app" --force-terminate-app --force-stop-app-replication
echo "$app"
