import type { Route, Simulation } from './routes.ts';

export const reviewRoutes = (_simulation: Simulation): Route[] => [];
