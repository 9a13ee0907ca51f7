import { complianceDestinations } from './compliance-destinations.ts';
import { compliancePeople } from './compliance-people.ts';
import { complianceRetention } from './compliance-retention.ts';

export const compliance = { ...complianceDestinations, ...complianceRetention, ...compliancePeople };
