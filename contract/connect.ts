import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

/** One thing to copy: a command, a file, a payload. */
export const Recipe = z.object({
  id: z.string(),
  title: z.string(),
  sentence: z.string(),
  audience: z.enum(['person', 'ci', 'fleet', 'proxy']),
  system: z.enum(['linux', 'macos', 'windows', 'any']),
  steps: z.array(z.object({ label: z.string(), text: z.string(), fileName: z.string().nullable() })),
  caution: z.string().nullable(),
});
export type Recipe = z.infer<typeof Recipe>;

export const connect = {
  recipes: endpoint({
    method: 'GET',
    path: '/connect/recipes',
    summary: 'How to connect a Codex client',
    tag: 'Connect a client',
    allow: 'member',
    audit: readsOnly,
  }).output(
    z.object({
      baseUrl: z.string(),
      caFingerprint: z.string().nullable().describe('SHA-256 of the local CA; null with an own certificate.'),
      items: z.array(Recipe),
    }),
  ),
};
