// A program of an integrator's on the packed client: everything it prints is held against the API.
import { ApiError, Bowerbird, JobFailed, answer, type Job } from "bowerbird-client";

declare const process: { env: Record<string, string> };
const { SERVER, KEY, EMAIL, LOGIN, PASSWORD, STATEMENT } = process.env as Record<string, string>;

const bowerbird = new Bowerbird(SERVER!, KEY!);
const seen: Record<string, unknown> = {};

async function failure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.code, correlationId: error.correlationId };
    if (error instanceof JobFailed) return { step: error.step, code: error.code };
    throw error;
  }
  return "nothing failed";
}

async function connect(userId: string, password: string): Promise<Job> {
  const body = { loginId: LOGIN!, password, institution: { id: "AU00000" } };
  const job = await answer(bowerbird.api.POST("/users/{userId}/connections", { params: { path: { userId } }, body }));
  return bowerbird.waitForJob(job.id);
}

const user = await answer(bowerbird.api.POST("/users", { body: { email: EMAIL! } }));
const path = { userId: user.id };
seen.user = user.id;
seen.job = (await connect(user.id, PASSWORD!)).id;
seen.wrongPassword = await failure(connect(user.id, "wrong"));

const accounts = await answer(bowerbird.api.GET("/users/{userId}/accounts", { params: { path } }));
seen.accounts = accounts.data.map((account) => [account.id, account.balance]);
seen.transactions = [];
for await (const row of bowerbird.transactions(user.id)) (seen.transactions as string[]).push(row.id);
seen.debits = 0;
for await (const row of bowerbird.transactions(user.id, "transaction.direction.eq('debit')")) seen.debits = (seen.debits as number) + Number(row.direction === "debit");

const statement = await bowerbird.uploadStatement(user.id, "AU00201", new Blob([STATEMENT!]), "statement.csv");
seen.statement = (await bowerbird.waitForJob(statement.id)).id;

const ids = { userId: "00000000-0000-4000-8000-000000000000" };
seen.missing = await failure(answer(bowerbird.api.GET("/users/{userId}", { params: { path: ids } })));
const customer = new Bowerbird(SERVER!, KEY!, { userId: user.id });
seen.customer = (await answer(customer.api.GET("/users/{userId}/connections", { params: { path } }))).data.length;
seen.customerMayNot = await failure(answer(customer.api.POST("/users", { body: { email: EMAIL! } })));
seen.wrongKey = await failure(answer(new Bowerbird(SERVER!, "bm9ib2R5").api.GET("/users")));

// What the description does not have is refused by the compiler.
if (seen.never) {
  // @ts-expect-error there is no such path
  await bowerbird.api.GET("/user");
  // @ts-expect-error a path needs its ids
  await bowerbird.api.GET("/users/{userId}");
  // @ts-expect-error an email is a text
  await bowerbird.api.POST("/users", { body: { email: 7 } });
  // @ts-expect-error an account has no such field
  console.log(accounts.data[0]?.money);
}

await answer(bowerbird.api.DELETE("/users/{userId}", { params: { path } }));
console.log(JSON.stringify(seen));
