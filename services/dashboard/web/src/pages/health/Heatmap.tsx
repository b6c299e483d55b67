import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { dayText } from "@/charts/labels";
import { MISSING_LIMITS, missingShare, missingStep } from "@/charts/missing";
import { formatNumber, formatValue, locale } from "@/format/numbers";
import type { Language } from "@/i18n/language";
import { useLanguage, useTexts } from "@/i18n/language";

import type { Day, DeviceRow } from "./devices";
import { healthTexts, type HealthTexts } from "./texts";

export interface HeatmapProps {
  rows: readonly DeviceRow[];
  placeOf: (row: DeviceRow) => string;
  zoneOf: (row: DeviceRow) => string;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

const MOVES: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The share that is missing, by device and day: a grid that arrow keys walk, with the cell in words above it. */
export function Heatmap({ rows, placeOf, zoneOf }: HeatmapProps) {
  const texts = useTexts(healthTexts);
  const language = useLanguage();
  const grid = useRef<HTMLTableElement>(null);
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 });
  const [isRead, setRead] = useState(false);
  const days = daysOf(rows, zoneOf);
  const here = rows[place.row];
  // Where not all days fit, the newest are what one looks for.
  useEffect(() => {
    grid.current?.parentElement?.scrollTo({ left: grid.current.scrollWidth });
  }, [days.length]);
  const walk = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (move === undefined) {
      return;
    }
    event.preventDefault();
    const row = Math.min(Math.max(place.row + move[0], 0), rows.length - 1);
    const column = Math.min(Math.max(place.column + move[1], 0), days.length - 1);
    setPlace({ row, column });
    grid.current?.querySelector<HTMLElement>(`[data-cell="${row} ${column}"]`)?.focus();
  };
  const told = isRead && here !== undefined ? sentenceOf(here, days[place.column], zoneOf(here), language, texts) : texts.choose;
  return (
    <>
      <p className="health-cell" aria-hidden="true">
        {told}
      </p>
      <div className="health-scroll">
        <table ref={grid} className="health-heatmap" role="grid" aria-label={texts.completeness} onKeyDown={walk}>
          <thead>
            <tr>
              <th scope="col">{texts.device}</th>
              <th scope="col" className="health-total">
                {texts.missing}
              </th>
              {days.map((day) => (
                <th key={day.name} scope="col">
                  {dayText(day.time, day.zone, locale(language), false)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={row.key} data-device={row.device}>
                <th scope="row">
                  {row.device} <span className="muted">{placeOf(row)}</span>
                </th>
                <td className="health-total">{shareText(row.expected, row.actual, language)}</td>
                {days.map((day, column) => {
                  const isHere = place.row === index && place.column === column;
                  const read = (): void => {
                    setPlace({ row: index, column });
                    setRead(true);
                  };
                  return (
                    <Cell
                      key={day.name}
                      place={`${index} ${column}`}
                      found={dayOf(row, day.name, zoneOf(row))}
                      label={sentenceOf(row, day, zoneOf(row), language, texts)}
                      isHere={isHere}
                      onRead={read}
                    />
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Legend />
    </>
  );
}

function Cell({ place, found, label, isHere, onRead }: { place: string; found: Day | undefined; label: string; isHere: boolean; onRead: () => void }) {
  const language = useLanguage();
  const share = found === undefined ? null : missingShare(found.expected, found.actual);
  const percent = share === null || share === 0 ? "" : formatNumber(Math.max(share * 100, 1), 0, language);
  return (
    <td
      role="gridcell"
      aria-label={label}
      tabIndex={isHere ? 0 : -1}
      data-cell={place}
      className={share === null ? "health-unexpected" : `health-missing-${missingStep(share)}`}
      onFocus={onRead}
      onMouseEnter={onRead}
    >
      {percent}
    </td>
  );
}

/** What the colours mean. */
function Legend() {
  const texts = useTexts(healthTexts);
  const language = useLanguage();
  const limits = [...MISSING_LIMITS, 1].map((limit) => formatValue(limit * 100, "%", language).whole);
  return (
    <ul className="health-legend" aria-label={texts.missing}>
      {limits.map((limit, index) => (
        <li key={limit}>
          <span className={`health-key health-missing-${index + 1}`} aria-hidden="true" /> ≤ {limit}
        </li>
      ))}
      <li>
        <span className="health-key health-unexpected" aria-hidden="true" /> {texts.unexpected}
      </li>
    </ul>
  );
}

interface Column {
  /** As `2026-11-13`: the same day in houses of different zones. */
  readonly name: string;
  readonly time: number;
  readonly zone: string;
}

function daysOf(rows: readonly DeviceRow[], zoneOf: (row: DeviceRow) => string): Column[] {
  const found = new Map<string, Column>();
  for (const row of rows) {
    const zone = zoneOf(row);
    for (const { time } of row.days) {
      const name = nameOf(time, zone);
      found.set(name, found.get(name) ?? { name, time, zone });
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function nameOf(time: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(time);
}

function dayOf(row: DeviceRow, name: string, zone: string): Day | undefined {
  return row.days.find(({ time }) => nameOf(time, zone) === name);
}

function shareText(expected: number, actual: number, language: Language): string {
  const share = missingShare(expected, actual);
  if (share === null) {
    return "–";
  }
  const percent = share * 100;
  // A little is not nothing.
  return percent > 0 && percent < 1 ? `< ${formatValue(1, "%", language).whole}` : formatValue(percent, "%", language).whole;
}

function sentenceOf(row: DeviceRow, day: Column | undefined, zone: string, language: Language, texts: HealthTexts): string {
  if (day === undefined) {
    return row.device;
  }
  const found = dayOf(row, day.name, zone);
  const name = dayText(day.time, day.zone, locale(language));
  if (found === undefined || found.expected === 0) {
    return texts.cellNone(row.device, name);
  }
  const share = shareText(found.expected, found.actual, language);
  return texts.cell(row.device, name, share, formatNumber(found.actual, 0, language), formatNumber(found.expected, 0, language));
}
