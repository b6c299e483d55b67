/** The session: whether this browser has given a key. The key itself never stays on the page. */
import { ApiError, type Problem } from "@/api/client";
import { queryClient, useAsk } from "@/api/query";

async function readSession(signal?: AbortSignal): Promise<{ signed_in: boolean }> {
  const answer = await ask("GET", undefined, signal);
  return (await answer.json()) as { signed_in: boolean };
}

/** Give a key.
 *  @throws {ApiError} 401: the API does not know it. */
export async function signIn(key: string): Promise<void> {
  await ask("POST", JSON.stringify({ key }));
  await queryClient.resetQueries();
}

export async function signOut(): Promise<void> {
  await ask("DELETE");
  await queryClient.resetQueries();
}

export function useSession() {
  return useAsk(["session"], readSession);
}

async function ask(method: string, body?: string, signal?: AbortSignal): Promise<Response> {
  const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
  let answer;
  try {
    answer = await fetch("/session", { method, ...(headers && { headers }), ...(body !== undefined && { body }), signal: signal ?? null });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, null, null);
  }
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => null)) as Problem | null;
    throw new ApiError(answer.status, problem, null);
  }
  return answer;
}
