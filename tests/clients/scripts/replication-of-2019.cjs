// `replicating.cjs` with the AWS SDK for JavaScript of February 2019, which has neither async iterators
// nor StartOnDemandAppReplication.
const AWS = require("aws-sdk");
const migrate = require("./replicating.cjs");

const sms = new AWS.SMS({ endpoint: process.env.SMS_ENDPOINT });
const method = (operation) => operation[0].toLowerCase() + operation.slice(1);
const send = async (operation, input) => {
  const { $response, ...answer } = await sms[method(operation)](input).promise();
  return answer;
};

const pages = (operation, input) =>
  new Promise((resolve, reject) => {
    const all = [];
    sms[method(operation)](input).eachPage((error, page) => {
      if (error) return reject(error);
      if (page) all.push(page);
      else resolve(all);
      return true;
    });
  });

const runAll = (appId, jobs) =>
  Promise.all(jobs.map(({ replicationJobId }) => send("StartOnDemandReplicationRun", { replicationJobId })));

migrate(send, pages, runAll);
