import { formatNumber, formatValue, digitsOf, locale } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import { momentText, spanText } from "./labels";
import type { Panel, PanelCurve } from "./model";
import { Swatch } from "./Swatch";
import { chartTexts } from "./texts";

export interface CursorState {
  /** Below the pointer, epoch milliseconds. */
  readonly time: number;
  /** By curve: which of its own samples is meant; null: none, as in a gap. */
  readonly times: readonly (number | null)[];
  /** The curve that the keyboard moves along. */
  readonly focused: number | null;
}

/** The row that reads the curves at the cursor or, without one, at their newest sample: always there, so nothing jumps. */
export function Readout({ panel, cursor }: { panel: Panel; cursor: CursorState | null }) {
  const language = useLanguage();
  const texts = useTexts(chartTexts);
  const now = panel.curves.filter((curve) => !curve.isComparison);
  const newest = Math.max(...now.map((curve) => lastTime(curve) ?? -Infinity));
  const time = cursor?.times.find((one) => one !== null) ?? cursor?.time ?? newest;
  const moment = Number.isFinite(time) ? momentText(time, panel.zone, locale(language)) : "";
  return (
    <div className="chart-readout">
      <span className="chart-readout-time">{cursor === null && moment !== "" ? `${texts.latest} ${moment}` : moment}</span>
      <ul>
        {panel.curves.map((curve, index) => (
          <li key={curve.key} className={cursor?.focused === index ? "is-focused" : undefined}>
            <Swatch slot={curve.slot} isDashed={curve.isComparison} />
            <span>{curve.name}</span>
            <Value panel={panel} curve={curve} time={cursor === null ? lastTime(curve) : (cursor.times[index] ?? null)} at={cursor?.time ?? null} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Value({ panel, curve, time, at }: { panel: Panel; curve: PanelCurve; time: number | null; at: number | null }) {
  const texts = useTexts(chartTexts);
  const text = useReading(panel, curve, time, at === null ? 0 : 1);
  const language = useLanguage();
  if (text === null) {
    const gap = curve.gaps.find(({ start, stop }) => at !== null && start < at && at < stop);
    return (
      <span className="chart-readout-none">
        {gap === undefined ? "–" : texts.noData(spanText(gap.start, gap.stop, panel.zone, locale(language)))}
      </span>
    );
  }
  return (
    <strong>
      {text}
      {time !== null && time === panel.unfinished?.start ? ` ${texts.soFar}` : ""}
    </strong>
  );
}

/** A curve's value at one of its times, with its extremes where it has them: `21.42 °C (20.1–22.4)`.
 *  @param more digits than the unit has elsewhere: a cursor reads more exactly. */
function useReading(panel: Panel, curve: PanelCurve, time: number | null, more: number): string | null {
  const language = useLanguage();
  const index = time === null ? -1 : curve.curve.time.indexOf(time);
  const value = curve.curve.value[index] ?? null;
  if (value === null) {
    return null;
  }
  const { whole } = formatValue(value, panel.symbol, language, more);
  const low = curve.curve.low[index] ?? null;
  const high = curve.curve.high[index] ?? null;
  if (low === null || high === null || low === high) {
    return whole;
  }
  const [from, to] = [low, high].map((edge) => formatNumber(edge, digitsOf(panel.symbol, edge), language));
  return `${whole} (${from}–${to})`;
}

function lastTime({ curve }: PanelCurve): number | null {
  const index = curve.value.findLastIndex((value) => value !== null);
  return curve.time[index] ?? null;
}
