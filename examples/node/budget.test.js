// Run with `bowerbird sandbox run -- npm test`, which sets both variables.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { BankAway, spentCents } from "./budget.js";

const { BOWERBIRD_URL: url, BOWERBIRD_KEY: key } = process.env;
const month = new Date(Date.now() - 31 * 24 * 3600 * 1000).toISOString().slice(0, 7);
let token;
let userId;

async function call(method, path, body) {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  const value = await answer.json();
  assert.ok(answer.ok, JSON.stringify(value));
  return value;
}

async function ended(jobId) {
  for (;;) {
    const { steps } = await call("GET", `/jobs/${jobId}`);
    const failed = steps.find((step) => step.status === "failed");
    if (failed) return failed.result.code;
    if (steps.every((step) => step.status === "success")) return "success";
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function connect(password) {
  const body = { loginId: "gavinBelson", password, institution: { id: "AU00000" } };
  const job = await call("POST", `/users/${userId}/connections`, body);
  return ended(job.id);
}

before(async () => {
  const headers = { Authorization: `Basic ${key}`, "basiq-version": "3.0" };
  token = (await (await fetch(`${url}/token`, { method: "POST", headers })).json()).access_token;
  userId = (await call("POST", "/users", { email: "gavin@hooli.com" })).id;
  assert.equal(await connect("hooli2016"), "success");
});

test("money goes out", async () => {
  assert.ok((await spentCents(url, key, userId, month)) > 0);
  assert.equal(await spentCents(url, key, userId, "1999-01"), 0);
});

test("a wrong password", async () => {
  assert.equal(await connect("wrong"), "invalid-credentials");
});

test("a bank that is away", async () => {
  await call("POST", "/_bowerbird/faults", { code: "service-unavailable", operation: "listTransactions", times: 1 });
  await assert.rejects(spentCents(url, key, userId, month), BankAway);
});
