/** A uPlot for a panel: made once for its set of curves, and fed with new data after that. */

import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import uPlot from "uplot";

import { columnsOf } from "./columns";
import { plotOptions, type Shown } from "./plot";

/** @param host where it stands; its size is the plot's.
 *  @param sync the name of the group whose cursors go together. */
export function usePlot(host: RefObject<HTMLDivElement | null>, shown: Shown, sync: string): RefObject<uPlot | null> {
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(shown);
  const { panel, tokens, language, endLabels } = shown;
  // What uPlot cannot change in a living plot: its series and the font of its axes.
  const structure = JSON.stringify([
    sync,
    tokens.axisSize,
    panel.curves.map((curve) => [curve.key, curve.shape, curve.isComparison]),
  ]);
  useLayoutEffect(() => {
    latest.current = shown;
  });
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) {
      return undefined;
    }
    const made = new uPlot(
      plotOptions(() => latest.current, sizeOf(element), sync),
      columnsOf(latest.current.panel.curves.map(({ curve }) => curve)),
      element,
    );
    plot.current = made;
    const stopTouch = followFinger(made, sync);
    const observer = new ResizeObserver(() => {
      made.setSize(sizeOf(element));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      stopTouch();
      made.destroy();
      plot.current = null;
    };
  }, [host, structure, sync]);
  useEffect(() => {
    plot.current?.setData(columnsOf(panel.curves.map(({ curve }) => curve)));
  }, [panel, structure]);
  useEffect(() => {
    plot.current?.redraw(false, true);
  }, [tokens, language, endLabels, structure]);
  return plot;
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: Math.max(element.clientWidth, 1), height: Math.max(element.clientHeight, 1) };
}

/** A finger moves the cursor sideways; up and down it scrolls the page (`touch-action` in the styles). */
function followFinger(plot: uPlot, sync: string): () => void {
  const follow = (event: PointerEvent): void => {
    if (event.pointerType === "touch") {
      moveCursor(plot, event.clientX - plot.over.getBoundingClientRect().left, sync);
    }
  };
  plot.over.addEventListener("pointerdown", follow);
  plot.over.addEventListener("pointermove", follow);
  return () => {
    plot.over.removeEventListener("pointerdown", follow);
    plot.over.removeEventListener("pointermove", follow);
  };
}

/** Moves the cursors of all plots of a group to a place in one of them; null takes them away. */
export function moveCursor(plot: uPlot, left: number | null, sync: string): void {
  const { clientWidth: width, clientHeight: height } = plot.over;
  const top = left === null ? -10 : height / 2;
  plot.setCursor({ left: left ?? -10, top });
  uPlot.sync(sync).pub(left === null ? "mouseleave" : "mousemove", plot, left ?? -10, top, width, height, plot.cursor.idx ?? 0);
}
