import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/frame.css";
import "@/styles/shades.css";
import { App } from "@/components/App";
import { startTheme } from "@/components/theme";
import { language } from "@/i18n/language";

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
