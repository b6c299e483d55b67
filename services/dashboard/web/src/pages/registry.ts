/** The pages that exist. A page is added here when it works; the navigation shows what stands here. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import type { Route } from "@/router/routes";

export interface PageProps {
  route: Route;
}

export interface Page {
  /** null: not in the navigation. */
  href: string | null;
  component: LazyExoticComponent<ComponentType<PageProps>>;
  /** Fetch its files ahead of its first showing. */
  load: () => Promise<unknown>;
}

export const pages: Partial<Record<Route["page"], Page>> = {
  overview: page("/", () => import("@/pages/overview/OverviewPage")),
  explore: page("/explore", () => import("@/pages/explore/ExplorePage")),
  health: page("/data-health", () => import("@/pages/health/HealthPage")),
  kiosk: page("/kiosk", () => import("@/pages/kiosk/KioskPage")),
  house: page(null, () => import("@/pages/house/HousePage")),
};

function page(href: string | null, load: () => Promise<{ default: ComponentType<PageProps> }>): Page {
  return { href, component: lazy(load), load };
}
