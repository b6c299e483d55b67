import { useCallback, useMemo, useRef } from "react";

import type { LiveFilter } from "@/api/live";
import type { Command } from "@/charts/keys";
import { spanText } from "@/charts/labels";
import { useTokens } from "@/charts/tokens";
import { ErrorStrip } from "@/components/ErrorStrip";
import { LiveLost, LiveMark } from "@/components/LiveBar";
import { formatZone } from "@/format/dates";
import { locale } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import type { Entry } from "./catalogue";
import { slotOf, slotsFor, type Chosen } from "./choice";
import { fileName, saveBlob, saveTable, tablesOf, type TableFormat } from "./files";
import { Panels } from "./Panels";
import { Picker } from "./Picker";
import { pictureOf } from "./picture";
import { RangeControls } from "./RangeControls";
import { moved, zoomed } from "./ranges";
import { ReadingsTable } from "./ReadingsTable";
import { Sheet } from "./Sheet";
import { exploreTexts } from "./texts";
import { Toolbar } from "./Toolbar";
import { useCharts } from "./useCharts";
import { useIsWide } from "./useScreen";
import type { Views } from "./useView";
import { FIRST_VIEW } from "./view";
import { Waiting } from "./Waiting";

/** Choice, range, charts and files of one view. */
export function Explorer({ entries, chosen, views }: { entries: readonly Entry[]; chosen: readonly Chosen[]; views: Views }) {
  const texts = useTexts(exploreTexts);
  const language = useLanguage();
  const tokens = useTokens();
  const charts = useRef<HTMLDivElement>(null);
  const { view, change, enter, leave } = views;
  const isFollowing = "last" in view.range;
  const isWide = useIsWide();
  const heard = useMemo(() => (chosen.length === 0 ? null : filterOf(chosen)), [chosen]);
  const { asked, panels: drawn, plans, range, zone, now, isCompared, fresh } = useCharts(entries, chosen, view, heard);
  const { start, stop } = range;
  const panels = drawn ?? [];

  const onToggle = (entry: Entry): void => {
    const isChosen = chosen.some((one) => one.entry.path === entry.path);
    const next = isChosen ? chosen.filter((one) => one.entry.path !== entry.path) : slotsFor([entry], chosen);
    change({ picked: next.map((one) => ({ path: one.entry.path, slot: one.slot })) });
  };
  const onSelect = useCallback((from: number, to: number) => enter(wholeSeconds(from, to)), [enter]);
  const onCommand = (command: Command): void => {
    switch (command.kind) {
      case "zoom":
        enter(zoomed({ start, stop }, command.into, now));
        break;
      case "reset":
        change({ range: FIRST_VIEW.range });
        break;
      case "table":
        change({ isTable: !view.isTable });
        break;
      case "leave":
        leave();
        break;
      default:
        break;
    }
  };
  const onTables = async (format: TableFormat): Promise<readonly string[]> => {
    const files = tablesOf(plans, entries, { start, stop }, format);
    await Promise.all(files.map(saveTable));
    return files.map(({ name }) => name);
  };
  const onPicture = async (): Promise<readonly string[]> => {
    const canvases = [...(charts.current?.querySelectorAll<HTMLCanvasElement>(".chart-plot canvas") ?? [])];
    const name = fileName([...panels.map(({ title }) => title), new Date(start).toISOString().slice(0, 10)], "png");
    const foot = `${spanText(start, stop, zone, locale(language))}, ${zone}`;
    saveBlob(await pictureOf(panels, canvases, tokens, foot), name);
    return [name];
  };

  return (
    <>
      <Picker entries={entries} chosen={chosen} isFull={(entry) => slotOf(entry, chosen) === null} onToggle={onToggle} />
      <Sheet isOpen={isWide}>
        <div className="explore-controls">
          <RangeControls view={view} range={{ start, stop }} zone={zone} onChange={change} />
        </div>
        <Toolbar
          isTable={view.isTable}
          hasCurves={panels.length > 0}
          onZoom={(into) => onCommand({ kind: "zoom", into })}
          onMove={(direction) => enter(moved({ start, stop }, direction, now))}
          onReset={() => onCommand({ kind: "reset" })}
          onTable={() => onCommand({ kind: "table" })}
          onTables={onTables}
          onPicture={onPicture}
        />
      </Sheet>
      <LiveLost zone={zone} />
      <ErrorStrip asked={asked} zone={zone} />
      <p className="explore-where">
        {chosen.length > 0 && <LiveMark />}
        <span>{spanText(start, stop, zone, locale(language))}</span>
        <span className="muted">
          {zone} ({formatZone(zone, stop)})
        </span>
        {new Set(chosen.map(({ entry }) => entry.zone)).size > 1 && <span className="chip warn">{texts.severalZones}</span>}
        {!isFollowing && fresh > 0 && (
          <button type="button" className="chip info" title={texts.freshHint} onClick={() => change({ range: FIRST_VIEW.range })}>
            {texts.fresh(fresh)}
          </button>
        )}
      </p>
      {chosen.length === 0 && (
        <section className="notice">
          <h2>{texts.nothingPicked}</h2>
          <p>{texts.nothingPickedHint}</p>
        </section>
      )}
      {chosen.length > 0 && drawn === undefined && asked.error === null && <Waiting />}
      {view.isTable ? (
        <ReadingsTable panels={panels} zone={zone} />
      ) : (
        <div ref={charts}>
          <Panels
            panels={panels}
            sync="explore"
            plans={plans}
            isOther={asked.isOther}
            isCompared={isCompared}
            isWide={isWide}
            onSelect={onSelect}
            onCommand={onCommand}
            onRange={enter}
          />
        </div>
      )}
    </>
  );
}

function filterOf(chosen: readonly Chosen[]): LiveFilter {
  const all = (of: (entry: Entry) => string): string[] => [...new Set(chosen.map(({ entry }) => of(entry)))].sort();
  return { project: all(({ project }) => project), house: all(({ house }) => house), quantity: all(({ quantity }) => quantity) };
}

/** The address holds whole seconds. */
function wholeSeconds(from: number, to: number): { start: number; stop: number } {
  return { start: Math.floor(from / 1000) * 1000, stop: Math.ceil(to / 1000) * 1000 };
}
