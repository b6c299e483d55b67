/** How much of the time a room kept within a limit, by its hourly means. */
import { boundsOf, isWithin, limitFor, seasonOf, type Category, type Limit } from "@/climate/limits";

export interface Hours {
  time: readonly number[];
  /** Hourly means; null: an hour without a reading, which counts nowhere. */
  value: readonly (number | null)[];
}

export interface Share {
  /** The limit that held in the last hour with a value. */
  limit: Limit;
  within: number;
  /** Hours with a value. */
  hours: number;
}

/** The share of hours within a limit, which may change with the season; undefined where no hour has a value. */
export function shareOf(hours: Hours, quantity: Limit["quantity"], category: Category | null, zone: string): Share | undefined {
  let share: Share | undefined;
  hours.time.forEach((time, at) => {
    const value = hours.value[at];
    const limit = limitFor(quantity, category, seasonOf(time, zone));
    if (value === null || value === undefined || limit === undefined) return;
    share = {
      limit,
      within: (share?.within ?? 0) + (isWithin(value, boundsOf(limit)) ? 1 : 0),
      hours: (share?.hours ?? 0) + 1,
    };
  });
  return share;
}
