/** Clients that Reeve was tested with; what lies between two of them is treated as the older one. The oldest first. */
export const testedClients = ['0.120.0', '0.140.0', '0.163.0', '0.169.0'] as const;
export type TestedClient = (typeof testedClients)[number];
