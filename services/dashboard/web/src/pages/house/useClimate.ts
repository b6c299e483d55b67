/** How much of the last week the rooms kept within the limits. */
import { readReadings, type ReadingsSeries } from "@/api/readings";
import { useAsk, type Asked } from "@/api/query";
import type { Category, Limit } from "@/climate/limits";
import { shareOf, type Hours, type Share } from "@/climate/share";
import type { RoomNow } from "@/houses/model";

const MINUTE = 60_000;

export type RoomHours = ReadonlyMap<string, Hours>;

export interface Week {
  temperature: RoomHours;
  co2: RoomHours;
}

export interface Row {
  share: Share;
  /** The room with the least share; null where there is one room, or all are alike. */
  worst: { name: string; share: Share } | null;
}

export function useWeek(project: string, house: string): Asked<Week> {
  return useAsk(
    ["week", project, house],
    async (signal) => {
      const query = { project: [project], house: [house], quantity: ["temperature", "co2"], start: "-7d", every: "1h", aggregate: "mean" as const };
      const series = await readReadings(query, signal);
      return { temperature: byRoom(series, "temperature"), co2: byRoom(series, "co2") };
    },
    10 * MINUTE,
  );
}

/** The hours of each room; of several sensors in a room the first. */
function byRoom(series: readonly ReadingsSeries[], quantity: string): RoomHours {
  const rooms = new Map<string, Hours>();
  for (const one of series) {
    if (one.quantity !== quantity || rooms.has(one.room)) continue;
    const value = one.value.map((found) => (typeof found === "number" ? found : null));
    rooms.set(one.room, { time: one.time.map(Number), value });
  }
  return rooms;
}

/** The share of all rooms' hours within a limit, and the room that kept it least; null without any hour. */
export function rowOf(hours: RoomHours, rooms: readonly RoomNow[], quantity: Limit["quantity"], category: Category | null, zone: string): Row | null {
  const shares = rooms.flatMap((room) => {
    const found = hours.get(room.id);
    const share = found && shareOf(found, quantity, category, zone);
    return share ? [{ name: room.name, share }] : [];
  });
  const [first] = shares;
  if (!first) return null;
  const whole = shares.reduce((sum, { share }) => ({ ...sum, within: sum.within + share.within, hours: sum.hours + share.hours }), {
    ...first.share,
    within: 0,
    hours: 0,
  });
  const worst = shares.reduce((least, one) => (part(one.share) < part(least.share) ? one : least));
  return { share: whole, worst: shares.length > 1 && part(worst.share) < part(whole) ? worst : null };
}

export function part({ within, hours }: Share): number {
  return within / hours;
}
