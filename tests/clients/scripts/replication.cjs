// `replicating.cjs` with the AWS SDK for JavaScript v3: commands, and the SDK's paginators.
const sdk = require("@aws-sdk/client-sms");
const { endpoint } = require("./common.cjs");
const migrate = require("./replicating.cjs");

const client = new sdk.SMSClient({ endpoint });
const send = async (operation, input) => {
  const { $metadata, ...answer } = await client.send(new sdk[`${operation}Command`](input));
  return answer;
};

const pages = async (operation, { maxResults: pageSize, ...input }) => {
  const all = [];
  for await (const page of sdk[`paginate${operation}`]({ client, pageSize }, input)) all.push(page);
  return all;
};

const runAll = (appId) => send("StartOnDemandAppReplication", { appId, description: "before the cut-over" });

migrate(send, pages, runAll);
