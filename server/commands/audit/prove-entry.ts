import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { Proof } from '#contract/audit-chain.ts';
import { verifyProof } from '#server/audit/index.ts';
import { Refused } from '#server/refused.ts';
import { say, sayJson } from '../policies/terminal.ts';
import { auditExitCodes } from './exit-codes.ts';
import { readPublicKeys } from './read-evidence.ts';
import { openSource, type SourceOptions, withSource } from './source.ts';

async function prove(id: string, options: SourceOptions & { output?: string }, command: Command): Promise<void> {
  const source = await openSource(options, command);
  const proof = await source.prove(id);
  if (options.output === undefined) sayJson(proof);
  else {
    await writeFile(options.output, `${JSON.stringify(proof, null, 2)}\n`);
    say(`Wrote the proof that entry ${proof.entry.seq} is in the log to ${options.output}.`);
  }
}

export const proveCommand = () =>
  withSource(
    new Command('prove')
      .description('Make a proof that an entry is in the log, which somebody else can check alone')
      .argument('<entry>', 'its id, as the Audit page shows it (aud_…)')
      .option('-o, --output <file>', 'where to; without it, standard output'),
  ).action(prove);

async function readProof(path: string): Promise<Proof> {
  const reading = path === '-' ? text(process.stdin) : readFile(path, 'utf8');
  const content = await reading.catch((cause: NodeJS.ErrnoException) => {
    throw new Refused(`cannot read ${path} (${cause.code}).`, { cause });
  });
  try {
    return Proof.parse(JSON.parse(content));
  } catch (cause) {
    throw new Refused(`${path} is no proof of an entry.`, { cause });
  }
}

async function checkProof(path: string, { publicKey, json }: { publicKey: string; json?: boolean }): Promise<void> {
  const proof = await readProof(path);
  const report = await verifyProof(proof, await readPublicKeys(publicKey));
  if (json) sayJson({ ...report, entry: proof.entry });
  else if (report.isValid)
    say(
      `Valid: entry ${report.seq} is in the log as checkpoint ${report.checkpoint?.number} of ${report.checkpoint?.at} has it.`,
    );
  else say(`NOT VALID: ${report.problem}`);
  if (!report.isValid) process.exitCode = auditExitCodes.invalid;
}

export const verifyProofCommand = () =>
  new Command('verify-proof')
    .description('Anywhere, without a server: whether a proof of an entry holds')
    .argument('<file>', 'the proof; - is standard input')
    .requiredOption('--public-key <file>', 'the public key of the installation, from a place you believe')
    .option('--json', 'the report and the entry as JSON')
    .action(checkProof);
