// The calls of `basiq-sdk-nodejs` from npm, the vendor's client for Node.
const { call, given, ids, money, person } = require("./recorder");

// The address is written into the client: its requests are sent to the server instead.
const place = require.resolve("request");
const request = require(place);
require.cache[place].exports = (options, done) =>
  request({ ...options, uri: options.uri.replace("https://au-api.basiq.io", given.SERVER) }, done);

const { Session, FilterBuilder } = require("basiq-sdk-nodejs");

const shortened = (rows) => rows.map((row) => [row.id, row.amount]);

async function everyPage(found) {
  let rows = shortened(found.data);
  while (await found.next()) rows = rows.concat(shortened(found.data));
  return rows;
}

async function settled(user, job) {
  for (;;) {
    const seen = await job.refresh();
    if (seen.steps.every((step) => step.status === "success")) return seen;
    await new Promise((again) => setTimeout(again, 100));
  }
}

async function use(session) {
  await call("list institutions", () => session.getInstitutions(), ids);
  await call("get institution", () => session.getInstitution(given.INSTITUTION), (found) => found.id);
  const user = await call("create user", () => session.createUser({ email: given.EMAIL, mobile: given.MOBILE }), person);
  await call("get user", () => session.getUser(user.id), person);
  const job = await call("create connection", () => user.createConnection(given.INSTITUTION, given.LOGIN, given.PASSWORD), (made) => made.id);
  await settled(user, job);
  const connection = await call("wait for the job", () => job.waitForCredentials(100, 60), (found) => [found.id, found.status]);
  await call("get job", () => job.refresh(), (found) => found.steps.map((step) => [step.title, step.status]));
  await call("get connection", () => job.getConnection(), (found) => [found.id, found.status]);
  await call("list connections", () => user.listAllConnections(), ids);
  await call("filter connections", () => user.listAllConnections(new FilterBuilder().eq("connection.status", "active")), ids);
  const accounts = await call("list accounts", () => user.getAccounts(), (found) => found.data.map(money));
  await call("filter accounts", () => user.getAccounts(new FilterBuilder().eq("institution.id", given.INSTITUTION)), ids);
  const first = accounts.data[0].id;
  await call("get account", () => user.getAccount(first), money);
  const rows = await call("list transactions", async () => everyPage(await user.getTransactions()));
  const days = new FilterBuilder().eq("account.id", first).bt("transaction.postDate", given.FROM, given.TO);
  await call("filter transactions", async () => everyPage(await user.getTransactions(days)));
  const pending = new FilterBuilder().eq("transaction.status", "pending");
  await call("pending transactions", async () => everyPage(await user.getTransactions(pending)));
  await call("get transaction", () => user.getTransaction(rows[0][0]), (row) => [row.id, row.amount]);
  await call("refresh connection", () => connection.refresh(), (made) => made.id);
  await call("refresh connections", () => user.refreshAllConnections(), (made) => made.map((job) => job.id));
  await call("update connection", () => connection.update(given.PASSWORD), (made) => made.id);
  await call("update user", () => user.update({ email: given.NEW_EMAIL }), person);
}

async function remove(session) {
  const user = session.forUser(given.USER_ID);
  const connection = (await user.listAllConnections()).data[0];
  await call("delete connection", () => new Promise((done, failed) =>
    session.API.send(`users/${user.id}/connections/${connection.id}`, "DELETE").then(done, failed)));
  await call("delete user", () => user.delete());
}

(async () => {
  const session = await call("token", () => new Session(given.KEY, "2.0"), (made) => !made.expired());
  await { use, remove }[given.PHASE](session);
})();
