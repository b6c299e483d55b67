/** A panel as uPlot's options; what may change without a new plot is read when it is drawn. */

import uPlot from "uplot";

import { formatNumber, locale } from "@/format/numbers";
import type { Language } from "@/i18n/language";

import { COLUMNS_PER_CURVE, curveOf, lineOf, nearest } from "./columns";
import { loneSamples } from "./gaps";
import { tickLabels } from "./labels";
import { drawMarks } from "./marks";
import type { Panel, PanelCurve, Shape } from "./model";
import { axisOf, axisSplits, digitsOf, leastSpan, roundStep } from "./scale";
import { splitsOf, stepFor } from "./splits";
import { bandColour, type Tokens } from "./tokens";

const TICK_WIDTH = 7.5;
/** Also where there is little room: one tick tells no scale. */
const FEWEST_TICKS = 3;
const TICK_HEIGHT = 3.2;
const DASH = [6, 4];
const LEAST_DRAG = 5;
/** How much of its window a bar fills. */
export const BAR_SHARE = 0.8;
/** Room for the longest ticks that units have, so that panels below each other share their left edge. */
const Y_CHARACTERS = 5;

/** What a plot reads when it draws. */
export interface Shown {
  panel: Panel;
  tokens: Tokens;
  language: Language;
  /** What stands in the middle of a gap, where there is room for it. */
  gapText: (start: number, stop: number) => string;
  /** Room for names at the ends of the lines, in characters; 0: they stand elsewhere. */
  endLabels: number;
  onSelect: (start: number, stop: number) => void;
  onReset: () => void;
  /** The time below the cursor, and by curve that of the sample that is meant; null: none. */
  onCursor: (time: number | null, times: readonly (number | null)[]) => void;
}

export function plotOptions(shown: () => Shown, size: { width: number; height: number }, sync: string): uPlot.Options {
  const { panel, tokens } = shown();
  const font = `${tokens.axisSize}px ${tokens.font}`;
  const axis = { font, stroke: () => shown().tokens.muted, ticks: { show: false } };
  const gridLines = { stroke: () => shown().tokens.grid, width: 1 };
  return {
    ...size,
    ms: 1,
    legend: { show: false },
    padding: [tokens.axisSize, () => endWidth(shown()), 0, 0],
    scales: {
      x: {
        time: false,
        range: () => {
          const { start, stop } = shown().panel.range;
          return [start, stop];
        },
      },
      y: { range: (u, low, high) => yRange(u, low, high, shown()) },
    },
    axes: [
      {
        ...axis,
        size: tokens.axisSize * 3.4,
        lineGap: 1.3,
        grid: gridLines,
        splits: (u, _axis, min, max) => splitsOf(shown().panel.zone, min, max, xStep(u, min, max, shown())),
        values: (u, splits) => xLabels(u, splits, shown()),
      },
      {
        ...axis,
        size: (_u, values) => ySize(values, shown().tokens),
        grid: gridLines,
        splits: (u, _axis, min, max) => axisSplits({ min, max, step: roundStep((max - min) / yTicks(u, shown())) }),
        values: (_u, splits) => {
          const step = (splits[1] ?? 1) - (splits[0] ?? 0);
          return splits.map((split) => formatNumber(split, digitsOf(step), shown().language));
        },
      },
    ],
    series: [{}, ...panel.curves.flatMap((curve, index) => curveSeries(curve, index, shown))],
    bands: panel.curves.map((_, index) => ({
      series: [lineOf(index) + 2, lineOf(index) + 1],
      fill: () => bandColour(colourOf(shown(), index)),
    })),
    cursor: cursorOptions(shown, sync),
    hooks: {
      setSelect: [(u) => select(u, shown())],
      setCursor: [(u) => report(u, shown())],
      draw: [(u) => drawMarks(u, shown())],
    },
  };
}

/** Room for the names at the ends of the lines. */
function endWidth({ endLabels, tokens }: Shown): number {
  return tokens.axisSize * (endLabels > 0 ? 2 + 0.52 * endLabels : 1.5);
}

function colourOf({ panel, tokens }: Shown, curve: number): string {
  return tokens.series[panel.curves[curve]?.slot ?? 1];
}

function curveSeries(curve: PanelCurve, index: number, shown: () => Shown): uPlot.Series[] {
  const stroke = (): string => colourOf(shown(), index);
  const paths = pathsOf(curve.shape);
  const line: uPlot.Series = {
    stroke,
    width: 2,
    points: { show: true, size: 5, stroke, fill: stroke, filter: (u, series) => lone(u, series) },
    ...(paths === undefined ? {} : { paths }),
    ...(curve.shape === "bar" ? { fill: stroke } : {}),
    ...(curve.isComparison ? { dash: DASH, width: 1.5 } : {}),
  };
  const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
  return [line, edge, { ...edge }];
}

function pathsOf(shape: Shape): uPlot.Series.PathBuilder | undefined {
  if (shape === "bar") {
    return uPlot.paths.bars?.({ size: [BAR_SHARE, 80], align: 1 });
  }
  return shape === "step" ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
}

/** Only what no line reaches gets a dot; all dots together would hide the line. */
function lone(u: uPlot, series: number): number[] {
  return loneSamples(u.data[series] as (number | null | undefined)[]);
}

function xStep(u: uPlot, min: number, max: number, { tokens }: Shown): ReturnType<typeof stepFor> {
  const width = u.bbox.width / uPlot.pxRatio;
  return stepFor(min, max, Math.max(FEWEST_TICKS, Math.floor(width / (tokens.axisSize * TICK_WIDTH))));
}

function xLabels(u: uPlot, splits: number[], shown: Shown): string[] {
  const { min = 0, max = 1 } = u.scales.x ?? {};
  return tickLabels(splits, xStep(u, min, max, shown), shown.panel.zone, locale(shown.language));
}

function yTicks(u: uPlot, { tokens }: Shown): number {
  return Math.max(2, Math.floor(u.height / (tokens.axisSize * TICK_HEIGHT)));
}

function yRange(u: uPlot, low: number | null, high: number | null, shown: Shown): [number, number] {
  const isBar = shown.panel.curves.some((curve) => curve.shape === "bar");
  const span = leastSpan(shown.panel.unit);
  // Without a single reading the axes stand all the same.
  const { min, max } = axisOf(low ?? 0, high ?? low ?? 1, yTicks(u, shown), span, isBar);
  return [min, max];
}

function ySize(values: string[] | null, tokens: Tokens): number {
  const longest = Math.max(Y_CHARACTERS, ...(values ?? []).map((value) => value.length));
  return Math.ceil(longest * tokens.axisSize * 0.62 + tokens.axisSize * 1.2);
}

function cursorOptions(shown: () => Shown, sync: string): uPlot.Cursor {
  const follows = (type: string): boolean => type === "mousemove" || type === "mouseleave";
  return {
    y: false,
    drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
    sync: { key: sync, scales: ["x", null], setSeries: false, filters: { pub: follows, sub: follows } },
    dataIdx: (u, series, _closest, time) => indexAt(u, series, time, shown()),
    bind: {
      dblclick: () => () => {
        shown().onReset();
        return null;
      },
    },
    points: {
      show: (u, series) => pointOf(u, series),
      size: 9,
      width: 2,
      stroke: (_u, series) => colourOf(shown(), curveOf(series)),
      fill: () => shown().tokens.card,
    },
  };
}

/** The cursor's dots stand on lines, not on the edges of bands. */
function pointOf(u: uPlot, series: number): HTMLElement {
  const point = document.createElement("div");
  point.className = (series - 1) % COLUMNS_PER_CURVE === 0 ? "u-cursor-pt" : "u-cursor-pt chart-no-point";
  u.over.append(point);
  return point;
}

/** The sample nearest to a time; within a gap there is none. */
function indexAt(u: uPlot, series: number, time: number, { panel }: Shown): number | null {
  const curve = panel.curves[curveOf(series)];
  const values = u.data[series];
  if (series === 0 || curve === undefined || values === undefined) {
    return null;
  }
  if (curve.gaps.some((gap) => gap.start < time && time < gap.stop)) {
    return null;
  }
  return nearest(u.data[0], values, time);
}

function select(u: uPlot, { onSelect }: Shown): void {
  const { left, width } = u.select;
  if (width >= LEAST_DRAG) {
    onSelect(Math.round(u.posToVal(left, "x")), Math.round(u.posToVal(left + width, "x")));
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
}

function report(u: uPlot, { panel, onCursor }: Shown): void {
  const { left = -1, idxs = [] } = u.cursor;
  if (left < 0) {
    onCursor(null, []);
    return;
  }
  const time = u.posToVal(left, "x");
  onCursor(
    time,
    panel.curves.map((_, index) => {
      const at = idxs[lineOf(index)] ?? null;
      return at === null ? null : (u.data[0][at] ?? null);
    }),
  );
}
