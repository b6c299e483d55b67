/** The query API by way of the dashboard: typed by the API's own description, errors as problems. */
import createClient from "openapi-fetch";
import type { components, paths } from "@/api/schema.mjs";

export type Schemas = components["schemas"];
export type Problem = Schemas["ProblemDocument"];

/** Why an answer did not come. `problem` is null where nothing answered. */
export class ApiError extends Error {
  /** When it is asked again (epoch ms); null while it is not. */
  retryAt: number | null = null;

  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    readonly retryAfter: number | null,
  ) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.name = "ApiError";
  }

  /** Time alone may heal it. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const api = createClient<paths>({ baseUrl: "/api" });

/** The data of an answer.
 *  @throws {ApiError} nothing answered, or it was a problem. */
export async function read<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, null, null);
  }
  if (answer.data === undefined) throw problemOf(answer.response, answer.error);
  return answer.data;
}

function problemOf(response: Response, body: unknown): ApiError {
  const isProblem = typeof body === "object" && body !== null && "detail" in body;
  const after = Number(response.headers.get("Retry-After"));
  return new ApiError(response.status, isProblem ? (body as Problem) : null, after > 0 ? after : null);
}
