import { z } from 'zod';

/** `POST …/codex/analytics-events/events`. What each kind says is read by `known-reports.ts`. */
export const ReportedEvents = z.object({
  events: z.array(
    z.looseObject({
      event_type: z.string().max(200).catch('unknown'),
      event_params: z.record(z.string(), z.unknown()).catch({}),
    }),
  ),
});
export type ReportedEvent = z.infer<typeof ReportedEvents>['events'][number];
export type Params = ReportedEvent['event_params'];

/** Names, ids and choices are words. Anything that could be a sentence is somebody's content and is not read. */
const word = /^[\w@:./+-]{1,120}$/;

export function wordOf(params: Params, key: string): string | null {
  const value = params[key];
  return typeof value === 'string' && word.test(value) ? value : null;
}

const maxInteger = 2_147_483_647;

export function countOf(params: Params, key: string): number | null {
  const value = params[key];
  return typeof value === 'number' && value >= 0 && value <= maxInteger ? Math.round(value) : null;
}

export function timeOf(params: Params, key: string, { unitMs }: { unitMs: 1 | 1000 }): Date | null {
  const value = params[key];
  if (typeof value !== 'number' || value <= 0) return null;
  const at = new Date(value * unitMs);
  return Number.isNaN(at.getTime()) ? null : at;
}
