/**
 * Verify: proofs that the stock client keeps what a policy says, and which clients are in the field. What a client does not know is never
 * a pass.
 */
export { estateRoutes } from './estate/routes.ts';
export { proofRoutes } from './runs/routes.ts';
