/** The charts on the page as one picture, with what a picture must say by itself: names, units, range and zone. */

import type { Panel } from "@/charts/model";
import type { Tokens } from "@/charts/tokens";

const MARGIN = 16;
const LINE = 1.6;

/** @param canvases of the panels, in their order.
 *  @param foot the last line: range, zone, and how the curves were made. */
export async function pictureOf(
  panels: readonly Panel[],
  canvases: readonly HTMLCanvasElement[],
  tokens: Tokens,
  foot: string,
): Promise<Blob> {
  const scale = window.devicePixelRatio;
  const text = tokens.axisSize * scale;
  const margin = MARGIN * scale;
  const head = 2 * LINE * text;
  const width = Math.max(...canvases.map((canvas) => canvas.width)) + 2 * margin;
  const height = canvases.reduce((sum, canvas) => sum + canvas.height + head + margin, 0) + 2 * margin + LINE * text;
  const picture = document.createElement("canvas");
  picture.width = width;
  picture.height = height;
  const context = picture.getContext("2d");
  if (context === null) {
    throw new Error("This browser has no canvas left.");
  }
  context.fillStyle = tokens.card;
  context.fillRect(0, 0, width, height);
  context.textBaseline = "top";
  let top = margin;
  panels.forEach((panel, index) => {
    const canvas = canvases[index];
    if (canvas === undefined) {
      return;
    }
    drawHead(context, panel, tokens, margin, top, text);
    context.drawImage(canvas, margin, top + head);
    top += head + canvas.height + margin;
  });
  context.font = `${text}px ${tokens.font}`;
  context.fillStyle = tokens.muted;
  context.fillText(foot, margin, top);
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => (blob === null ? reject(new Error("The picture is too large.")) : resolve(blob)), "image/png");
  });
}

/** Title and unit, and below it the names of the curves with their colours. */
function drawHead(context: CanvasRenderingContext2D, panel: Panel, tokens: Tokens, left: number, top: number, text: number): void {
  context.font = `600 ${text}px ${tokens.font}`;
  context.fillStyle = tokens.text;
  context.fillText(`${panel.title} ${panel.symbol}`, left, top);
  context.font = `${text}px ${tokens.font}`;
  let at = left;
  for (const curve of panel.curves) {
    context.fillStyle = tokens.series[curve.slot];
    const y = top + LINE * text;
    context.fillRect(at, y + text * (curve.isComparison ? 0.4 : 0.1), text * 0.8, text * (curve.isComparison ? 0.2 : 0.8));
    context.fillStyle = tokens.text;
    context.fillText(curve.name, at + text * 1.2, y);
    at += text * 2.4 + context.measureText(curve.name).width;
  }
}
