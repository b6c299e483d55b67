import { common } from "@/i18n/common";
import { useTexts } from "@/i18n/language";

/** What comes, in its final geometry; it shows itself only after a moment, so that what is quick does not flicker. */
export function Waiting() {
  const texts = useTexts(common);
  return (
    <div className="explore-waiting" role="status">
      <span className="hidden">{texts.loading}</span>
      <div className="explore-waiting-chips" />
      <div className="explore-waiting-chart card" />
    </div>
  );
}
