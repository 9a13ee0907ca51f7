import type { z } from 'zod';
import type { SetupCheck } from '#contract/setup.ts';

export type Check = z.infer<typeof SetupCheck>;

interface Question {
  id: string;
  title: string;
  path: string | null;
  isDone: boolean;
  /** Without a full stop: the console ends the sentence. */
  fact: string;
}

export const check = ({ isDone, ...question }: Question): Check => ({ ...question, status: isDone ? 'done' : 'open' });

export const later = (id: string, title: string, fact: string): Check => ({
  id,
  title,
  status: 'later',
  fact,
  path: null,
});
