import { z } from 'zod';

const Environment = z.object({
  REEVE_KEEPER_RUNNER: z.string(),
  REEVE_KEEPER_SECRET: z.string(),
  REEVE_KEEPER_AUTHORITY: z.string(),
  REEVE_KEEPER_NAME: z.string(),
  /** Set by the kubelet in every pod. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.coerce.number().optional(),
});

/** What the pod's description says; see job-manifest.ts. */
export function readKeeperConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const set = Environment.parse(env);
  const { hostname, port } = new URL(`tcp://${set.REEVE_KEEPER_RUNNER}`);
  const host = set.KUBERNETES_SERVICE_HOST;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    secret: set.REEVE_KEEPER_SECRET,
    authorityPem: set.REEVE_KEEPER_AUTHORITY,
    serverName: set.REEVE_KEEPER_NAME,
    apiServer: host === undefined ? null : { host, port: set.KUBERNETES_SERVICE_PORT ?? 443 },
  };
}
