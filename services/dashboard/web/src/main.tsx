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

// While the frame is drawn. Should it fail, the page says so when it is shown.
pages[routeOf(location.pathname).page]?.load().catch(() => undefined);
startTheme();
document.documentElement.lang = language();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
