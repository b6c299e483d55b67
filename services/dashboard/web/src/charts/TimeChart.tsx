import "uplot/dist/uPlot.min.css";
import "./charts.css";

import { useCallback, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import type uPlot from "uplot";

import { locale } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import { Caption } from "./Caption";
import { lineOf } from "./columns";
import { commandOf, stepIndex, type Command } from "./keys";
import { briefSpanText } from "./labels";
import type { Panel } from "./model";
import { Readout, type CursorState } from "./Readout";
import { chartTexts } from "./texts";
import { useTokens } from "./tokens";
import { moveCursor, usePlot } from "./usePlot";

const SPOKEN_AFTER_MS = 300;

export interface TimeChartProps {
  panel: Panel;
  /** Charts of one group move their cursors together. */
  sync: string;
  /** Another question is being asked; what is shown answers the one before. */
  isOther?: boolean;
  /** What the caption says beside the numbers: how the curve was made. */
  note?: string;
  /** Room for names at the ends of the lines, in characters: the same for panels that stand below each other. */
  endLabels?: number;
  onSelect: (start: number, stop: number) => void;
  /** Zoom, reset, table and leave; moving the cursor is the chart's own business. */
  onCommand: (command: Command) => void;
}

/** Curves over time: a figure with a fixed row of values, a caption in words, and keys for all that a pointer can do. */
export function TimeChart({ panel, sync, isOther = false, note, endLabels = 0, onSelect, onCommand }: TimeChartProps) {
  const language = useLanguage();
  const texts = useTexts(chartTexts);
  const tokens = useTokens();
  const host = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<CursorState | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const title = useId();
  const keys = useId();

  const onCursor = useCallback(
    (time: number | null, times: readonly (number | null)[]) =>
      setCursor(time === null ? null : { time, times, focused: null }),
    [],
  );
  const plot = usePlot(
    host,
    {
      panel,
      tokens,
      language,
      gapText: (start, stop) => texts.noData(briefSpanText(start, stop, panel.zone, locale(language))),
      endLabels,
      onSelect,
      onReset: () => onCommand({ kind: "reset" }),
      onCursor,
    },
    sync,
  );

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const command = commandOf(event);
    if (command === null || plot.current === null) {
      return;
    }
    event.preventDefault();
    if (command.kind === "series") {
      const count = panel.curves.length;
      setFocused(((focused ?? (command.by > 0 ? -1 : 0)) + command.by + count) % count);
    } else if (command.kind === "move" || command.kind === "end") {
      walk(plot.current, focused ?? 0, cursor, command, sync);
    } else if (command.kind === "leave" && cursor !== null) {
      moveCursor(plot.current, null, sync);
    } else {
      onCommand(command);
    }
  };

  const shown = cursor === null ? null : { ...cursor, focused };
  return (
    <figure className={isOther ? "chart is-other" : "chart"} aria-labelledby={title}>
      <h3 id={title}>
        {panel.title} {panel.symbol !== "" && <span className="chart-unit">{panel.symbol}</span>}
      </h3>
      <Readout panel={panel} cursor={shown} />
      <div
        ref={host}
        className="chart-plot"
        role="application"
        aria-roledescription={texts.chart}
        aria-labelledby={title}
        aria-describedby={keys}
        tabIndex={0}
        onKeyDown={onKeyDown}
      />
      <p id={keys} className="hidden">
        {texts.keys}
      </p>
      <Spoken panel={panel} cursor={shown} />
      <Caption panel={panel} note={note} />
    </figure>
  );
}

/** Moves the cursor along the samples of one curve. */
function walk(plot: uPlot, curve: number, cursor: CursorState | null, command: Command, sync: string): void {
  const values = plot.data[lineOf(curve)] ?? [];
  const times = plot.data[0];
  const here = cursor?.times[curve] ?? null;
  const from = here === null ? null : Array.prototype.indexOf.call(times, here);
  const by = command.kind === "move" ? command.by : 0;
  const index =
    command.kind === "end"
      ? stepIndex(values, null, command.at === "first" ? 1 : -1)
      : stepIndex(values, from, from === null && by < 0 ? -1 : from === null ? 1 : by);
  const time = index === null ? undefined : times[index];
  if (time !== undefined) {
    moveCursor(plot, plot.valToPos(time, "x"), sync);
  }
}

/** What the readout says, spoken when the cursor has rested for a moment. */
function Spoken({ panel, cursor }: { panel: Panel; cursor: CursorState | null }) {
  const [resting, setResting] = useState<CursorState | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setResting(cursor), SPOKEN_AFTER_MS);
    return () => clearTimeout(timer);
    // The object is made anew each time it is drawn; its time says whether it moved.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cursor?.time, cursor?.focused]);
  return (
    <div className="hidden" aria-live="polite">
      {resting !== null && <Readout panel={panel} cursor={resting} />}
    </div>
  );
}
