// A whole migration with an AWS SDK for JavaScript and nothing else: catalog, replication, launch, delta, second launch,
// end; then a replication job of one server by itself. A connector to two Linux servers is there; the images of the
// servers are files in the folder IMAGES. Prints what it saw, as JSON.
//
// `send(operation, input)` calls an operation, `pages(operation, input)` gives all its pages, `runAll(appId, jobs)` begins
// a run of each server: what differs between SDKs.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");

const { IMAGES, VPC: vpc, SUBNET: subnet, SECURITY_GROUP: securityGroup } = process.env;

/** Look again and again until it is what it shall be. */
async function until(wanted, look) {
  let now;
  for (let turn = 0; turn < 300; turn++) {
    now = await look();
    if (now === wanted) return;
    assert.doesNotMatch(now, /FAILED|INVALID|PAUSED/);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`it is still ${now}, and not ${wanted}`);
}

async function listed(pages, operation, member, input = {}) {
  return (await pages(operation, { maxResults: 1, ...input })).flatMap((page) => page[member]);
}

async function catalog(send, pages) {
  const [connector] = await listed(pages, "GetConnectors", "connectorList");
  assert.equal(connector.status, "HEALTHY");
  assert.ok(connector.associatedOn instanceof Date);
  await send("ImportServerCatalog", {});
  await until("AVAILABLE", async () => (await send("GetServers", {})).serverCatalogStatus);
  const servers = await listed(pages, "GetServers", "serverList");
  assert.equal(servers.length, 2);
  const vmServerAddressList = [servers[1].vmServer.vmServerAddress];
  const { serverList } = await send("GetServers", { vmServerAddressList });
  assert.deepEqual(serverList, [servers[1]]);
  return { connector, servers: servers.sort((one, other) => one.vmServer.vmName.localeCompare(other.vmServer.vmName)) };
}

async function application(send, servers) {
  const made = await send("CreateApp", {
    name: "shop",
    serverGroups: servers.map((server) => ({ name: server.vmServer.vmName, serverList: [server] })),
  });
  const serverReplicationParameters = {
    seedTime: new Date(),
    frequency: 24,
    licenseType: "BYOL",
    numberOfRecentAmisToKeep: 5,
  };
  await send("PutAppReplicationConfiguration", {
    appId: made.appSummary.appId,
    serverGroupReplicationConfigurations: made.serverGroups.map(({ serverGroupId, serverList }) => ({
      serverGroupId,
      serverReplicationConfigurations: serverList.map((server) => ({ server, serverReplicationParameters })),
    })),
  });
  return { appId: made.appSummary.appId, groups: made.serverGroups };
}

/** The jobs of an application's servers, each with its runs. */
async function jobsOf(pages) {
  const jobs = await listed(pages, "GetReplicationJobs", "replicationJobList");
  for (const job of jobs) {
    job.runs = await listed(pages, "GetReplicationRuns", "replicationRunList", { replicationJobId: job.replicationJobId });
    assert.ok(job.runs.every((run) => run.state === "COMPLETED"));
    assert.equal(job.runs[0].amiId, job.latestAmiId);
    assert.ok(job.runs[0].completedTime instanceof Date);
  }
  return jobs;
}

/** The states of a job's runs, the newest first. */
async function runsOf(pages, replicationJobId) {
  const runs = await listed(pages, "GetReplicationRuns", "replicationRunList", { replicationJobId });
  return runs.map((run) => run.state).join();
}

async function one(send, pages, serverId) {
  const { replicationJobId } = await send("CreateReplicationJob", {
    serverId,
    seedReplicationTime: new Date(),
    frequency: 12,
    licenseType: "BYOL",
    description: "nightly",
    numberOfRecentAmisToKeep: 2,
  });
  const runs = () => runsOf(pages, replicationJobId);
  const job = async () => (await send("GetReplicationJobs", { replicationJobId })).replicationJobList[0];
  await until("COMPLETED", runs);
  await send("UpdateReplicationJob", { replicationJobId, frequency: 24, description: "weekly" });
  const run = await send("StartOnDemandReplicationRun", { replicationJobId, description: "now" });
  assert.match(run.replicationRunId, /^sms-run-/);
  await until("COMPLETED,COMPLETED", runs);
  const after = await job();
  assert.deepEqual([after.frequency, after.description, after.state], [24, "weekly", "ACTIVE"]);
  assert.deepEqual(after.replicationRunList.map((each) => each.type), ["ON_DEMAND", "AUTOMATIC"]);
  await send("DeleteReplicationJob", { replicationJobId });
  await until("DELETED", async () => (await job()).state);
}

module.exports = async function migrate(send, pages, runAll) {
  const { connector, servers } = await catalog(send, pages);
  const { appId, groups } = await application(send, servers);
  const status = (what) => async () => (await send("GetApp", { appId })).appSummary[`${what}Status`];

  await send("StartAppReplication", { appId });
  await until("REPLICATED", status("replication"));
  const before = await jobsOf(pages);

  await send("PutAppLaunchConfiguration", {
    appId,
    serverGroupLaunchConfigurations: groups.map(({ serverGroupId, serverList, name: logicalId }, launchOrder) => ({
      serverGroupId,
      launchOrder,
      serverLaunchConfigurations: serverList.map((server) => ({
        server,
        logicalId,
        vpc,
        subnet,
        securityGroup,
        instanceType: "m5.large",
      })),
    })),
  });
  const template = (await send("GenerateTemplate", { appId, templateFormat: "JSON" })).s3Location;
  await send("LaunchApp", { appId });
  await until("LAUNCHED", status("launch"));

  const image = fs.openSync(path.join(IMAGES, "db01.img"), "r+");
  fs.writeSync(image, "an order of today", 3 << 20);
  fs.closeSync(image);
  await runAll(appId, before);
  const latest = async () => Promise.all(before.map(async ({ replicationJobId }) => runsOf(pages, replicationJobId)));
  await until("COMPLETED,COMPLETED;COMPLETED,COMPLETED", async () => (await latest()).join(";"));
  await until("DELTA_REPLICATED", status("replication"));
  const after = await jobsOf(pages);
  const changeSet = (await send("GenerateChangeSet", { appId, changesetFormat: "JSON" })).s3Location;
  await send("LaunchApp", { appId });
  await until("LAUNCHED", status("launch"));
  const second = (await send("GenerateTemplate", { appId, templateFormat: "JSON" })).s3Location;

  await send("StopAppReplication", { appId });
  await until("REPLICATION_STOPPED", status("replication"));
  const stopped = await send("GetApp", { appId });
  await send("TerminateApp", { appId });
  await until("TERMINATED", status("launch"));
  await send("DeleteApp", { appId });

  await one(send, pages, servers[1].serverId);

  await send("DeleteServerCatalog", {});
  assert.equal((await send("GetServers", {})).serverCatalogStatus, "DELETED");
  await send("DisassociateConnector", { connectorId: connector.connectorId });
  assert.deepEqual((await send("GetConnectors", {})).connectorList, []);
  console.log(JSON.stringify({ before, after, template, changeSet, second, stopped }));
};
