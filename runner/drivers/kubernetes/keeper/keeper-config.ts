import { z } from 'zod';

/** `host:port`, with an IPv6 address in brackets. */
function addressOf(text: string): { host: string; port: number } {
  const { hostname, port } = new URL(`tcp://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}

const Environment = z.object({
  REEVE_KEEPER_RUNNER: z.string(),
  REEVE_KEEPER_SECRET: z.string(),
  REEVE_KEEPER_AUTHORITY: z.string(),
  REEVE_KEEPER_NAME: z.string(),
  REEVE_KEEPER_CLOSED: z.string(),
  /** Set by the kubelet in every pod. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.coerce.number().optional(),
});

/** What the pod's description says; see job-manifest.ts. */
export function readKeeperConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const set = Environment.parse(env);
  const host = set.KUBERNETES_SERVICE_HOST;
  const apiServer = host === undefined ? [] : [{ host, port: set.KUBERNETES_SERVICE_PORT ?? 443 }];
  return {
    ...addressOf(set.REEVE_KEEPER_RUNNER),
    secret: set.REEVE_KEEPER_SECRET,
    authorityPem: set.REEVE_KEEPER_AUTHORITY,
    serverName: set.REEVE_KEEPER_NAME,
    /** What must not be reached from here. */
    closed: [...apiServer, ...set.REEVE_KEEPER_CLOSED.split(',').filter(Boolean).map(addressOf)],
  };
}
