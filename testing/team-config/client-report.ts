import { z } from 'zod';
import { hidden, isTable, type LayerSource, type Values } from '#server/team-config/index.ts';

const Source = z.custom<LayerSource>((value) => z.object({ type: z.string() }).safeParse(value).success);

/** The answer to `config/read` with layers, as far as tests look at it. */
export const ClientReport = z.object({
  config: z.record(z.string(), z.unknown()),
  origins: z.record(z.string(), z.object({ name: Source })),
  layers: z.array(
    z.object({ name: Source, config: z.record(z.string(), z.unknown()), disabledReason: z.string().optional() }),
  ),
});
export type ClientReport = z.infer<typeof ClientReport>;

/** Values the client reports: everything but tables and what is not set, by the path joined with points. */
export function* reportedValues(config: Values, above = ''): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(config)) {
    const path = above === '' ? key : `${above}.${key}`;
    if (isTable(value)) yield* reportedValues(value, path);
    else if (value !== null) yield [path, value];
  }
}

/** In lists of tables the client writes out what holds by default as well. */
export function agrees(reported: unknown, ours: unknown): boolean {
  if (Array.isArray(reported) && Array.isArray(ours))
    return reported.length === ours.length && ours.every((item, index) => agrees(reported[index], item));
  if (isTable(reported) && isTable(ours))
    return Object.entries(ours).every(([key, value]) => agrees(reported[key], value));
  // What this engine hides is compared by nobody.
  return reported === ours || ours === hidden;
}
