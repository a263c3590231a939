// A short migration with the AWS SDK for JavaScript v3: create, configure, template, refuse, delete.
const assert = require("node:assert/strict");
const sdk = require("@aws-sdk/client-sms");
const { endpoint, refused } = require("./common.cjs");

const { VPC: vpc, SUBNET: subnet, SECURITY_GROUP: securityGroup } = process.env;

async function migrate(client) {
  const serverId = `s-${require("node:crypto").randomBytes(4).toString("hex")}`;
  const made = await client.send(
    new sdk.CreateAppCommand({
      name: "shop",
      description: "Shop & Söhne €",
      clientToken: serverId,
      serverGroups: [{ name: "web", serverList: [{ serverId, vmServer: { vmName: "web01" } }] }],
      tags: [{ key: "CostCenter", value: "4711" }],
    }),
  );
  const { appId } = made.appSummary;
  assert.match(appId, /^app-[0-9a-f]{17}$/);
  assert.equal(made.appSummary.description, "Shop & Söhne €");
  assert.equal(made.appSummary.status, "ACTIVE");
  assert.ok(made.appSummary.creationTime instanceof Date);
  assert.ok(Math.abs(Date.now() - made.appSummary.creationTime) < 300_000);
  assert.equal(made.$metadata.httpStatusCode, 200);
  assert.match(made.$metadata.requestId, /^[0-9a-f-]{36}$/);

  const [{ serverGroupId }] = made.serverGroups;
  const configuration = [
    {
      serverGroupId,
      launchOrder: 0,
      serverLaunchConfigurations: [
        {
          server: { serverId },
          logicalId: "Web",
          vpc,
          subnet,
          securityGroup,
          instanceType: "m5.large",
          associatePublicIpAddress: true,
        },
      ],
    },
  ];
  await client.send(
    new sdk.PutAppLaunchConfigurationCommand({ appId, serverGroupLaunchConfigurations: configuration }),
  );
  const put = await client.send(new sdk.GetAppLaunchConfigurationCommand({ appId }));
  const [server] = put.serverGroupLaunchConfigurations[0].serverLaunchConfigurations;
  assert.equal(server.subnet, subnet);
  assert.equal(server.associatePublicIpAddress, true);

  const replication = [
    {
      serverGroupId,
      serverReplicationConfigurations: [
        {
          server: { serverId },
          serverReplicationParameters: { seedTime: new Date(Date.now() + 3_600_000), frequency: 12 },
        },
      ],
    },
  ];
  await client.send(
    new sdk.PutAppReplicationConfigurationCommand({
      appId,
      serverGroupReplicationConfigurations: replication,
    }),
  );
  const { appSummary } = await client.send(new sdk.GetAppCommand({ appId }));
  assert.equal(appSummary.launchStatus, "READY_FOR_LAUNCH");
  assert.equal(appSummary.replicationStatus, "READY_FOR_REPLICATION");

  const { s3Location } = await client.send(
    new sdk.GenerateTemplateCommand({ appId, templateFormat: sdk.OutputFormat.JSON }),
  );
  assert.match(s3Location.key, /\.json$/);
  const notYet = await refused(client, sdk.OperationNotPermittedException, new sdk.LaunchAppCommand({ appId }));
  assert.ok(notYet.message.includes(serverId));
  await client.send(new sdk.DeleteAppCommand({ appId, forceTerminateApp: true }));
  const gone = await refused(client, sdk.InvalidParameterException, new sdk.GetAppCommand({ appId }));
  assert.equal(gone.name, "InvalidParameterException");
  assert.equal(gone.$fault, "client");
  assert.equal(gone.$metadata.httpStatusCode, 400);
  assert.equal(gone.$metadata.attempts, 1);
  assert.equal(gone.message, `there is no application ${appId}`);
}

migrate(new sdk.SMSClient({ endpoint }));
