import { setLanguage, useLanguage, useTexts, type Language } from "@/i18n/language";
import { common } from "@/i18n/common";
import { setTheme, useThemeChoice, type Choice } from "@/components/theme";
import { readLocation, navigate, withQuery } from "@/router/location";

const LANGUAGES: [Language, string][] = [
  ["fi", "Suomi"],
  ["en", "English"],
];

/** Language and appearance. */
export function Preferences() {
  const t = useTexts(common);
  const chosen = useLanguage();
  const theme = useThemeChoice();
  const choose = (language: Language) => {
    setLanguage(language);
    // A language in the address would win over the choice when the page is loaded again.
    if (readLocation().query.has("lang")) navigate(withQuery({ lang: language }), { replace: true });
  };
  return (
    <>
      <div className="segments" role="group" aria-label={t.language}>
        {LANGUAGES.map(([language, name]) => (
          <button key={language} type="button" lang={language} title={name} aria-label={`${language}, ${name}`} aria-pressed={chosen === language} onClick={() => choose(language)}>
            {language}
          </button>
        ))}
      </div>
      <label className="field theme">
        <span className="hidden">{t.theme}</span>
        <select value={theme} onChange={(event) => setTheme(event.target.value as Choice)}>
          {(["auto", "light", "dark"] as const).map((choice) => (
            <option key={choice} value={choice}>
              {t.themes[choice]}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
