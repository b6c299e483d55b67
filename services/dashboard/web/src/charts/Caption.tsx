import { digitsOf, formatNumber, formatValue, locale } from "@/format/numbers";
import type { Language } from "@/i18n/language";
import { useLanguage, useTexts } from "@/i18n/language";

import { durationText, spanText } from "./labels";
import type { Panel, PanelCurve } from "./model";
import { summaryOf } from "./summary";
import { chartTexts, type ChartTexts } from "./texts";

const MOST_GAPS = 20;

/** The chart in words: for those who cannot see it, and for those who want its numbers. */
export function Caption({ panel, note }: { panel: Panel; note?: string | undefined }) {
  const language = useLanguage();
  const texts = useTexts(chartTexts);
  const sentences = panel.curves.map((curve) => sentenceOf(panel, curve, language, texts));
  const gaps = panel.curves.flatMap((curve) => curve.gaps.map((gap) => ({ ...gap, curve })));
  return (
    <figcaption className="chart-caption">
      <p>
        {sentences.join(" ")} {note ?? ""}
      </p>
      {gaps.length > 0 && (
        <details>
          <summary>
            {texts.listOfGaps} ({gaps.length})
          </summary>
          <ul>
            {gaps.slice(0, MOST_GAPS).map(({ curve, start, stop }) => (
              <li key={`${curve.key} ${start}`}>
                {curve.name}: {texts.noData(spanText(start, stop, panel.zone, locale(language)))}, {durationText(stop - start)}
              </li>
            ))}
            {gaps.length > MOST_GAPS && <li>{texts.moreGaps(gaps.length - MOST_GAPS)}</li>}
          </ul>
        </details>
      )}
    </figcaption>
  );
}

/** "Living: 20.1–22.4 °C, mean 21.3 °C, one gap, 2 h." */
function sentenceOf(panel: Panel, curve: PanelCurve, language: Language, texts: ChartTexts): string {
  const summary = summaryOf(curve);
  if (summary === null) {
    return `${curve.name}: ${texts.noReadings}.`;
  }
  const low = formatNumber(summary.low, digitsOf(panel.symbol, summary.low), language);
  const high = formatValue(summary.high, panel.symbol, language).whole;
  const mean = texts.mean(formatValue(summary.mean, panel.symbol, language).whole);
  const gaps = summary.gaps === 0 ? texts.noGap : texts.gaps(summary.gaps, durationText(summary.missing));
  return `${curve.name}: ${low}–${high}, ${mean}, ${gaps}.`;
}
