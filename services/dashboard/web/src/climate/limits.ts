/** Limits of indoor climate, whose they are, and when they hold: from a file of data with its sources. */
import data from "@/climate/limits.json";
import { formatDate } from "@/format/dates";

export type Season = "heating" | "non_heating";
export type Category = "I" | "II" | "III";

export interface Limit {
  id: string;
  /** checked: read in the document's own text, or in a second-hand source, named by `from`. */
  source: { doc: string; clause: string; checked: "text" | "secondary"; from: string[] };
  kind: "action_limit" | "target";
  quantity: "temperature" | "co2";
  unit: string;
  condition: { season: Season | "any" };
  category: Category | null;
  lower: number | null;
  upper: number | null;
  /** The bounds are above the air outside. */
  relativeToOutdoor: boolean;
}

export interface Bounds {
  lower: number;
  upper: number;
}

/** All limits; what nobody could check does not stand in the file. */
export const LIMITS = data.limits as Limit[];
export const OUTDOOR_CO2 = data.outdoorCo2.value;

/** The season of a moment (epoch ms) in a house's zone, by the months of the file. */
export function seasonOf(time: number, zone: string): Season {
  const [day = 1, month = 1] = formatDate(time, "day", zone, "en").split("/").map(Number);
  const today = month * 100 + day;
  const [from, to] = [data.heatingSeason.from, data.heatingSeason.to].map((text) => Number(text.replace("-", "")));
  return today >= (from ?? 0) || today <= (to ?? 0) ? "heating" : "non_heating";
}

/** The limit of a document that holds in a season; undefined where it has none. */
export function limitFor(quantity: Limit["quantity"], category: Category | null, season: Season): Limit | undefined {
  return LIMITS.find(
    (limit) => limit.quantity === quantity && limit.category === category && [season, "any"].includes(limit.condition.season),
  );
}

/** A limit's bounds as values of its quantity. */
export function boundsOf(limit: Limit): Bounds {
  const base = limit.relativeToOutdoor ? OUTDOOR_CO2 : 0;
  return { lower: limit.lower === null ? -Infinity : base + limit.lower, upper: limit.upper === null ? Infinity : base + limit.upper };
}

export function isWithin(value: number, { lower, upper }: Bounds): boolean {
  return value >= lower && value <= upper;
}
