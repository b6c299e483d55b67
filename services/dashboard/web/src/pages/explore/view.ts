/** What Explore shows, as it stands in the address: a link is the whole view. */

import { SLOTS, type Slot } from "@/charts/palette";
import { DAY, HOUR } from "@/format/zones";

import { AGGREGATES, EVERY, type Aggregate, type Every } from "./windows";

export const SPANS = { "1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "365d": 365 * DAY } as const;
export type Span = keyof typeof SPANS;

/** Readings one by one, windows of a length, or whichever fits range and screen. */
export type Resolution = "auto" | "raw" | Every;

export interface Picked {
  /** `project/house/room/device/quantity`, each part escaped. */
  readonly path: string;
  readonly slot: Slot;
}

/** The last so many hours or days until now, or from one time to another (epoch milliseconds). */
export type Asked = { readonly last: Span } | { readonly start: number; readonly stop: number };

export interface View {
  /** Null: nothing was picked yet, so that the page may propose something. */
  readonly picked: readonly Picked[] | null;
  readonly range: Asked;
  readonly resolution: Resolution;
  readonly aggregate: "auto" | Aggregate;
  readonly isCompared: boolean;
  readonly isTable: boolean;
}

export const FIRST_VIEW: View = {
  picked: null,
  range: { last: "7d" },
  resolution: "auto",
  aggregate: "auto",
  isCompared: false,
  isTable: false,
};

/** The view of an address; what it says wrongly is as if it said nothing. */
export function parseView(query: URLSearchParams): View {
  const picked = SLOTS.flatMap((slot) => query.getAll(`s${slot}`).map((path): Picked => ({ path, slot })));
  const isEmpty = query.has("none");
  return {
    picked: picked.length > 0 ? picked : isEmpty ? [] : null,
    range: parseRange(query),
    resolution: oneOf(query.get("every"), ["raw", ...EVERY] as const) ?? "auto",
    aggregate: oneOf(query.get("aggregate"), AGGREGATES) ?? "auto",
    isCompared: query.get("compare") === "week",
    isTable: query.get("view") === "table",
  };
}

/** The query of a view, without what it would be anyway. */
export function viewQuery(view: View): Record<string, string | readonly string[] | null> {
  const picked = view.picked ?? [];
  const { range } = view;
  return {
    ...Object.fromEntries(
      SLOTS.map((slot) => [`s${slot}`, picked.filter((one) => one.slot === slot).map(({ path }) => path)]),
    ),
    none: view.picked?.length === 0 ? "" : null,
    last: "last" in range && range.last !== "7d" ? range.last : null,
    from: "start" in range ? isoOf(range.start) : null,
    to: "start" in range ? isoOf(range.stop) : null,
    every: view.resolution === "auto" ? null : view.resolution,
    aggregate: view.aggregate === "auto" ? null : view.aggregate,
    compare: view.isCompared ? "week" : null,
    view: view.isTable ? "table" : null,
  };
}

/** The address of a view in Explore. */
export function exploreHref(view: View): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(viewQuery(view))) {
    for (const one of typeof value === "string" ? [value] : (value ?? [])) {
      query.append(name, one);
    }
  }
  return `/explore?${query.toString()}`;
}

function parseRange(query: URLSearchParams): Asked {
  const start = Date.parse(query.get("from") ?? "");
  const stop = Date.parse(query.get("to") ?? "");
  if (start < stop) {
    return { start, stop };
  }
  return { last: oneOf(query.get("last"), Object.keys(SPANS) as Span[]) ?? "7d" };
}

/** Without parts of seconds, which nobody sees. */
function isoOf(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

function oneOf<T extends string>(value: string | null, known: readonly T[]): T | null {
  return known.find((one) => one === value) ?? null;
}
