// A migration with the AWS SDK for JavaScript of February 2019: create, configure, launch, page, terminate, delete.
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const AWS = require("aws-sdk");

const { SMS_ENDPOINT: endpoint, SMSGEN, VPC: vpc, SUBNET: subnet, SECURITY_GROUP: securityGroup } = process.env;
const sms = new AWS.SMS({ endpoint });

async function until(appId, good, ...bad) {
  for (let turn = 0; turn < 600; turn++) {
    const { appSummary } = await sms.getApp({ appId }).promise();
    if (appSummary.launchStatus === good) return appSummary;
    assert.ok(!bad.includes(appSummary.launchStatus), appSummary.launchStatusMessage);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return assert.fail(`it never was ${good}`);
}

async function migrate() {
  const serverId = `s-${require("node:crypto").randomBytes(4).toString("hex")}`;
  const serverGroups = [{ name: "web", serverList: [{ serverId, vmServer: { vmName: "web01" } }] }];
  const made = await sms.createApp({ name: "Größe", serverGroups, clientToken: serverId }).promise();
  const { appId, creationTime } = made.appSummary;
  assert.ok(creationTime instanceof Date);
  const server = { server: { serverId }, vpc, subnet, securityGroup, instanceType: "t3.micro", logicalId: "Web" };
  const [{ serverGroupId }] = made.serverGroups;
  await sms
    .putAppLaunchConfiguration({
      appId,
      serverGroupLaunchConfigurations: [{ serverGroupId, serverLaunchConfigurations: [server] }],
    })
    .promise();
  await assert.rejects(sms.launchApp({ appId }).promise(), (error) => {
    assert.equal(error.code, "OperationNotPermittedException");
    assert.equal(error.statusCode, 400);
    assert.equal(error.retryable, false);
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
    return error.message.includes(serverId);
  });
  const [program, ...words] = SMSGEN.split(" ");
  execFileSync(program, [...words, "set-image", appId, serverId, "ami-0123456789abcdef0"], { stdio: "ignore" });
  await sms.launchApp({ appId }).promise();
  const { launchDetails } = await until(appId, "LAUNCHED", "LAUNCH_FAILED");
  assert.equal(launchDetails.stackName, `sms-${appId}`);
  assert.ok(launchDetails.latestLaunchTime >= creationTime);
  await sms.terminateApp({ appId }).promise();
  await until(appId, "TERMINATED", "TERMINATE_FAILED");
  assert.deepEqual(await sms.deleteApp({ appId }).promise(), {});
  await assert.rejects(sms.getApp({ appId }).promise(), { code: "InvalidParameterException" });
}

async function pages() {
  const appIds = [];
  for (let number = 0; number < 3; number++) {
    appIds.push((await sms.createApp({ name: `page-${number}` }).promise()).appSummary.appId);
  }
  const first = await sms.listApps({ appIds, maxResults: 2 }).promise();
  const rest = await sms.listApps({ appIds, maxResults: 2, nextToken: first.nextToken }).promise();
  assert.deepEqual([...first.apps, ...rest.apps].map((app) => app.appId), [...appIds].sort());
  assert.equal(rest.nextToken, undefined);
  for (const appId of appIds) await sms.deleteApp({ appId }).promise();
}

async function signatures() {
  const wrong = new AWS.SMS({ endpoint, secretAccessKey: "wrong", accessKeyId: process.env.AWS_ACCESS_KEY_ID });
  await assert.rejects(wrong.listApps().promise(), { code: "InvalidSignatureException" });
  // Told to, this SDK learns from the header Date of the refusal how late it is, and tries again.
  const late = new AWS.SMS({ endpoint, correctClockSkew: true, systemClockOffset: -3_600_000 });
  assert.equal((await late.listApps().promise()).$response.retryCount, 1);
}

(async () => {
  await migrate();
  await pages();
  await signatures();
})();
