import { useState, type SyntheticEvent } from "react";

import type { Range } from "@/charts/model";
import { timeOf, wallAt } from "@/format/zones";
import { useTexts } from "@/i18n/language";

import { everyText, exploreTexts } from "./texts";
import { SPANS, type Asked, type Resolution, type Span, type View } from "./view";
import { AGGREGATES, EVERY, type Aggregate } from "./windows";

/** The last hours or days, or a range of one's own by date fields in the time of the house. */
export function RangeControls({
  view,
  range,
  zone,
  onChange,
}: {
  view: View;
  range: Range;
  zone: string;
  onChange: (changes: Partial<View>) => void;
}) {
  const texts = useTexts(exploreTexts);
  const last = "last" in view.range ? view.range.last : "";
  return (
    <>
      <label className="explore-field">
        <span>{texts.range}</span>
        <select
          value={last}
          onChange={(event) =>
            onChange({ range: event.target.value === "" ? { start: range.start, stop: range.stop } : { last: event.target.value as Span } })
          }
        >
          {(Object.keys(SPANS) as Span[]).map((span) => (
            <option key={span} value={span}>
              {texts.spans[span]}
            </option>
          ))}
          <option value="">{texts.ownRange}</option>
        </select>
      </label>
      {last === "" && (
        <OwnRange key={`${range.start} ${range.stop}`} range={range} zone={zone} onRange={(asked) => onChange({ range: asked })} />
      )}
      <label className="explore-field">
        <span>{texts.resolution}</span>
        <select value={view.resolution} onChange={(event) => onChange({ resolution: event.target.value as Resolution })}>
          <option value="auto">{texts.auto}</option>
          <option value="raw">{texts.raw}</option>
          {EVERY.map((every) => (
            <option key={every} value={every}>
              {everyText(every, texts)}
            </option>
          ))}
        </select>
      </label>
      <label className="explore-field">
        <span>{texts.aggregate}</span>
        <select
          value={view.aggregate}
          disabled={view.resolution === "raw"}
          onChange={(event) => onChange({ aggregate: event.target.value as "auto" | Aggregate })}
        >
          {(["auto", ...AGGREGATES] as const).map((aggregate) => (
            <option key={aggregate} value={aggregate}>
              {texts.aggregates[aggregate]}
            </option>
          ))}
        </select>
      </label>
      <label className="explore-check">
        <input type="checkbox" checked={view.isCompared} onChange={(event) => onChange({ isCompared: event.target.checked })} />
        <span>{texts.compare}</span>
      </label>
    </>
  );
}

function OwnRange({ range, zone, onRange }: { range: Range; zone: string; onRange: (range: Asked) => void }) {
  const texts = useTexts(exploreTexts);
  const [from, setFrom] = useState(fieldOf(range.start, zone));
  const [to, setTo] = useState(fieldOf(range.stop, zone));
  const [isWrong, setWrong] = useState(false);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const [start, stop] = [from, to].map((text) => timeOf(zone, Date.parse(`${text}Z`)));
    const isRange = start !== undefined && stop !== undefined && start < stop;
    setWrong(!isRange);
    if (isRange) {
      onRange({ start, stop });
    }
  };
  return (
    <form className="explore-own" onSubmit={submit}>
      <label className="explore-field">
        <span>{texts.from}</span>
        <input type="datetime-local" required value={from} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label className="explore-field">
        <span>{texts.to}</span>
        <input type="datetime-local" required value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      <button type="submit" className="button quiet">
        {texts.set}
      </button>
      {isWrong && (
        <p className="bad" role="alert">
          {texts.wrongRange}
        </p>
      )}
    </form>
  );
}

/** A time as a date field holds it: the house's clock, to the minute. */
function fieldOf(time: number, zone: string): string {
  return new Date(wallAt(zone, time)).toISOString().slice(0, 16);
}
