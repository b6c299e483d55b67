/** The colour class of a value on the floor plan: the same value has the same colour in every house. */
import { boundsOf, limitFor, type Season } from "@/climate/limits";

export type Painted = "temperature" | "humidity" | "co2";
export const PAINTED: readonly Painted[] = ["temperature", "humidity", "co2"];

export interface Shade {
  /** The class of styles/shades.css. */
  name: string;
  /** From the least value of this shade on; -Infinity for the first. */
  from: number;
}

const HUMIDITY = [-Infinity, 20, 30, 50, 60];
const BEYOND_DEGREES = 2;

/** The shades of a quantity, ascending. Temperatures change at the limits of the season. */
export function shadesOf(quantity: Painted, season: Season): Shade[] {
  if (quantity === "humidity") return named("humidity", HUMIDITY);
  if (quantity === "co2") {
    const steps = (["I", "II", "III"] as const).map((category) => upper("co2", category, season));
    return named("amount", [-Infinity, (steps[0] ?? 0) - 250, ...steps]);
  }
  const decree = limitFor("temperature", null, season);
  const normal = limitFor("temperature", "II", season);
  if (!decree || !normal) return [];
  const [outer, inner] = [boundsOf(decree), boundsOf(normal)];
  const from = [-Infinity, outer.lower - BEYOND_DEGREES, outer.lower, inner.lower, inner.upper, outer.upper, outer.upper + BEYOND_DEGREES];
  return ["c3", "c2", "c1", "0", "h1", "h2", "h3"].map((step, at) => ({ name: `comfort-${step}`, from: from[at] ?? 0 }));
}

/** The shade of a value. */
export function shadeOf(value: number, shades: readonly Shade[]): Shade | undefined {
  return shades.findLast((shade) => value >= shade.from) ?? shades[0];
}

function named(family: string, from: readonly number[]): Shade[] {
  return from.map((value, at) => ({ name: `${family}-${at + 1}`, from: value }));
}

function upper(quantity: "co2", category: "I" | "II" | "III", season: Season): number {
  const limit = limitFor(quantity, category, season);
  return limit ? boundsOf(limit).upper : Infinity;
}
