/** Asking: one cache, one way to try again, and one answer to "what is there to show?". */
import { QueryClient, keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "@/api/client";

const SLOWEST_RETRY = 30_000;

function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof ApiError && error.retryAfter !== null ? error.retryAfter * 1000 : 0;
  const delay = Math.max(asked, Math.min(SLOWEST_RETRY, 1000 * 2 ** failures));
  // Asked for also where it is not tried again.
  if (error instanceof ApiError && error.retryable) error.retryAt = Date.now() + delay;
  return delay;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      // What heals by itself is asked for ever; what was asked wrongly is told at once.
      retry: (_, error) => error instanceof ApiError && error.retryable,
      retryDelay,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
    },
  },
});

/** What there is to show, and what is wrong with it.
 *  data: the last good answer, kept while a newer one is fetched or fails.
 *  error: why the newest attempt failed; null where it did not.
 *  isOther: `data` answers an earlier question (another range), and should look so. */
export interface Asked<T> {
  data: T | undefined;
  error: ApiError | null;
  isLoading: boolean;
  isOther: boolean;
  fetchedAt: number;
  retry: () => void;
}

/** Ask, and ask again every `refresh` milliseconds. A key with null in it waits until it has none. */
export function useAsk<T>(key: readonly unknown[], ask: (signal: AbortSignal) => Promise<T>, refresh?: number): Asked<T> {
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask(signal),
    enabled: !key.includes(null),
    placeholderData: keepPreviousData,
    refetchInterval: refresh ?? false,
  });
  const failure = query.failureReason ?? query.error;
  return {
    data: query.data,
    error: failure instanceof ApiError ? failure : failure ? new ApiError(0, null, null) : null,
    isLoading: query.data === undefined && failure === null,
    isOther: query.isPlaceholderData,
    fetchedAt: query.dataUpdatedAt,
    retry: () => void query.refetch(),
  };
}

/** The time (epoch ms), again every `every` milliseconds, for ages and clocks. */
export function useNow(every = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
