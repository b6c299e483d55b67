import { useTexts } from "@/i18n/language";
import { common } from "@/i18n/common";
import { Link } from "@/router/Link";

export function NotFound() {
  const t = useTexts(common);
  return (
    <section className="notice">
      <h1>{t.notFound}</h1>
      <p>{t.notFoundHint}</p>
      <Link href="/">{t.toOverview}</Link>
    </section>
  );
}
