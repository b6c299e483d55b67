import "./panels.css";

import { type CSSProperties } from "react";

import type { Command } from "@/charts/keys";
import { momentText, spanText } from "@/charts/labels";
import type { Panel } from "@/charts/model";
import { TimeChart } from "@/charts/TimeChart";
import { locale } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import { noteOf } from "./notes";
import { panelKey } from "./panels";
import type { Plan } from "./plans";
import { exploreTexts } from "./texts";
import type { Asked } from "./view";

export interface PanelsProps {
  panels: readonly Panel[];
  /** Charts of one group move their cursors together. */
  sync: string;
  plans: readonly Plan[];
  isOther: boolean;
  isCompared: boolean;
  /** Whether there is room for names at the ends of the lines. */
  isWide: boolean;
  onSelect: (start: number, stop: number) => void;
  onCommand: (command: Command) => void;
  onRange: (range: Asked) => void;
}

/** One panel a unit, their cursors together. */
export function Panels({ panels, sync, plans, isOther, isCompared, isWide, onSelect, onCommand, onRange }: PanelsProps) {
  const texts = useTexts(exploreTexts);
  const names = panels.flatMap(({ curves }) => curves.filter(({ isComparison }) => !isComparison).map(({ name }) => name.length));
  const longest = Math.max(0, ...names);
  return (
    <div className="panels" style={{ "--panels": panels.length } as CSSProperties}>
      {panels.map((panel) => {
        const mine = plans.filter(({ entry }) => panelKey(entry) === panel.key);
        return (
          <div key={panel.key} className="card">
            <TimeChart
              panel={panel}
              sync={sync}
              isOther={isOther}
              note={noteOf(mine, panel.unfinished !== null, isCompared, texts)}
              endLabels={isWide ? longest : 0}
              onSelect={onSelect}
              onCommand={onCommand}
            />
            {!isOther && <Empty panel={panel} plans={mine} onRange={onRange} />}
          </div>
        );
      })}
    </div>
  );
}

/** Where a range has no reading at all, it is said where the last one is. */
function Empty({ panel, plans, onRange }: { panel: Panel; plans: readonly Plan[]; onRange: (range: Asked) => void }) {
  const texts = useTexts(exploreTexts);
  const language = useLanguage();
  if (panel.curves.some(({ curve }) => curve.time.some((time) => time >= panel.range.start && time < panel.range.stop))) {
    return null;
  }
  const { range, zone } = panel;
  const before = plans.map(({ entry }) => entry.last).filter((last) => last < range.start);
  const last = before.length > 0 ? Math.max(...before) : null;
  const length = range.stop - range.start;
  return (
    <p className="panel-empty strip" role="status">
      {texts.empty(spanText(range.start, range.stop, zone, locale(language)))}
      {last !== null && (
        <>
          {" "}
          {texts.lastReading(momentText(last, zone, locale(language)))}
          <button type="button" className="button quiet" onClick={() => onRange({ start: last - length * 0.9, stop: last + length * 0.1 })}>
            {texts.goThere}
          </button>
        </>
      )}
    </p>
  );
}
