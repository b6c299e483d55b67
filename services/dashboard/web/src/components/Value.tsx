import { formatValue, type Measure } from "@/format/numbers";
import { ageOf } from "@/houses/freshness";
import type { Now } from "@/houses/model";
import { common } from "@/i18n/common";
import { useLanguage, useTexts } from "@/i18n/language";

/** A value with its unit; one that is too old looks old and says how old. */
export function Value({ now, symbol, at }: { now: Now | null; symbol: string; at: number }) {
  const t = useTexts(common);
  const language = useLanguage();
  if (now === null) return <span className="muted">–</span>;
  const measure = formatValue(now.value, symbol, language);
  return (
    <span className={now.isOld ? "value old" : "value"}>
      <MeasureText measure={measure} />
      {now.isOld ? (
        <small className="age">
          <ClockIcon /> <Age milliseconds={at - now.time} />
        </small>
      ) : null}
      {now.isOld ? <span className="hidden">{t.silent}</span> : null}
    </span>
  );
}

/** Energy in kilowatt hours; null: not known. */
export function Energy({ amount }: { amount: number | null }) {
  const language = useLanguage();
  return amount === null ? <span className="muted">–</span> : <MeasureText measure={formatValue(amount, "kWh", language)} />;
}

/** Number and unit, the unit smaller where the number is large. */
export function MeasureText({ measure }: { measure: Measure }) {
  return (
    <>
      <span className="number">{measure.text}</span>
      {measure.unit ? <span className="unit">{measure.whole.slice(measure.text.length)}</span> : null}
    </>
  );
}

export function Age({ milliseconds }: { milliseconds: number }) {
  const t = useTexts(common);
  const { unit, count } = ageOf(milliseconds);
  return t.ago[unit](count);
}

function ClockIcon() {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M8 4.5V8l2.5 1.5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
