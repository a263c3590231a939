// Lists, page by page, with the AWS SDK for JavaScript v3; a wrong secret, and a clock that is wrong.
const assert = require("node:assert/strict");
const sdk = require("@aws-sdk/client-sms");
const { endpoint, refused } = require("./common.cjs");

async function pages(client) {
  const appIds = [];
  for (let number = 0; number < 5; number++) {
    const { appSummary } = await client.send(new sdk.CreateAppCommand({ name: `js-${number}` }));
    appIds.push(appSummary.appId);
  }
  // This SDK has no paginator for ListApps: its token is passed on by hand.
  const sizes = [];
  const found = [];
  let nextToken;
  do {
    const page = await client.send(new sdk.ListAppsCommand({ appIds, maxResults: 2, nextToken }));
    sizes.push(page.apps.length);
    found.push(...page.apps.map((app) => app.appId));
    nextToken = page.nextToken;
  } while (nextToken);
  assert.deepEqual(sizes, [2, 2, 1]);
  assert.deepEqual(found, [...appIds].sort());
  for (const appId of appIds) await client.send(new sdk.DeleteAppCommand({ appId }));
  const servers = [];
  for await (const page of sdk.paginateGetServers({ client, pageSize: 10 }, {})) servers.push(...page.serverList);
  assert.deepEqual(servers, []); // nothing is connected that has any
}

async function signatures() {
  const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" };
  const stranger = new sdk.SMSClient({ endpoint, credentials });
  const error = await refused(stranger, sdk.SMSServiceException, new sdk.ListAppsCommand({}));
  assert.equal(error.name, "InvalidSignatureException");
  assert.equal(error.$metadata.httpStatusCode, 400);

  // This SDK learns from the header Date of the refusal how late it is, and tries again.
  const late = new sdk.SMSClient({ endpoint, systemClockOffset: -3_600_000, maxAttempts: 2 });
  const { $metadata } = await late.send(new sdk.ListAppsCommand({}));
  assert.equal($metadata.attempts, 2);
}

(async () => {
  await pages(new sdk.SMSClient({ endpoint }));
  await signatures();
})();
