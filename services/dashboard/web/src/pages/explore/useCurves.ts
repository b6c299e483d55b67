/** The curves of a view: lines first, then their bands and the week before, then what comes live. */

import { useMemo } from "react";

import { useAsk, type Asked } from "@/api/query";
import { addDays } from "@/format/zones";

import type { Entry } from "./catalogue";
import { fetchCurves, shifted, withBands, type Curves, type Span } from "./curves";
import type { Plan } from "./plans";

const WEEK = 7;

export interface Question {
  readonly plans: readonly Plan[];
  readonly all: readonly Entry[];
  readonly span: Span;
  readonly zone: string;
  readonly isCompared: boolean;
}

export interface Answered {
  readonly asked: Asked<{ key: string; curves: Curves }>;
  /** Undefined until there is an answer to any question. */
  readonly curves: Curves | undefined;
  readonly before: Curves | null;
}

/** What tells one question from another. */
export function keyOf({ plans, span }: Pick<Question, "plans" | "span">): string {
  return JSON.stringify([plans.map(({ entry, every, aggregate }) => [entry.path, every, aggregate]), span]);
}

export function useCurves({ plans, all, span, zone, isCompared }: Question): Answered {
  const key = plans.length === 0 ? null : keyOf({ plans, span });
  const asked = useAsk(["curves", key], async (signal) => ({
    key: key ?? "",
    curves: await fetchCurves(plans, all, span, signal),
  }));
  // What is looked at first is asked first.
  const isHere = asked.data?.key === key;
  const banded = plans.filter(({ hasBand }) => hasBand);
  const bands = useAsk(["bands", isHere && banded.length > 0 ? key : null], async (signal) => {
    const [low, high] = await Promise.all([
      fetchCurves(banded, all, span, signal, "min"),
      fetchCurves(banded, all, span, signal, "max"),
    ]);
    return { key: key ?? "", low, high };
  });
  const compared = useAsk(["before", isHere && isCompared ? key : null], async (signal) => {
    const back = (time: number): number => addDays(zone, time, -WEEK);
    const earlier = { start: back(span.start), stop: back(span.stop ?? Date.now()) };
    return { key: key ?? "", curves: await fetchCurves(plans, all, earlier, signal) };
  });
  const { data } = asked;
  const edges = bands.data?.key === data?.key ? bands.data : undefined;
  const curves = useMemo(
    () => data && (edges === undefined ? data.curves : withBands(data.curves, edges.low, edges.high)),
    [data, edges],
  );
  const other = isCompared && compared.data?.key === key ? compared.data.curves : null;
  const before = useMemo(
    () => other && new Map([...other].map(([path, curve]) => [path, shifted(curve, zone, WEEK)])),
    [other, zone],
  );
  return { asked, curves, before };
}
