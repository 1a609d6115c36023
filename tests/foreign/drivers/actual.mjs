// Actual's own import as a program: each line of the input is a command, each line "=> …" of the output its answer.
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, server, dataDir] = process.argv.slice(2);
const api = await import(pathToFileURL(join(packages, "node_modules/@actual-app/api/dist/index.js")).href);
let internal;
const send = (name, args) => internal.send(name, args);

async function link({ token }) {
  const problem = await send("secret-set", { name: "simplefin_token", value: token });
  if (problem && problem.error) throw new Error(`secret-set: ${problem.error}`);
  const found = await send("simplefin-accounts");
  if (!found.accounts) throw new Error(`simplefin-accounts: ${JSON.stringify(found)}`);
  for (const each of found.accounts) {
    await send("simplefin-accounts-link", {
      externalAccount: {
        account_id: each.id, name: each.name, institution: each.org.name, orgDomain: each.org.domain, orgId: each.org.id, balance: each.balance,
      },
      upgradingId: null,
    });
  }
  return found.accounts.map((each) => each.name);
}

const commands = {
  async start() {
    internal = await api.init({ dataDir, serverURL: server, password: "made up for this test" });
    await send("create-budget", { budgetName: "Test", avoidUpload: true });
    return "ready";
  },
  link,
  async sync() {
    await api.runBankSync();
    return "synced";
  },
  async rows() {
    const shown = {};
    for (const account of await api.getAccounts()) {
      const rows = await api.getTransactions(account.id, "1990-01-01", "2090-01-01");
      shown[account.name] = rows.map((row) => ({ id: row.imported_id, cents: row.amount, day: row.date, text: row.imported_payee, first: !!row.starting_balance_flag }));
    }
    return shown;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    console.log(`=> ${JSON.stringify({ answer: await commands[command.do](command) })}`);
  } catch (error) {
    console.log(`=> ${JSON.stringify({ error: (error && error.stack) || JSON.stringify(error) })}`);
  }
}
process.exit(0);
