import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as search from '#console/page-search.ts';
import { inShell } from '#console/parent-routes.tsx';
import { paths } from '#console/paths.ts';

/** Steps 4 and 7: Team Config, and whether all of it holds. */
export const verifyPages = [
  createRoute({
    ...inShell,
    path: paths.teamConfig,
    validateSearch: search.TeamConfigSearch,
    component: lazyRouteComponent(() => import('#console/team-config/TeamConfigPage.tsx'), 'TeamConfigPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.newBundle,
    validateSearch: search.NewBundleSearch,
    component: lazyRouteComponent(() => import('#console/team-config/NewBundlePage.tsx'), 'NewBundlePage'),
  }),
  createRoute({
    ...inShell,
    path: paths.teamConfigUsages,
    validateSearch: search.TeamConfigUsagesSearch,
    component: lazyRouteComponent(() => import('#console/team-config/UsagesPage.tsx'), 'UsagesPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.bundle,
    validateSearch: search.BundleSearch,
    component: lazyRouteComponent(() => import('#console/team-config/BundlePage.tsx'), 'BundlePage'),
  }),
  createRoute({
    ...inShell,
    path: paths.verify,
    validateSearch: search.VerifySearch,
    component: lazyRouteComponent(() => import('#console/verify/VerifyPage.tsx'), 'VerifyPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.proofs,
    validateSearch: search.ProofsSearch,
    component: lazyRouteComponent(() => import('#console/verify/proofs/ProofsPage.tsx'), 'ProofsPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.proofRun,
    validateSearch: search.ProofRunSearch,
    component: lazyRouteComponent(() => import('#console/verify/proofs/ProofRunPage.tsx'), 'ProofRunPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.proofCell,
    validateSearch: search.ProofCellSearch,
    component: lazyRouteComponent(() => import('#console/verify/proofs/ProofCellPage.tsx'), 'ProofCellPage'),
  }),
  createRoute({
    ...inShell,
    path: paths.certificate,
    validateSearch: search.CertificateSearch,
    component: lazyRouteComponent(() => import('#console/verify/proofs/CertificatePage.tsx'), 'CertificatePage'),
  }),
  createRoute({
    ...inShell,
    path: paths.estate,
    validateSearch: search.EstateSearch,
    component: lazyRouteComponent(() => import('#console/verify/estate/EstatePage.tsx'), 'EstatePage'),
  }),
] as const;
