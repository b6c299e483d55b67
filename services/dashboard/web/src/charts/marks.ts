/** What is drawn beside the curves: gaps in words, the window that is still filling, names at the ends of lines. */

import uPlot from "uplot";

import { lineOf } from "./columns";
import { spread } from "./endlabels";
import type { Gap } from "./gaps";
import { BAR_SHARE, type Shown } from "./plot";

/** Height of an end label in heights of axis text. */
const LINE_HEIGHT = 1.3;

export function drawMarks(u: uPlot, shown: Shown): void {
  u.ctx.save();
  drawGaps(u, shown);
  drawUnfinished(u, shown);
  if (shown.endLabels > 0) {
    drawEndLabels(u, shown);
  }
  u.ctx.restore();
}

/** Where all curves are silent it is said so, if there is room. */
function drawGaps(u: uPlot, shown: Shown): void {
  const { ctx, bbox } = u;
  const { tokens, panel } = shown;
  ctx.font = fontOf(shown);
  ctx.fillStyle = tokens.muted;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const now = panel.curves.filter((curve) => !curve.isComparison);
  for (const gap of commonGaps(now.map((curve) => curve.gaps))) {
    const left = Math.max(u.valToPos(gap.start, "x", true), bbox.left);
    const right = Math.min(u.valToPos(gap.stop, "x", true), bbox.left + bbox.width);
    const text = shown.gapText(gap.start, gap.stop);
    if (ctx.measureText(text).width + 2 * tokens.axisSize * uPlot.pxRatio < right - left) {
      ctx.fillText(text, (left + right) / 2, bbox.top + bbox.height / 2);
    }
  }
}

/** The gaps that all curves share. */
function commonGaps(gaps: readonly (readonly Gap[])[]): Gap[] {
  const [first, ...others] = gaps;
  let found: Gap[] = [...(first ?? [])];
  for (const other of others) {
    found = found.flatMap((one) =>
      other
        .map((two) => ({ start: Math.max(one.start, two.start), stop: Math.min(one.stop, two.stop) }))
        .filter(({ start, stop }) => start < stop),
    );
  }
  return found;
}

/** What may still change is hollow: a dot for a line, a frame for a bar. */
function drawUnfinished(u: uPlot, { panel, tokens }: Shown): void {
  const { unfinished } = panel;
  if (unfinished === null) {
    return;
  }
  const { ctx } = u;
  const at = u.data[0].indexOf(unfinished.start);
  const left = u.valToPos(unfinished.start, "x", true);
  ctx.fillStyle = tokens.card;
  panel.curves.forEach((curve, index) => {
    const value = u.data[lineOf(index)]?.[at];
    if (typeof value !== "number" || curve.isComparison) {
      return;
    }
    const top = u.valToPos(value, "y", true);
    const line = 2 * uPlot.pxRatio;
    if (curve.shape === "bar") {
      const right = Math.min(left + BAR_SHARE * (u.valToPos(unfinished.stop, "x", true) - left), u.bbox.left + u.bbox.width);
      const foot = u.valToPos(0, "y", true);
      ctx.fillRect(left + line, top + line, right - left - 2 * line, Math.max(foot - top - 2 * line, 0));
      return;
    }
    ctx.beginPath();
    ctx.arc(left, top, 2 * line, 0, 2 * Math.PI);
    ctx.fill();
    ctx.lineWidth = line;
    ctx.strokeStyle = tokens.series[curve.slot];
    ctx.stroke();
  });
}

function drawEndLabels(u: uPlot, shown: Shown): void {
  const { ctx, bbox } = u;
  const { panel, tokens } = shown;
  const ends = panel.curves.flatMap((curve) => {
    const value = curve.curve.value.findLast((one) => one !== null);
    return curve.isComparison || typeof value !== "number" ? [] : [{ curve, top: u.valToPos(value, "y", true) }];
  });
  const height = tokens.axisSize * LINE_HEIGHT * uPlot.pxRatio;
  const tops = spread(
    ends.map(({ top }) => top),
    height,
    bbox.top + height / 2,
    bbox.top + bbox.height - height / 2,
  );
  ctx.font = fontOf(shown);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const left = bbox.left + bbox.width + tokens.axisSize * 0.6 * uPlot.pxRatio;
  const swatch = tokens.axisSize * 0.6 * uPlot.pxRatio;
  ends.forEach(({ curve }, index) => {
    const top = tops[index] ?? 0;
    ctx.fillStyle = tokens.series[curve.slot];
    ctx.fillRect(left, top - swatch / 2, swatch, swatch);
    ctx.fillStyle = tokens.text;
    ctx.fillText(curve.name, left + swatch * 1.6, top);
  });
}

function fontOf({ tokens }: Shown): string {
  return `${tokens.axisSize * uPlot.pxRatio}px ${tokens.font}`;
}
