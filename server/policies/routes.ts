import type { Services } from '#server/services.ts';
import { authoringRoutes } from './authoring-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { orderRoutes } from './order-routes.ts';
import { policySetRoutes } from './policy-set-routes.ts';

export function policiesRoutes(services: Services) {
  return {
    ...authoringRoutes(services),
    ...orderRoutes(services),
    ...deliveryRoutes(services),
    set: policySetRoutes(services),
  };
}
