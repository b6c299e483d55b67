/** The curves as a table: a row a time, a column a curve. */

import type { Panel, PanelCurve } from "@/charts/model";

export interface Column {
  readonly curve: PanelCurve;
  readonly symbol: string;
}

export interface Row {
  readonly time: number;
  /** By column; undefined: the curve has no reading at this time. */
  readonly values: readonly (number | undefined)[];
}

export function columnsOf(panels: readonly Panel[]): Column[] {
  return panels.flatMap((panel) => panel.curves.map((curve) => ({ curve, symbol: panel.symbol })));
}

/** Newest first, and only what lies in the range. */
export function rowsOf(panels: readonly Panel[]): Row[] {
  const columns = columnsOf(panels);
  const rows = new Map<number, (number | undefined)[]>();
  columns.forEach(({ curve }, column) => {
    curve.curve.time.forEach((time, index) => {
      const value = curve.curve.value[index];
      if (typeof value !== "number" || !isShown(panels, time)) {
        return;
      }
      const row = rows.get(time) ?? new Array<number | undefined>(columns.length).fill(undefined);
      row[column] = value;
      rows.set(time, row);
    });
  });
  return [...rows].map(([time, values]) => ({ time, values })).sort((a, b) => b.time - a.time);
}

function isShown([panel]: readonly Panel[], time: number): boolean {
  return panel !== undefined && time >= panel.range.start && time < panel.range.stop;
}
