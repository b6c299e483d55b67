/** The panels of a view: asked for, broken at their gaps, and going on live. */

import { useMemo } from "react";

import type { LiveFilter } from "@/api/live";
import { useNow, type Asked } from "@/api/query";
import type { Panel, Range } from "@/charts/model";
import { useTexts } from "@/i18n/language";

import type { Entry } from "./catalogue";
import type { Chosen } from "./choice";
import { grown } from "./curves";
import { panelsOf } from "./panels";
import { plansOf, type Plan } from "./plans";
import { rangeOf, spanOf } from "./ranges";
import { exploreTexts } from "./texts";
import { keyOf, useCurves } from "./useCurves";
import { useIntervals } from "./useIntervals";
import { usePoints } from "./useScreen";
import { useTail } from "./useTail";
import { SPANS, type View } from "./view";
import { longestOf } from "./windows";

/** So many steps of the clock move a view of the last hours by its width. */
const TICKS = 2000;
const [FASTEST_TICK_MS, SLOWEST_TICK_MS] = [1_000, 60_000];

export interface Charts {
  readonly asked: Asked<unknown>;
  /** Undefined until there is an answer to any question. */
  readonly panels: readonly Panel[] | undefined;
  readonly plans: readonly Plan[];
  readonly range: Range;
  /** By which the axes are labelled. */
  readonly zone: string;
  readonly now: number;
  readonly isCompared: boolean;
  /** How many readings came since the curves were fetched. */
  readonly fresh: number;
}

/** @param entries every series there is, so that no request brings others.
 *  @param heard what the page's live stream tells of; null while nothing is to be heard. */
export function useCharts(entries: readonly Entry[], chosen: readonly Chosen[], view: View, heard: LiveFilter | null): Charts {
  const texts = useTexts(exploreTexts);
  const clock = useNow(tickOf(view.range));
  const zone = chosen[0]?.entry.zone ?? "UTC";
  const points = usePoints();
  const asking = rangeOf(view.range, clock);
  const length = asking.stop - asking.start;
  const plans = useMemo(
    () => plansOf(chosen, { resolution: view.resolution, aggregate: view.aggregate }, length, points),
    [chosen, view.resolution, view.aggregate, length, points],
  );
  const every = longestOf(plans.map((plan) => plan.every));
  const span = spanOf(view.range, clock, every, zone);
  const { asked, curves: fetched, before } = useCurves({ plans, all: entries, span, zone, isCompared: view.isCompared });
  const intervals = useIntervals(plans, entries, asking.stop, fetched !== undefined);
  const tail = useTail({ key: keyOf({ plans, span }), fetchedAt: asked.fetchedAt, plans, all: entries, isFollowing: "last" in view.range, heard });
  const curves = useMemo(() => fetched && grown(fetched, tail.readings, tail.windows), [fetched, tail.readings, tail.windows]);

  // A reading that came after the clock's last step is within the view all the same.
  const newest = Math.max(...[...tail.readings.values()].map((curve) => curve.time.at(-1) ?? 0));
  const now = Math.max(clock, newest + 1);
  const { start, stop } = rangeOf(view.range, now);
  const panels = useMemo(
    () => curves && panelsOf({ plans, curves, before, range: { start, stop }, zone, now, beforeName: texts.before, intervals }),
    [plans, curves, before, start, stop, zone, now, texts, intervals],
  );
  return { asked, panels, plans, range: { start, stop }, zone, now, isCompared: before !== null, fresh: tail.count };
}

function tickOf(range: View["range"]): number {
  const step = "last" in range ? SPANS[range.last] / TICKS : SLOWEST_TICK_MS;
  return Math.min(Math.max(step, FASTEST_TICK_MS), SLOWEST_TICK_MS);
}
