// The calls of the vendor's generated JavaScript client, with every method that it has.
const { call, given, ids, money, person } = require("./recorder");
const Basiq = require(given.CLIENT);

const api = Basiq.ApiClient.instance;
api.basePath = given.SERVER;

const apis = {};
const ask = (name, method, ...inputs) =>
  new Promise((done, failed) => {
    apis[name] = apis[name] || new Basiq[`${name}Api`]();
    apis[name][method](...inputs, (error, data) => (error ? failed(error) : done(data)));
  });

const pair = (row) => [row.id, row.amount];
const named = (found) => [found.id, found.status];

async function settled(job) {
  for (;;) {
    const seen = await ask("Jobs", "getJobs", job);
    if (seen.steps.every((step) => step.status === "success")) return;
    await new Promise((again) => setTimeout(again, 100));
  }
}

async function readsOf(user) {
  await call("list institutions", () => ask("Institutions", "getInstitutions", {}), ids);
  await call("list public institutions", () => ask("Institutions", "getPublicInstitutions", {}), ids);
  await call("get institution", () => ask("Institutions", "getInstitution", given.INSTITUTION), (found) => found.id);
  await call("get user", () => ask("Users", "getUser", user), person);
}

async function connect(user) {
  const login = { loginId: given.LOGIN, password: given.PASSWORD, institution: { id: given.INSTITUTION } };
  const job = await call("create connection", () => ask("Connections", "postConnection", user, { userConnectionsPostData: login }), (made) => made.id);
  await settled(job.id);
  await call("get job", () => ask("Jobs", "getJobs", job.id), (found) => found.steps.map((step) => [step.title, step.status]));
  await call("list jobs", () => ask("Jobs", "getUserJobs", user, {}), ids);
  const found = await call("list connections", () => ask("Connections", "getConnections", user, {}), ids);
  await call("filter connections", () => ask("Connections", "getConnections", user, { filter: "connection.status.eq('active')" }), ids);
  await call("get connection", () => ask("Connections", "getConnection", user, found.data[0].id), named);
  return found.data[0].id;
}

async function money_of(user) {
  const accounts = await call("list accounts", () => ask("Accounts", "getAccounts", user), (found) => found.data.map(money));
  const first = accounts.data[0].id;
  await call("get account", () => ask("Accounts", "getAccount", user, first), money);
  const page = await call("list a page of transactions", () => ask("Transactions", "getTransactions", user, {}), (found) => found.data.map(pair));
  const days = `account.id.eq('${first}'),transaction.postDate.bt('${given.FROM}','${given.TO}')`;
  await call("filter transactions", () => ask("Transactions", "getTransactions", user, { filter: days }), (found) => found.data.map(pair));
  const pending = { filter: "transaction.status.eq('pending')" };
  await call("pending transactions", () => ask("Transactions", "getTransactions", user, pending), (found) => found.data.map(pair));
  await call("get transaction", () => ask("Transactions", "getTransaction", user, page.data[0].id), pair);
}

async function change(user, connection) {
  await call("refresh connection", () => ask("Connections", "refreshConnection", user, connection), (made) => made.id);
  await call("refresh connections", () => ask("Connections", "refreshConnections", user), ids);
  const password = { userConnectionPostData: { password: given.PASSWORD } };
  await call("update connection", () => ask("Connections", "updateConnection", user, connection, password), (made) => made.id);
  const statement = () => ask("Statements", "createStatement", given.USER_ID, given.STATEMENT_INSTITUTION, require("fs").createReadStream(given.STATEMENT));
  await call("create statement", statement, (made) => made.id);
  await call("create auth link", () => ask("AuthLinks", "postAuthLink", user, { authLinksPostData: { mobile: given.MOBILE } }), (made) => made.links._public);
  await call("get auth link", () => ask("AuthLinks", "getAuthLink", user), (found) => found.links._public);
  await call("delete auth link", () => ask("AuthLinks", "deleteAuthLink", user), () => null);
  await call("update user", () => ask("Users", "updateUser", user, { email: given.NEW_EMAIL }), person);
}

async function insights(user) {
  const months = { fromMonth: given.FROM.slice(0, 7), toMonth: given.TO.slice(0, 7) };
  const id = (made) => made.id;
  await call("enrich", () => ask("Enrich", "getEnrich", "GARFISH MANLY NS", given.INSTITUTION, {}));
  const afford = await call("affordability", () => ask("Affordability", "postAffordability", user, { affordabilityPostRequest: months }), id);
  await call("get affordability", () => ask("Affordability", "getAffordability", user, afford.id), id);
  const rows = () => ask("Affordability", "getAffordabilitySnapshotTransactions", user, afford.id, {});
  await call("transactions of affordability", rows, (found) => [afford.id, found.data.map(pair)]);
  const income = await call("income", () => ask("Income", "postIncome", user, { incomePostRequest: months }), id);
  await call("get income", () => ask("Income", "getIncome", user, income.id), id);
  const expenses = await call("expenses", () => ask("Expenses", "postExpenses", user, { expensesPostRequest: months }), id);
  await call("get expenses", () => ask("Expenses", "getExpenses", user, expenses.id), id);
}

async function use() {
  const user = (await call("create user", () => ask("Users", "createUser", { email: given.EMAIL, mobile: given.MOBILE }), person)).id;
  await readsOf(user);
  const connection = await connect(user);
  await money_of(user);
  await change(user, connection);
  await insights(user);
}

async function remove() {
  await call("delete connection", () => ask("Connections", "deleteConnection", given.USER_ID, given.CONNECTION_ID));
  await call("delete user", () => ask("Users", "deleteUser", given.USER_ID));
}

(async () => {
  api.authentications.api_key.apiKey = `Basic ${given.KEY}`;
  const token = await call("token", () => ask("Token", "postToken", "3.0", { scope: "SERVER_ACCESS" }), (made) => Boolean(made.accessToken));
  api.authentications.application.accessToken = token.accessToken;
  await { use, remove }[given.PHASE]();
})();
