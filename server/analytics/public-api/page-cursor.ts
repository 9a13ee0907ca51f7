import { z } from 'zod';
import { lastSecond } from './report-window.ts';

const Seconds = z
  .number()
  .int()
  .min(0)
  .max(lastSecond + 1);

/** Where a page ended, with the whole report it belongs to: midnight between two pages moves nothing. */
const PagePlace = z.strictObject({
  of: z.enum(['usage', 'code_reviews', 'code_review_responses']),
  start_time: Seconds.nullable(),
  end_time: Seconds.nullable(),
  group: z.literal('workspace').nullable(),
  group_by: z.enum(['day', 'week']).nullable(),
  from: Seconds,
  until: Seconds,
  /** The first second of the last row's day or week. */
  bucket: Seconds,
  memberId: z.string().regex(/^[\w-]{0,100}$/),
});
export type PagePlace = z.infer<typeof PagePlace>;

export const encodePage = (place: PagePlace): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Null for anything that `encodePage` did not make. */
export function decodePage(written: string): PagePlace | null {
  if (written.length > 1_000) return null;
  try {
    return PagePlace.parse(JSON.parse(Buffer.from(written, 'base64url').toString()));
  } catch {
    return null;
  }
}
