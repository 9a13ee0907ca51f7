import type { Span } from '../read-toml.ts';

/**
 * `refused`: the client refuses the whole file because of it. `not-understood`: the client runs it, we deliberately do
 * not (variables, functions, loops), so nothing can be said of the file's decisions.
 */
export interface RulesProblem extends Span {
  kind: 'refused' | 'not-understood';
  message: string;
}

/** Thrown inside the reader of rules files; never leaves it. */
export class RulesFileError extends Error {
  readonly kind: RulesProblem['kind'];
  readonly from: number;
  readonly to: number;

  /** `from` and `to` are offsets in the file. */
  constructor(kind: RulesProblem['kind'], from: number, to: number, message: string) {
    super(message);
    this.kind = kind;
    this.from = from;
    this.to = to;
  }
}

export const refused = (from: number, to: number, message: string): RulesFileError =>
  new RulesFileError('refused', from, to, message);
export const notUnderstood = (from: number, to: number, message: string): RulesFileError =>
  new RulesFileError('not-understood', from, to, message);

/** Where an offset stands: lines end with a line feed, columns count UTF-16 units. */
export function pointAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

export function problemOf(error: RulesFileError, text: string): RulesProblem {
  const { kind, message, from, to } = error;
  return { kind, message, from: pointAt(text, from), to: pointAt(text, Math.max(to, from + 1)) };
}
