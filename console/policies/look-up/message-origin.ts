import type { client } from '#console/api.ts';

export type PolicyMessageOrigin = Awaited<ReturnType<typeof client.policies.lookUp.error>>;
