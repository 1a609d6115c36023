// @hey-api/openapi-ts: a user made, read, and one that is not there.
import { createUser, getUser } from "./generated/index.js";
import { client } from "./generated/client.gen.js";

declare const process: { env: Record<string, string> };

client.setConfig({ baseUrl: process.env.SERVER!, auth: process.env.TOKEN! });
const made = await createUser({ body: { email: process.env.EMAIL! } });
const read = await getUser({ path: { userId: made.data!.id } });
const missing = await getUser({ path: { userId: process.env.NO_ONE! } });
const email: string | null | undefined = read.data!.email;
// @ts-expect-error a user has no such field
read.data!.nickname;
console.log(JSON.stringify({ id: made.data!.id, email, refused: missing.error!.data[0]!.code }));
