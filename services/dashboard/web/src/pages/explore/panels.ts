/** Panels from curves: one a unit, so that no axis has two meanings. */

import { RAW, broken, gapsIn, type Curve, type Sampling } from "@/charts/gaps";
import type { Panel, PanelCurve, Range } from "@/charts/model";

import { shortNames } from "./catalogue";
import type { Curves } from "./curves";
import type { Plan } from "./plans";
import { groups } from "./requests";
import { medianDistance, type Intervals } from "./useIntervals";
import { windowEnd, windowStart } from "./windows";

export interface Drawn {
  readonly plans: readonly Plan[];
  readonly curves: Curves;
  /** The week before, already laid over this one; null where it is not asked for. */
  readonly before: Curves | null;
  readonly range: Range;
  readonly zone: string;
  readonly now: number;
  readonly beforeName: (name: string) => string;
  /** How far apart the readings of a series stand, where it was learned. */
  readonly intervals: Intervals;
}

/** The panel that a series stands in. */
export function panelKey({ unit, quantity }: { unit: string | null; quantity: string }): string {
  return unit ?? `? ${quantity}`;
}

export function panelsOf(drawn: Drawn): Panel[] {
  return groups(drawn.plans, ({ entry }) => panelKey(entry)).map((plans) => panelOf(plans, drawn));
}

function panelOf(plans: readonly Plan[], drawn: Drawn): Panel {
  const { range, zone, now } = drawn;
  const entries = plans.map(({ entry }) => entry);
  const names = shortNames(entries);
  const curves = plans.flatMap((plan) => curvesOf(plan, names.get(plan.entry.path) ?? plan.entry.roomName, drawn));
  const [first] = plans;
  const every = first?.every ?? null;
  const running = every === null ? null : windowStart(every, now, zone);
  const hasSeveralBars = curves.filter(({ shape }) => shape === "bar").length > 1;
  return {
    key: first === undefined ? "" : panelKey(first.entry),
    title: [...new Set(entries.map(({ quantityName }) => quantityName))].join(", "),
    unit: first?.entry.unit ?? null,
    symbol: first?.entry.symbol ?? "",
    // Bars of several meters would stand behind each other; steps show all of them.
    curves: hasSeveralBars ? curves.map((curve) => (curve.shape === "bar" ? { ...curve, shape: "step" } : curve)) : curves,
    range,
    zone,
    unfinished:
      every !== null && running !== null && running >= range.start && running < range.stop
        ? { start: running, stop: windowEnd(every, running, zone) }
        : null,
  };
}

function curvesOf(plan: Plan, name: string, drawn: Drawn): PanelCurve[] {
  const { curves, before, range, now, beforeName } = drawn;
  const { entry, slot, shape } = plan;
  const sampling = samplingOf(plan, drawn);
  const line = broken(within(curves.get(entry.path), range), sampling);
  const found: PanelCurve[] = [
    {
      key: entry.path,
      name,
      slot,
      shape,
      curve: line,
      gaps: gapsIn(line, { start: Math.max(range.start, entry.first), stop: range.stop }, sampling, now),
      isComparison: false,
    },
  ];
  if (before !== null) {
    const other = broken(within(before.get(entry.path), range), sampling);
    const dashed = shape === "bar" ? "step" : shape;
    found.push({ key: `${entry.path} before`, name: beforeName(name), slot, shape: dashed, curve: other, gaps: other.gaps, isComparison: true });
  }
  return found;
}

function samplingOf({ entry, every }: Plan, { curves, intervals, zone }: Drawn): Sampling {
  const shown = every === null ? medianDistance(curves.get(entry.path)?.time ?? []) : null;
  return {
    interval: intervals.get(entry.path) ?? shown ?? entry.interval,
    endOf: every === null ? RAW : (start) => windowEnd(every, start, zone),
  };
}

/** The part of a curve in the range, with one point on either side, so that its line reaches the edges. */
function within(curve: Curve | undefined, range: Range): Curve {
  if (curve === undefined) {
    return { time: [], value: [] };
  }
  const first = curve.time.findIndex((time) => time >= range.start);
  const last = curve.time.findLastIndex((time) => time < range.stop);
  const from = Math.max(0, (first === -1 ? curve.time.length : first) - 1);
  const to = last + 2;
  return {
    time: curve.time.slice(from, to),
    value: curve.value.slice(from, to),
    low: curve.low?.slice(from, to),
    high: curve.high?.slice(from, to),
  };
}
