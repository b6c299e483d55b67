import { SIGNS, type Verdict } from "@/climate/verdict";
import { houseTexts } from "@/i18n/houses";
import { useTexts } from "@/i18n/language";

/** What a value means, in a word and a sign; the colour only repeats them. */
export function VerdictChip({ verdict }: { verdict: Verdict }) {
  const t = useTexts(houseTexts);
  return (
    <span className={`chip ${verdict.level}`}>
      <span aria-hidden="true">{SIGNS[verdict.kind]}</span> {t.verdict[verdict.kind]}
    </span>
  );
}
