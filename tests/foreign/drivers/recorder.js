// What the drivers in JavaScript share: what to send, and a line of the results for every call.
const fs = require("fs");

const given = process.env;

// Make one call of the client and write down its value, or its error.
async function call(name, act, shown = (made) => made) {
  let made;
  let line;
  try {
    made = await act();
    line = { call: name, value: shown(made) };
  } catch (error) {
    const answer = error && (error.response || error);
    const body = answer && (answer.body || answer.data || answer.message || answer);
    line = { call: name, error: typeof body === "string" ? body : JSON.stringify(body) };
  }
  fs.appendFileSync(given.RESULTS, JSON.stringify(line) + "\n");
  return made;
}

const person = (user) => ({ id: user.id, email: user.email, mobile: user.mobile });
const ids = (answer) => answer.data.map((row) => row.id);
const money = (row) => [row.id, row.balance, row.availableFunds];

module.exports = { call, given, ids, money, person };
