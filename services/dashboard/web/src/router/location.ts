/** The address is the state: what is shown stands in path and query, and nowhere else. */
import { useSyncExternalStore } from "react";

export interface Location {
  path: string;
  query: URLSearchParams;
}

const listeners = new Set<() => void>();
let cached: { href: string; location: Location } | null = null;

/** The address now; the same object as long as it stays. */
export function readLocation(): Location {
  const { pathname, search } = typeof window === "undefined" ? { pathname: "/", search: "" } : window.location;
  const href = pathname + search;
  if (cached?.href !== href) {
    cached = { href, location: { path: pathname, query: new URLSearchParams(search) } };
  }
  return cached.location;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

export function useLocation(): Location {
  return useSyncExternalStore(subscribe, readLocation);
}

/** Go to an address. `replace` for what is no step of its own, as typing in a field. */
export function navigate(href: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) window.history.replaceState(null, "", href);
  else window.history.pushState(null, "", href);
  listeners.forEach((listener) => listener());
}

/** The present path with some of its query changed; null takes a parameter away. */
export function withQuery(changes: Record<string, string | readonly string[] | null>): string {
  const { path, query } = readLocation();
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    if (typeof value === "string") next.set(name, value);
    else value?.forEach((one) => next.append(name, one));
  }
  const text = next.toString();
  return text ? `${path}?${text}` : path;
}
