import { useQuery } from '@tanstack/react-query';
import { api, type client } from '#console/api.ts';

export type EnvironmentOptions = Awaited<ReturnType<typeof client.environments.options>>;

export const useEnvironmentOptions = () => useQuery(api.environments.options.queryOptions());
