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
}

export const pages: Partial<Record<Route["page"], Page>> = {
  overview: { href: "/", component: lazy(() => import("@/pages/overview/OverviewPage")) },
  explore: { href: "/explore", component: lazy(() => import("@/pages/explore/ExplorePage")) },
  health: { href: "/data-health", component: lazy(() => import("@/pages/health/HealthPage")) },
  kiosk: { href: "/kiosk", component: lazy(() => import("@/pages/kiosk/KioskPage")) },
  house: { href: null, component: lazy(() => import("@/pages/house/HousePage")) },
};
