import { useState } from "react";

import { ApiError } from "@/api/client";
import { common } from "@/i18n/common";
import { useTexts } from "@/i18n/language";

import type { TableFormat } from "./files";
import { exploreTexts } from "./texts";

export interface ToolbarProps {
  isTable: boolean;
  hasCurves: boolean;
  onZoom: (into: boolean) => void;
  onMove: (direction: -1 | 1) => void;
  onReset: () => void;
  onTable: () => void;
  /** Saves the tables of what is shown; returns the names of the files. */
  onTables: (format: TableFormat) => Promise<readonly string[]>;
  onPicture: () => Promise<readonly string[]>;
}

/** All that a drag does, as buttons; the table; the files; the link. */
export function Toolbar({ isTable, hasCurves, onZoom, onMove, onReset, onTable, onTables, onPicture }: ToolbarProps) {
  const texts = useTexts(exploreTexts);
  const said = useTexts(common);
  const [news, setNews] = useState<{ text: string; isBad: boolean } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const save = (saving: Promise<readonly string[]>): void => {
    setBusy(true);
    setNews({ text: texts.saving, isBad: false });
    saving
      .then((names) => setNews({ text: texts.saved(names.join(", ")), isBad: false }))
      .catch((error: unknown) => setNews({ text: texts.notSaved(whyOf(error, said.away)), isBad: true }))
      .finally(() => setBusy(false));
  };
  const copy = (): void => {
    navigator.clipboard
      .writeText(window.location.href)
      .then(() => setNews({ text: texts.copied, isBad: false }))
      // Without the right to the clipboard the address bar still has the link.
      .catch(() => setNews({ text: window.location.href, isBad: false }));
  };
  const barred = isBusy || !hasCurves;
  return (
    <div className="explore-toolbar">
      <div className="segments" role="group" aria-label={texts.range}>
        <Tool name={texts.earlier} sign="‹" onClick={() => onMove(-1)} />
        <Tool name={texts.zoomOut} sign="−" onClick={() => onZoom(false)} />
        <Tool name={texts.zoomIn} sign="+" onClick={() => onZoom(true)} />
        <Tool name={texts.later} sign="›" onClick={() => onMove(1)} />
      </div>
      <button type="button" className="button quiet" onClick={onReset}>
        {texts.reset}
      </button>
      <button type="button" className="button quiet" onClick={onTable}>
        {isTable ? texts.charts : texts.table}
      </button>
      <div className="segments" role="group" aria-label={texts.save}>
        <button type="button" disabled={barred} onClick={() => save(onTables("csv"))}>
          CSV
        </button>
        <button type="button" disabled={barred} onClick={() => save(onTables("parquet"))}>
          Parquet
        </button>
        <button type="button" disabled={barred || isTable} onClick={() => save(onPicture())}>
          PNG
        </button>
      </div>
      <button type="button" className="button quiet" onClick={copy}>
        {texts.link}
      </button>
      <p role="status" className={news?.isBad ? "bad" : "muted"}>
        {news?.text}
      </p>
    </div>
  );
}

function Tool({ name, sign, onClick }: { name: string; sign: string; onClick: () => void }) {
  return (
    <button type="button" aria-label={name} title={name} onClick={onClick}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

function whyOf(error: unknown, away: string): string {
  if (error instanceof ApiError) {
    const { problem } = error;
    return problem === null ? (error.status === 0 ? away : error.message) : `${problem.detail} ${problem.remedy ?? ""}`;
  }
  return error instanceof Error ? error.message : String(error);
}
