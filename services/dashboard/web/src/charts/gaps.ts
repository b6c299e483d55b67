/** Where a curve is broken: more than three intervals without a reading are a gap, and only that. */

const INTERVALS = 3;

export interface Gap {
  /** The last time there was something, epoch milliseconds. */
  readonly start: number;
  /** The next time there is. */
  readonly stop: number;
}

export interface Curve {
  /** Ascending, epoch milliseconds; a window is named by its start. */
  readonly time: readonly number[];
  /** As many as times; null: a window without a value. */
  readonly value: readonly (number | null)[];
  /** The least and the greatest reading of each window, as many as times, where they are known. */
  readonly low?: readonly (number | null)[] | undefined;
  readonly high?: readonly (number | null)[] | undefined;
}

export interface Sampling {
  /** Milliseconds between readings; null where it is not known, and nothing is called a gap. */
  readonly interval: number | null;
  /** When the window that begins at a time ends; a raw reading ends when it begins. */
  readonly endOf: (start: number) => number;
}

/** The end of a raw reading. */
export const RAW = (start: number): number => start;

export interface Broken {
  readonly time: readonly number[];
  /** Null where the line breaks, at most once a gap. */
  readonly value: readonly (number | null)[];
  /** Empty where the extremes are not known. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly gaps: readonly Gap[];
}

/** The curve without empty windows, broken once in each gap. */
export function broken(curve: Curve, sampling: Sampling): Broken {
  const time: number[] = [];
  const taken: (number | null)[] = [];
  const gaps: Gap[] = [];
  let last: number | null = null;
  curve.time.forEach((at, index) => {
    if ((curve.value[index] ?? null) === null) {
      return;
    }
    if (last !== null && isGap(last, at, sampling)) {
      // The break stands just behind the last reading, so that joining it with other curves cannot bridge the gap.
      const end = sampling.endOf(last);
      const behind = Math.max(end, last + 1);
      gaps.push({ start: end, stop: at });
      if (behind < at) {
        time.push(behind);
        taken.push(null);
      }
    }
    time.push(at);
    taken.push(index);
    last = at;
  });
  const column = (values: Curve["low"]): (number | null)[] =>
    values === undefined ? [] : taken.map((index) => (index === null ? null : (values[index] ?? null)));
  return { time, value: column(curve.value), low: column(curve.low), high: column(curve.high), gaps };
}

/** Whether nothing came for more than three intervals between two readings, or two windows that hold some. */
function isGap(before: number, after: number, { interval, endOf }: Sampling): boolean {
  return interval !== null && after - endOf(before) > INTERVALS * interval;
}

/** The gaps within a range, with those at its ends; after `now` nothing can be missing yet. */
export function gapsIn(
  curve: Broken,
  range: { readonly start: number; readonly stop: number },
  sampling: Sampling,
  now: number,
): Gap[] {
  const first = curve.time[0];
  const last = curve.time.at(-1);
  const end = Math.min(range.stop, now);
  if (first === undefined || last === undefined) {
    return end > range.start ? [{ start: range.start, stop: end }] : [];
  }
  const raw = { ...sampling, endOf: RAW };
  const before = isGap(range.start, first, raw) ? [{ start: range.start, stop: first }] : [];
  const behind = sampling.endOf(last);
  const after = isGap(behind, end, raw) ? [{ start: behind, stop: end }] : [];
  return [...before, ...curve.gaps, ...after];
}

/** Indices of samples that no line reaches: between two breaks they would be invisible without a dot. */
export function loneSamples(value: readonly (number | null | undefined)[]): number[] {
  const found: number[] = [];
  let run: number[] = [];
  const close = (): void => {
    if (run.length === 1) {
      found.push(...run);
    }
    run = [];
  };
  value.forEach((here, index) => {
    // Undefined only says that another curve has a time of its own there.
    if (here === null) {
      close();
    } else if (here !== undefined) {
      run.push(index);
    }
  });
  close();
  return found;
}
