import { complianceDestinations } from './compliance-destinations.ts';
import { complianceFiles } from './compliance-files.ts';
import { compliancePeople } from './compliance-people.ts';
import { complianceRetention } from './compliance-retention.ts';

export const compliance = {
  ...complianceFiles,
  ...complianceDestinations,
  ...complianceRetention,
  ...compliancePeople,
};
