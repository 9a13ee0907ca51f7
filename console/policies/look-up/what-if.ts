import type { client } from '#console/api.ts';

export type PolicyWhatIf = NonNullable<Awaited<ReturnType<typeof client.policies.lookUp.find>>['whatIf']>;
