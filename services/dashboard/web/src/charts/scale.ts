/** The y axis: its range, its steps and the digits that its steps need. */

export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** What a panel shows at least, so that noise does not look like weather; by UCUM unit. */
const LEAST_SPANS: Readonly<Record<string, number>> = { Cel: 4, "%": 10, "[ppm]": 400 };

/** The least span of a unit's axis; 0 where any is fine. */
export function leastSpan(unit: string | null): number {
  return unit === null ? 0 : (LEAST_SPANS[unit] ?? 0);
}

/** A range of round ends around the data, at least `span` wide; `zero` where bars need their foot in it. */
export function axisOf(low: number, high: number, most: number, span = 0, zero = false): Axis {
  let [min, max] = zero ? [Math.min(low, 0), Math.max(high, 0)] : [low, high];
  const width = Math.max(span, max - min, Math.abs(max) * 1e-9) || 1;
  const missing = width - (max - min);
  if (missing > 0) {
    // What only ever is positive gets no negative axis from being widened.
    const below = min >= 0 ? Math.min(missing / 2, min) : missing / 2;
    min -= below;
    max += missing - below;
  }
  const step = roundStep((max - min) / Math.max(most, 1));
  return { min: Math.floor(min / step + 1e-9) * step, max: Math.ceil(max / step - 1e-9) * step, step };
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** The ticks of an axis; computed from whole steps, since adding them up drifts. */
export function axisSplits({ min, max, step }: Axis): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  const digits = digitsOf(step);
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toFixed(digits)));
}

/** How many decimals tell the ticks of a step apart. */
export function digitsOf(step: number): number {
  return Math.min(Math.max(-Math.floor(Math.log10(step) + 1e-9), 0), 12);
}
