/**
 * A typed client: every path, body and answer has the type that the server's OpenAPI description gives it.
 *
 *     const bowerbird = new Bowerbird("http://127.0.0.1:8000", process.env.BOWERBIRD_KEY!);
 *     const user = await answer(bowerbird.api.POST("/users", { body: { email: "gavin@hooli.com" } }));
 */

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./description.js";

export type Schemas = components["schemas"];
export type Job = Schemas["Job"];
export type Transaction = Schemas["Transaction"];
export type { paths };

const VERSION = "3.0";
const TOKEN_MARGIN_MS = 60_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
const PAGE = 500;

/** A refusal: an entry of the catalogue of response codes. `correlationId` is the request's id in the server's log. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly correlationId: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(`${status} ${code}: ${title} ${detail}`.trim());
    this.name = "ApiError";
  }
}

/** A job that ended with a code of the catalogue, at the step that failed. */
export class JobFailed extends Error {
  constructor(
    readonly job: Job,
    readonly step: string,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
  ) {
    super(`job ${job.id} failed at ${step}: ${code}: ${title} ${detail}`.trim());
    this.name = "JobFailed";
  }
}

/** A bank asks the person something that `answers` did not hold: answer with POST /jobs/{jobId}/mfa, then wait again. */
export class ChallengeAsked extends Error {
  constructor(readonly job: Job) {
    super(`job ${job.id} waits for an answer to its bank's question: give it as \`answers\``);
    this.name = "ChallengeAsked";
  }
}

export interface Options {
  /** Tokens may do only what this user's browser may. */
  userId?: string;
  /** What makes the requests; `fetch` of the platform by default. */
  fetch?: (request: Request) => Promise<Response>;
}

export interface Waiting {
  /** What the person answers where the bank asks. */
  answers?: string[];
  /** Until giving up; 90 seconds by default. */
  timeoutMs?: number;
}

/** A service under `url`, called with an application's `key`. Tokens are fetched when needed and again before they lapse. */
export class Bowerbird {
  readonly url: string;
  /** Every operation: `api.GET("/users/{userId}", { params: { path: { userId } } })`. */
  readonly api: Client<paths>;
  readonly #key: string;
  readonly #userId: string | undefined;
  readonly #send: (request: Request) => Promise<Response>;
  #token: Promise<Schemas["Token"]> | undefined;
  #tokenUntilMs = 0;

  constructor(url: string, key: string, options: Options = {}) {
    this.url = url.replace(/\/+$/, "");
    this.#key = key;
    this.#userId = options.userId;
    this.#send = options.fetch ?? ((request) => fetch(request));
    this.api = createClient<paths>({ baseUrl: this.url, fetch: (request) => this.#authorised(request) });
  }

  /** Upload a bank's statement, CSV or PDF: the job that reads it. */
  async uploadStatement(userId: string, institutionId: string, statement: Blob, fileName = "statement"): Promise<Schemas["JobReference"]> {
    const form = new FormData();
    form.set("institutionId", institutionId);
    form.set("statement", statement, fileName);
    const path = { params: { path: { userId } } };
    const body = { institutionId, statement: fileName };
    return answer(this.api.POST("/users/{userId}/statements", { ...path, body, bodySerializer: () => form }));
  }

  /** The job once it has succeeded. Throws JobFailed, ChallengeAsked, ApiError, and Error after `timeoutMs`. */
  async waitForJob(jobId: string, { answers = [], timeoutMs = 90_000 }: Waiting = {}): Promise<Job> {
    const untilMs = Date.now() + timeoutMs;
    let pauseMs = FIRST_PAUSE_MS;
    let isAnswered = false;
    while (Date.now() < untilMs) {
      const job = await answer(this.api.GET("/jobs/{jobId}", { params: { path: { jobId } } }));
      throwIfFailed(job);
      if (job.steps.every((step) => step.status === "success")) return job;
      if (asks(job) && !isAnswered) {
        if (answers.length === 0) throw new ChallengeAsked(job);
        const body = { "mfa-response": answers };
        await answer(this.api.POST("/jobs/{jobId}/mfa", { params: { path: { jobId } }, body }));
        isAnswered = true;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
    }
    throw new Error(`job ${jobId} did not end within ${timeoutMs} ms`);
  }

  /** Every transaction of a user that fits the filter, newest first, page by page. */
  async *transactions(userId: string, filter?: string): AsyncGenerator<Transaction, void> {
    let next: string | undefined;
    do {
      const query = { limit: PAGE, ...(filter === undefined ? {} : { filter }), ...(next === undefined ? {} : { next }) };
      const asked = this.api.GET("/users/{userId}/transactions", { params: { path: { userId }, query } });
      const page = (await answer(asked)) as Schemas["TransactionList"]; // without an Accept of their own, callers get JSON
      yield* page.data;
      next = page.links.next ? (new URL(page.links.next).searchParams.get("next") ?? undefined) : undefined;
    } while (next !== undefined);
  }

  /** A request with a token; one that the service no longer takes (its clock may have been moved) is replaced once. */
  async #authorised(request: Request): Promise<Response> {
    const again = request.clone();
    const isFresh = this.#token === undefined || Date.now() >= this.#tokenUntilMs;
    if (isFresh) this.#token = this.#newToken();
    const response = await this.#sendWith(request, await this.#token);
    if (response.status !== 401 || isFresh) return response;
    this.#token = this.#newToken();
    return this.#sendWith(again, await this.#token);
  }

  async #sendWith(request: Request, token: Schemas["Token"] | undefined): Promise<Response> {
    request.headers.set("Authorization", `Bearer ${token?.access_token}`);
    return this.#send(request);
  }

  async #newToken(): Promise<Schemas["Token"]> {
    const form = new URLSearchParams(this.#userId ? { scope: "CLIENT_ACCESS", userId: this.#userId } : { scope: "SERVER_ACCESS" });
    const headers = { Authorization: `Basic ${this.#key}`, "basiq-version": VERSION };
    this.#tokenUntilMs = Date.now() + TOKEN_MARGIN_MS; // requests that begin before it has come wait for the same one
    try {
      const response = await this.#send(new Request(`${this.url}/token`, { method: "POST", headers, body: form }));
      if (!response.ok) throw refusal(response, await response.json().catch(() => undefined));
      const token = (await response.json()) as Schemas["Token"];
      this.#tokenUntilMs = Date.now() + token.expires_in * 1000 - TOKEN_MARGIN_MS;
      return token;
    } catch (error) {
      this.#token = undefined;
      throw error;
    }
  }
}

/** What the service answers. Throws ApiError when it refuses. */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw refusal(response, error);
  return data as T;
}

function refusal(response: Response, body: unknown): ApiError {
  const first = (body as Partial<Schemas["NotFoundError"]> | undefined)?.data?.[0];
  const correlationId = response.headers.get("x-correlation-id") ?? "";
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(
    response.status,
    first?.code ?? "no-envelope",
    first?.title ?? response.statusText,
    first?.detail ?? "",
    correlationId,
    Number.isNaN(wait) ? undefined : wait,
  );
}

function throwIfFailed(job: Job): void {
  const failed = job.steps.find((step) => step.status === "failed");
  if (failed === undefined) return;
  const result = failed.result as { code?: string; title?: string; detail?: string } | null;
  throw new JobFailed(job, failed.title, result?.code ?? "", result?.title ?? "", result?.detail ?? "");
}

function asks(job: Job): boolean {
  return job.steps.some((step) => step.status === "in-progress" && (step.result as { type?: string } | null)?.type === "mfa");
}
