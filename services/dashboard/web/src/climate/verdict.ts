/** What a value means to the people in the room: outside EN 16798-1's category II is noted, outside the decree is bad. */
import { boundsOf, isWithin, limitFor, type Limit, type Season } from "@/climate/limits";

/** From the least to the most urgent. */
export type Level = "ok" | "off" | "warn" | "bad";
export type Kind = "comfortable" | "cool" | "cold" | "warm" | "hot" | "heavy" | "stuffy" | "silent";

export interface Verdict {
  level: Level;
  kind: Kind;
}

export const SILENT: Verdict = { level: "off", kind: "silent" };
export const COMFORTABLE: Verdict = { level: "ok", kind: "comfortable" };

const RANK: Record<Level, number> = { ok: 0, off: 1, warn: 2, bad: 3 };
/** Beside the word, so that colour is never alone. */
export const SIGNS: Record<Kind, string> = {
  comfortable: "✓",
  cool: "▼",
  cold: "▼▼",
  warm: "▲",
  hot: "▲▲",
  heavy: "▲",
  stuffy: "▲▲",
  silent: "∅",
};

export function worse(a: Verdict, b: Verdict): number {
  return RANK[b.level] - RANK[a.level];
}

export function temperatureVerdict(value: number, season: Season): Verdict {
  const side = sideOf(value, limitFor("temperature", null, season));
  if (side !== 0) return { level: "bad", kind: side < 0 ? "cold" : "hot" };
  const within = sideOf(value, limitFor("temperature", "II", season));
  if (within === 0) return COMFORTABLE;
  return { level: "warn", kind: within < 0 ? "cool" : "warm" };
}

export function co2Verdict(value: number, season: Season): Verdict {
  if (sideOf(value, limitFor("co2", null, season)) > 0) return { level: "bad", kind: "stuffy" };
  return sideOf(value, limitFor("co2", "II", season)) > 0 ? { level: "warn", kind: "heavy" } : COMFORTABLE;
}

/** -1 below a limit, 1 above it, 0 within. */
function sideOf(value: number, limit: Limit | undefined): number {
  if (!limit) return 0;
  const bounds = boundsOf(limit);
  if (isWithin(value, bounds)) return 0;
  return value < bounds.lower ? -1 : 1;
}
