import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/frame.css";
import "@/styles/shades.css";
import { App } from "@/components/App";
import { startTheme } from "@/components/theme";
import { language } from "@/i18n/language";
import { pages } from "@/pages/registry";
import { routeOf } from "@/router/routes";

/** A page that comes later than this is waited for within its frame. */
const FRAME_ALONE_MS = 250;

// Should it fail, the page says so when it is shown.
const page = pages[routeOf(location.pathname).page]?.load().catch(() => undefined);
startTheme();
document.documentElement.lang = language();
void Promise.race([page, new Promise((resolve) => setTimeout(resolve, FRAME_ALONE_MS))]).then(() => {
  const root = document.getElementById("root");
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
  }
});
