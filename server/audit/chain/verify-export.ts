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
  onProgress?: (entries: number) => void;
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

/** Verifies the lines of an export one after the other. Needs nothing but them, the public keys and what was kept outside. */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  { keys, outside = [], checkTimeStamp = null, onProgress }: VerifyOptions,
): Promise<VerificationReport> {
  const problems: Problem[] = [];
  let problemCount = 0;
  const report = (problem: Problem) => {
    problemCount += 1;
    if (problems.length < maxProblems) problems.push(problem);
  };
  let parts: { chain: string; entries: ChainVerifier; checkpoints: CheckpointVerifier } | null = null;
  let [number, waiting, end] = [0, 0, null as number | null];
  const begin = async (line: Record<string, unknown> | null) => {
    const header = ExportHeader.safeParse(line);
    if (!header.success) return null;
    const { chain, rotations } = header.data;
    const checkpoints = new CheckpointVerifier({
      keys: await followRotations(keys, rotations),
      chain,
      report,
      checkTimeStamp,
    });
    await checkpoints.expectOutside(outside);
    return { chain, entries: new ChainVerifier(chain, report), checkpoints };
  };
  for await (const text of lines) {
    number += 1;
    const line = readLine(text);
    if (parts === null) {
      parts = await begin(line);
      if (parts) continue;
      report({
        kind: 'unreadable',
        seq: null,
        line: number,
        message: 'This is not an export of the audit log of Reeve.',
      });
      break;
    }
    const { entries, checkpoints } = parts;
    if (line?.kind === 'entry' && isEntry(line)) {
      entries.add(line as unknown as EntryLine, number);
      const { size } = entries.tree;
      if (checkpoints.isAwaited(size)) checkpoints.reach(size, entries.tree.root(), entries.isTroubled);
      if (size % 10_000 === 0) onProgress?.(size);
      continue;
    }
    const checkpoint = line?.kind === 'checkpoint' ? CheckpointLine.safeParse(line).data : undefined;
    if (checkpoint) {
      const timeStamps = checkpoint.timeStamps.map((token) => Buffer.from(token, 'base64'));
      const { size } = entries.tree;
      const copy = { jws: checkpoint.jws, timeStamps, from: `line ${number}` };
      await checkpoints.meet(copy, { size, root: () => entries.tree.root() }, entries.isTroubled);
      continue;
    }
    const unlinked = line?.kind === 'unlinked' ? UnlinkedLine.safeParse(line).data : undefined;
    if (unlinked?.waits) waiting += 1;
    else if (unlinked) {
      const message = `The entry ${unlinked.id} of ${unlinked.at} is in the log and in no chain: it was put there past Reeve.`;
      report({ kind: 'inserted', seq: null, at: unlinked.at, line: number, message });
    } else if (line?.kind === 'end' && EndLine.safeParse(line).success) end = EndLine.parse(line).entries;
    else report({ kind: 'unreadable', seq: null, line: number, message: `Line ${number} cannot be read.` });
  }
  const { entries, checkpoints } = parts ?? {};
  entries?.end();
  checkpoints?.end(entries?.head.seq ?? 0);
  if (entries && problemCount === 0 && end !== entries.entries)
    report({
      kind: 'unfinished',
      seq: null,
      message:
        end === null
          ? 'The file has no end: the export was broken off, or something was cut off.'
          : `The file should have ${end} entries and has ${entries.entries}.`,
    });
  return {
    isValid: problemCount === 0,
    chain: parts?.chain ?? null,
    entries: entries?.entries ?? 0,
    head: entries?.head ?? { seq: 0, hash: '' },
    root: entries?.tree.root() ?? '',
    problems,
    problemCount,
    earlier: entries?.earlier ?? 0,
    waiting,
    erasures: entries?.erasures ?? [],
    checkpoints: checkpoints?.checkpoints ?? { verified: 0, newest: null },
    outside: checkpoints?.outside ?? { verified: 0, ofOtherChains: 0, newest: null },
    timeStamps: checkpoints?.timeStamps ?? { verified: 0, newest: null },
    uncovered: entries && checkpoints ? Math.max(0, entries.head.seq - checkpoints.covered) : 0,
  };
}

function readLine(text: string): Record<string, unknown> | null {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? (line as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
