import { complianceDestinations } from './compliance-destinations.ts';

export const compliance = { ...complianceDestinations };
