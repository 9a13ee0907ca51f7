import type { JWK } from 'jose';
import { z } from 'zod';
import { followRotations, type TrustedKeys } from './checkpoint.ts';
import type { EntryLine } from './entry-line.ts';
import { maxProblems, type Problem, type VerificationReport } from './verification.ts';
import { ChainVerifier } from './verify-chain.ts';
import { CheckpointVerifier, type CheckTimeStamp, type CopiedCheckpoint } from './verify-checkpoints.ts';

export const exportKind = 'reeve-audit';

/** The first line of an export. */
export const ExportHeader = z.object({
  kind: z.literal(exportKind),
  v: z.literal(1),
  chain: z.string().regex(/^[\w-]+$/),
  exportedAt: z.iso.datetime(),
  keys: z.array(z.custom<JWK>((jwk) => typeof jwk === 'object' && jwk !== null)),
  rotations: z.array(z.string()),
});
export type ExportHeader = z.infer<typeof ExportHeader>;

const CheckpointLine = z.object({ jws: z.string(), timeStamps: z.array(z.string()) });
const UnlinkedLine = z.object({ id: z.string(), at: z.string(), waits: z.boolean() });
const EndLine = z.object({ entries: z.int() });

export interface VerifyOptions {
  keys: TrustedKeys;
  outside?: readonly CopiedCheckpoint[];
  checkTimeStamp?: CheckTimeStamp | null;
}

const isOpening = (opening: unknown): boolean =>
  Array.isArray(opening)
    ? typeof opening[0] === 'string' && typeof opening[1] === 'string'
    : typeof opening === 'object' && opening !== null && 'erased' in opening && typeof opening.erased === 'string';

/** By hand: of a million lines, each is one. */
const isEntry = ({ seq, previous, hash, open }: Record<string, unknown>): boolean =>
  Number.isSafeInteger(seq) &&
  typeof previous === 'string' &&
  typeof hash === 'string' &&
  Array.isArray(open) &&
  open.every(isOpening);

class ExportVerifier {
  readonly #problems: Problem[] = [];
  #problemCount = 0;
  #waiting = 0;
  #end: number | null = null;
  readonly #entries: ChainVerifier;
  readonly #checkpoints: CheckpointVerifier;
  readonly #chain: string;

  constructor(chain: string, keys: TrustedKeys, checkTimeStamp: CheckTimeStamp | null) {
    this.#chain = chain;
    this.#entries = new ChainVerifier(chain, (problem) => this.report(problem));
    this.#checkpoints = new CheckpointVerifier({
      keys,
      chain,
      report: (problem) => this.report(problem),
      checkTimeStamp,
    });
  }

  static async begin(header: ExportHeader, { keys, outside = [], checkTimeStamp = null }: VerifyOptions) {
    const { chain, rotations } = header;
    const verifier = new ExportVerifier(chain, await followRotations(keys, rotations), checkTimeStamp);
    await verifier.#checkpoints.expectOutside(outside);
    return verifier;
  }

  report(problem: Problem): void {
    this.#problemCount += 1;
    if (this.#problems.length < maxProblems) this.#problems.push(problem);
  }

  /** Whatever is no checkpoint takes no time, so that a million entries wait for nothing. */
  add(line: Record<string, unknown> | null, number: number): Promise<void> | null {
    if (line?.kind === 'entry' && isEntry(line)) {
      this.#entries.add(line as unknown as EntryLine, number);
      const { size } = this.#entries.tree;
      if (this.#checkpoints.isAwaited(size))
        this.#checkpoints.reach(size, this.#entries.tree.root(), this.#entries.isTroubled);
      return null;
    }
    const checkpoint = line?.kind === 'checkpoint' ? CheckpointLine.safeParse(line).data : undefined;
    if (checkpoint) return this.#addCheckpoint(checkpoint, number);
    const unlinked = line?.kind === 'unlinked' ? UnlinkedLine.safeParse(line).data : undefined;
    if (unlinked) this.#addUnlinked(unlinked, number);
    else if (line?.kind === 'end' && EndLine.safeParse(line).success) this.#end = EndLine.parse(line).entries;
    else this.report({ kind: 'unreadable', seq: null, line: number, message: `Line ${number} cannot be read.` });
    return null;
  }

  #addCheckpoint({ jws, timeStamps }: z.infer<typeof CheckpointLine>, number: number): Promise<void> {
    const { tree, isTroubled } = this.#entries;
    const copy = { jws, timeStamps: timeStamps.map((token) => Buffer.from(token, 'base64')), from: `line ${number}` };
    return this.#checkpoints.meet(copy, { size: tree.size, root: () => tree.root() }, isTroubled);
  }

  #addUnlinked({ id, at, waits }: z.infer<typeof UnlinkedLine>, line: number): void {
    if (waits) {
      this.#waiting += 1;
      return;
    }
    const message = `The entry ${id} of ${at} is in the log and in no chain: it was put there past Reeve.`;
    this.report({ kind: 'inserted', seq: null, at, line, message });
  }

  end(): VerificationReport {
    const [entries, checkpoints] = [this.#entries, this.#checkpoints];
    entries.end();
    checkpoints.end(entries.head.seq);
    if (this.#problemCount === 0 && this.#end !== entries.entries) this.report(unfinished(this.#end, entries.entries));
    return {
      isValid: this.#problemCount === 0,
      chain: this.#chain,
      entries: entries.entries,
      head: entries.head,
      root: entries.tree.root(),
      problems: this.#problems,
      problemCount: this.#problemCount,
      earlier: entries.earlier,
      waiting: this.#waiting,
      erasures: entries.erasures,
      checkpoints: checkpoints.checkpoints,
      outside: checkpoints.outside,
      timeStamps: checkpoints.timeStamps,
      uncovered: Math.max(0, entries.head.seq - checkpoints.covered),
    };
  }
}

const unfinished = (said: number | null, found: number): Problem => ({
  kind: 'unfinished',
  seq: null,
  message:
    said === null
      ? 'The file has no end: the export was broken off, or something was cut off.'
      : `The file should have ${said} entries and has ${found}.`,
});

const noExport = (): VerificationReport => ({
  isValid: false,
  chain: null,
  entries: 0,
  head: { seq: 0, hash: '' },
  root: '',
  problems: [{ kind: 'unreadable', seq: null, line: 1, message: 'This is not an export of the audit log of Reeve.' }],
  problemCount: 1,
  earlier: 0,
  waiting: 0,
  erasures: [],
  checkpoints: { verified: 0, newest: null },
  outside: { verified: 0, ofOtherChains: 0, newest: null },
  timeStamps: { verified: 0, newest: null },
  uncovered: 0,
});

/** Verifies the lines of an export one after the other. Needs nothing but them, the public keys and what was kept outside. */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  options: VerifyOptions,
): Promise<VerificationReport> {
  let verifier: ExportVerifier | null = null;
  let number = 0;
  for await (const text of lines) {
    number += 1;
    const line = readLine(text);
    if (verifier === null) {
      const header = ExportHeader.safeParse(line);
      if (!header.success) return noExport();
      verifier = await ExportVerifier.begin(header.data, options);
      continue;
    }
    const pending = verifier.add(line, number);
    if (pending) await pending;
  }
  return verifier?.end() ?? noExport();
}

function readLine(text: string): Record<string, unknown> | null {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? (line as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
