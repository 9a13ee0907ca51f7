/** What is wrong with a log, by kind; a program that reads the report may rely on these words. */
export const problemKinds = {
  changed: 'An entry, or its link, is not what was sealed.',
  removed: 'Entries are missing in between.',
  reordered: 'An entry stands in another place.',
  inserted: 'An entry stands where another one belongs, or in no chain at all.',
  'broken-link': 'A link does not follow the one before it: something between them was removed, inserted or rewritten.',
  rewritten: 'The links hang together, but are not those that a checkpoint was made of.',
  'cut-off': 'The newest entries that a checkpoint covers are missing.',
  'not-signed': 'A checkpoint is not signed with one of the keys.',
  'missing-checkpoint': 'A checkpoint is missing between others.',
  'erased-without-order': 'Values are gone, and no entry says by whose order.',
  'time-stamp': 'A time stamp does not prove what it should.',
  unreadable: 'A line cannot be read.',
  unfinished: 'The file has no end.',
} as const;
export type ProblemKind = keyof typeof problemKinds;

export interface Problem {
  kind: ProblemKind;
  /** The number of the entry, the first one where it is about several; null for the log as a whole. */
  seq: number | null;
  /** The last number, where it is about several. */
  to?: number;
  /** When the entry says that it happened. */
  at?: string;
  /** JSON pointers into the entry. */
  fields?: string[];
  /** A line of the file, from 1. */
  line?: number;
  /** The whole of it, for people. */
  message: string;
}

export interface VerificationReport {
  isValid: boolean;
  chain: string | null;
  entries: number;
  /** Number and hash of the last link. */
  head: { seq: number; hash: string };
  root: string;
  /** At most `maxProblems`; all are counted. */
  problems: Problem[];
  problemCount: number;
  /** Entries from before there was a chain. */
  earlier: number;
  /** Entries that wait for their link, as those from before the chain do for a while after an upgrade. */
  waiting: number;
  /** Values that are gone, by the order that took them. */
  erasures: { order: string; at: string; entries: number; firstSeq: number }[];
  checkpoints: { verified: number; newest: { number: number; size: number; at: string } | null };
  /** Checkpoints that were kept elsewhere. */
  outside: { verified: number; ofOtherChains: number; newest: { number: number; size: number; at: string } | null };
  timeStamps: { verified: number; newest: { size: number; at: string } | null };
  /** Entries after the newest checkpoint: nothing but the chain protects these. */
  uncovered: number;
}

export const maxProblems = 200;
