import { boundsOf, limitFor, type Season } from "@/climate/limits";
import type { Extremes } from "@/houses/day";
import type { Now } from "@/houses/model";

/** One scale for all houses, so that cards can be compared by eye. */
export const SCALE = { low: 14, high: 32 };

/** Where a temperature stands on the scale, in percent; what is beyond stands at its end. */
function place(value: number): number {
  const share = (value - SCALE.low) / (SCALE.high - SCALE.low);
  return Math.min(100, Math.max(0, share * 100));
}

/** Today's temperatures as a line, now as a dot, what is comfortable as a zone. The card says the same in words. */
export function RangeBar({ today, now, season }: { today: Extremes | undefined; now: Now | null; season: Season }) {
  const limit = limitFor("temperature", "II", season);
  const zone = limit && boundsOf(limit);
  return (
    <div className="rangebar" aria-hidden="true">
      {zone ? <span className="rangebar-zone" style={{ left: `${place(zone.lower)}%`, right: `${100 - place(zone.upper)}%` }} /> : null}
      {today ? <span className="rangebar-line" style={{ left: `${place(today.low)}%`, right: `${100 - place(today.high)}%` }} /> : null}
      {now && !now.isOld ? <span className="rangebar-now" style={{ left: `${place(now.value)}%` }} /> : null}
    </div>
  );
}
