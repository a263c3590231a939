// What the scripts in JavaScript share.
const assert = require("node:assert/strict");

/** Give the error that a command ends with; it must be of a class. */
async function refused(client, kind, command) {
  try {
    await client.send(command);
  } catch (error) {
    assert.ok(error instanceof kind, error);
    return error;
  }
  assert.fail(`${command.constructor.name} was answered`);
}

module.exports = { endpoint: process.env.SMS_ENDPOINT, refused };
