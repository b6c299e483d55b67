import type { ReactNode } from "react";
import { Preferences } from "@/components/Preferences";
import { SignIn } from "@/components/SignIn";
import { useTexts } from "@/i18n/language";
import { common } from "@/i18n/common";
import { pages } from "@/pages/registry";
import { Link } from "@/router/Link";
import type { Route } from "@/router/routes";

const ORDER = ["overview", "explore", "health", "kiosk"] as const;

/** What stands around every page: name, navigation, live state, choices. */
export function Frame({ route, children }: { route: Route; children: ReactNode }) {
  const t = useTexts(common);
  return (
    <>
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <header className="frame">
        <Link href="/" className="frame-brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>{t.brand}</span>
        </Link>
        <nav className="frame-nav" aria-label={t.pages}>
          {ORDER.map((page) => {
            const href = pages[page]?.href;
            const isHere = route.page === page || (page === "overview" && route.page === "house");
            return href ? (
              <Link key={page} href={href} aria-current={isHere ? "page" : undefined}>
                {t[page]}
              </Link>
            ) : null;
          })}
        </nav>
        <div className="frame-tools">
          <Preferences />
          <SignIn />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
