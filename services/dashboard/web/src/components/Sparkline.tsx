import type { Curve } from "@/houses/day";

export interface Domain {
  start: number;
  stop: number;
  low: number;
  high: number;
}

const WIDTH = 100;
const HEIGHT = 32;
const INSET = 2;

/** A curve without axes; where there is no value there is no line. Its card says its range in words. */
export function Sparkline({ curve, domain }: { curve: Curve | undefined; domain: Domain }) {
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {curve ? <path d={pathOf(curve, domain)} vectorEffect="non-scaling-stroke" /> : null}
    </svg>
  );
}

export function pathOf({ time, value }: Curve, { start, stop, low, high }: Domain): string {
  let isDown = false;
  return time
    .map((at, index) => {
      const one = value[index];
      if (one === null || one === undefined || at < start) {
        isDown = false;
        return "";
      }
      const x = ((at - start) / (stop - start)) * WIDTH;
      const y = HEIGHT - INSET - ((one - low) / (high - low)) * (HEIGHT - 2 * INSET);
      const command = isDown ? "L" : "M";
      isDown = true;
      // A lone value is a line of no length, which its round caps make a dot.
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}${command === "M" ? "h0" : ""}`;
    })
    .join("");
}

/** One scale for all curves, at least `least` high. */
export function domainOf(curves: Iterable<Curve>, start: number, stop: number, least: number): Domain {
  let [low, high] = [Infinity, -Infinity];
  for (const { value } of curves) {
    for (const one of value) {
      if (one === null) continue;
      low = Math.min(low, one);
      high = Math.max(high, one);
    }
  }
  if (low > high) return { start, stop, low: 0, high: 1 };
  const missing = Math.max(0, least - (high - low)) / 2;
  return { start, stop, low: low - missing, high: high + missing };
}
