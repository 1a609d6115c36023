// The calls of `basiq-api` from npm: it speaks a protocol from before version 1, whose token was at /oauth2/token.
const { call, given, ids } = require("./recorder");
const { BasiqAPI } = require("basiq-api");

(async () => {
  if (given.PHASE !== "use") return;
  const client = new BasiqAPI({ baseUrl: given.SERVER, auth: { apiKey: given.KEY } });
  await call("list institutions", () => client.institutions.list(), (found) => ids(found.body));
})();
