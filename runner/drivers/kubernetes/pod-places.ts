import { dirname } from 'node:path';
import { inside } from '../inside.ts';

const link = '/reeve-link';

/** Where the two containers of a pod meet. The task sees all of it read-only. */
export const podPlaces = {
  link,
  authority: dirname(inside.authority),
  /** What the task's first process reads once the leash says a line. */
  begin: `${link}/begin`,
  /** Carries one line: the task's first process has the leash. */
  ready: `${link}/ready`,
  input: `${link}/input`,
  stdout: `${link}/stdout`,
  stderr: `${link}/stderr`,
  /** Carries the exit code from the task to the keeper. */
  done: `${link}/done`,
  /** The task's first process reads from it; when nobody holds its other end, everything of the task is over. */
  leash: `${link}/leash`,
} as const;
