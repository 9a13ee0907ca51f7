import type { Route, Simulation } from './routes.ts';

export const discussionRoutes = (_simulation: Simulation): Route[] => [];
