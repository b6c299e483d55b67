import type { Painted } from "@/climate/shades";

/** Units as people write them. */
export const SYMBOLS: Record<Painted, string> = { temperature: "°C", humidity: "%", co2: "ppm" };

/** The quantity that an address names; temperature where it names none. */
export function paintedOf(text: string | null): Painted {
  return text === "humidity" || text === "co2" ? text : "temperature";
}
