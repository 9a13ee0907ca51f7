import { Command } from 'commander';
import { checkTimeStamp, readAuthorities, type VerificationReport, verifyExport } from '#server/audit/index.ts';
import { say, sayJson } from '../policies/terminal.ts';
import { auditExitCodes } from './exit-codes.ts';
import { readLines, readOutside, readPem, readPublicKeys } from './read-evidence.ts';
import { checkCertificate, isCertificate } from './verify-certificate.ts';

interface VerifyLogOptions {
  publicKey: string;
  checkpoint: string[];
  timeStampAuthority?: string;
  evidence: string[];
  json?: boolean;
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const checkpointsLine = ({ checkpoints, outside, timeStamps }: VerificationReport): string =>
  [
    `${counted(checkpoints.verified, 'checkpoint', 'checkpoints')} of the export`,
    `${counted(outside.verified, 'checkpoint', 'checkpoints')} that were kept outside`,
    `${counted(timeStamps.verified, 'time stamp', 'time stamps')} hold`,
  ].join(', ');

/** What the evidence does not reach, which is as important as what it does. */
function remarks(report: VerificationReport): string[] {
  const { outside, uncovered, waiting, earlier, head } = report;
  const lines: string[] = [];
  if (outside.verified === 0)
    lines.push(
      'No checkpoint from outside was given: whoever has the signing key could have written all of this anew. Compare with one (--checkpoint).',
    );
  else if (outside.newest && outside.newest.size < head.seq)
    lines.push(`Entries after ${outside.newest.size} are newer than the newest checkpoint from outside.`);
  if (uncovered > 0) lines.push(`${counted(uncovered, 'entry is', 'entries are')} newer than every checkpoint.`);
  if (earlier > 0)
    lines.push(
      `${counted(earlier, 'entry is', 'entries are')} from before the chain: they prove themselves only from then on.`,
    );
  if (waiting > 0) lines.push(`${counted(waiting, 'entry waits', 'entries wait')} to be taken into the chain.`);
  if (outside.ofOtherChains > 0)
    lines.push(`${counted(outside.ofOtherChains, 'checkpoint', 'checkpoints')} from outside belong to another log.`);
  return lines;
}

function sayReport(report: VerificationReport): void {
  const { isValid, problems, problemCount, entries, head, erasures } = report;
  for (const { kind, message } of problems) say(`${kind}: ${message}`);
  if (problemCount > problems.length) say(`… and ${problemCount - problems.length} more.`);
  for (const { order, at, entries: count, firstSeq } of erasures)
    say(
      `erased: values of ${counted(count, 'entry', 'entries')}, the first one entry ${firstSeq}, on ${at} by order ${order}.`,
    );
  for (const line of remarks(report)) say(`note: ${line}`);
  say(
    isValid
      ? `Valid: ${counted(entries, 'entry', 'entries')}, the last one ${head.seq}; ${checkpointsLine(report)}.`
      : `NOT VALID: ${counted(problemCount, 'problem', 'problems')} in ${counted(entries, 'entry', 'entries')}.`,
  );
}

async function* putBack(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

/** What the first line of a file says it is. */
async function verifyFile(file: string, options: VerifyLogOptions): Promise<void> {
  const lines = readLines(file);
  const { value: first = '' } = await lines.next();
  if (!isCertificate(first)) return verifyLog(putBack(first, lines), options);
  const text = [first];
  for await (const line of lines) text.push(line);
  const keys = await readPublicKeys(options.publicKey);
  await checkCertificate(file, text.join('\n'), { keys, evidence: options.evidence, json: options.json ?? false });
}

async function verifyLog(lines: AsyncGenerator<string>, options: VerifyLogOptions): Promise<void> {
  const authorities = options.timeStampAuthority
    ? await readAuthorities(await readPem(options.timeStampAuthority))
    : null;
  const report = await verifyExport(lines, {
    keys: await readPublicKeys(options.publicKey),
    outside: await readOutside(options.checkpoint),
    // Without an authority to believe, a time stamp proves nothing.
    checkTimeStamp: authorities && ((jws, token) => checkTimeStamp(jws, token, authorities)),
  });
  if (options.json) sayJson(report);
  else sayReport(report);
  if (!report.isValid) process.exitCode = auditExitCodes.invalid;
}

export const verifyCommand = () =>
  new Command('verify')
    .description(
      'Anywhere, without a server: whether an export, or the certificate of a proof, is what was signed, and what is not',
    )
    .argument('<file>', 'the export or the certificate; - is standard input')
    .requiredOption('--public-key <file>', 'the public key of the installation, from a place you believe')
    .option('--checkpoint <path...>', 'checkpoints that were kept outside: files, or a folder of them', [])
    .option('--time-stamp-authority <file>', 'certificates of time stamping authorities to believe, in PEM')
    .option('--evidence <file...>', 'with a certificate: what was tried and seen, to compare with it', [])
    .option('--json', 'the whole report as JSON')
    .action(verifyFile);
