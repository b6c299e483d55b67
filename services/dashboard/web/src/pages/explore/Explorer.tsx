import { useCallback, useMemo, useRef } from "react";

import { useNow } from "@/api/query";
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
import { grown } from "./curves";
import { fileName, saveBlob, saveTable, tablesOf, type TableFormat } from "./files";
import { Panels } from "./Panels";
import { panelsOf } from "./panels";
import { Picker } from "./Picker";
import { pictureOf } from "./picture";
import { plansOf } from "./plans";
import { RangeControls } from "./RangeControls";
import { moved, rangeOf, spanOf, zoomed } from "./ranges";
import { ReadingsTable } from "./ReadingsTable";
import { Sheet } from "./Sheet";
import { exploreTexts } from "./texts";
import { Toolbar } from "./Toolbar";
import { keyOf, useCurves } from "./useCurves";
import { useIntervals } from "./useIntervals";
import { useIsWide, usePoints } from "./useScreen";
import { useTail } from "./useTail";
import type { Views } from "./useView";
import { FIRST_VIEW, SPANS } from "./view";
import { longestOf } from "./windows";
import { Waiting } from "./Waiting";

/** So many steps of the clock move a view of the last hours by its width. */
const TICKS = 2000;
const [FASTEST_TICK_MS, SLOWEST_TICK_MS] = [1_000, 60_000];

/** Choice, range, charts and files of one view. */
export function Explorer({ entries, chosen, views }: { entries: readonly Entry[]; chosen: readonly Chosen[]; views: Views }) {
  const texts = useTexts(exploreTexts);
  const language = useLanguage();
  const tokens = useTokens();
  const charts = useRef<HTMLDivElement>(null);
  const { view, change, enter, leave } = views;
  const isFollowing = "last" in view.range;
  const clock = useNow(tickOf(view.range));
  const zone = chosen[0]?.entry.zone ?? "UTC";

  const points = usePoints();
  const isWide = useIsWide();
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
  const tail = useTail(keyOf({ plans, span }), asked.fetchedAt, plans, entries, isFollowing);
  const curves = useMemo(() => fetched && grown(fetched, tail.readings, tail.windows), [fetched, tail.readings, tail.windows]);

  // A reading that came after the clock's last step is within the view all the same.
  const newest = Math.max(...[...tail.readings.values()].map((curve) => curve.time.at(-1) ?? 0));
  const now = Math.max(clock, newest + 1);
  const { start, stop } = rangeOf(view.range, now);
  const panels = useMemo(
    () =>
      curves === undefined
        ? []
        : panelsOf({ plans, curves, before, range: { start, stop }, zone, now, beforeName: texts.before, intervals }),
    [plans, curves, before, start, stop, zone, now, texts, intervals],
  );

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
        {!isFollowing && tail.count > 0 && (
          <button type="button" className="chip info" title={texts.freshHint} onClick={() => change({ range: FIRST_VIEW.range })}>
            {texts.fresh(tail.count)}
          </button>
        )}
      </p>
      {chosen.length === 0 && (
        <section className="notice">
          <h2>{texts.nothingPicked}</h2>
          <p>{texts.nothingPickedHint}</p>
        </section>
      )}
      {chosen.length > 0 && curves === undefined && asked.error === null && <Waiting />}
      {view.isTable ? (
        <ReadingsTable panels={panels} zone={zone} />
      ) : (
        <div ref={charts}>
          <Panels
            panels={panels}
            plans={plans}
            isOther={asked.isOther}
            isCompared={before !== null}
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

function tickOf(range: Views["view"]["range"]): number {
  const step = "last" in range ? SPANS[range.last] / TICKS : SLOWEST_TICK_MS;
  return Math.min(Math.max(step, FASTEST_TICK_MS), SLOWEST_TICK_MS);
}

/** The address holds whole seconds. */
function wholeSeconds(from: number, to: number): { start: number; stop: number } {
  return { start: Math.floor(from / 1000) * 1000, stop: Math.ceil(to / 1000) * 1000 };
}
