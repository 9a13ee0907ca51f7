import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { ProofRun } from '#contract/proofs.ts';
import { exitCodes, Refused } from '#server/refused.ts';
import { type ConnectionOptions, download } from '../policies/connect.ts';
import { say, sayJson } from '../policies/terminal.ts';
import { choosePolicies } from './choose-policies.ts';
import { connectProver, endedAsProof, type Prover } from './connect-prover.ts';
import { proveExitCodes } from './exit-codes.ts';
import { type CellEvidence, resultLines } from './tell-result.ts';
import { type WatchedRun, watchRun } from './watch-run.ts';

interface ProveOptions extends ConnectionOptions {
  policy: string[];
  client: string[];
  wait: boolean;
  format: 'human' | 'json';
  certificate?: string;
  pdf?: string;
  evidence?: string;
  allowNotEnforced?: boolean;
}

const gather = (value: string, before: string[]): string[] => [...before, value];

export const withProveOptions = (command: Command): Command =>
  command
    .option(
      '--policy <name>',
      'a published policy, NAME@2 for its version 2, none for no policy; again for more',
      gather,
      [],
    )
    .option('--client <version>', 'a stock client that is installed on the server; again for more', gather, [])
    .option('--no-wait', 'start it and end')
    .addOption(new Option('--format <format>', 'what to print').choices(['human', 'json']).default('human'))
    .option('--certificate <file>', 'write the signed certificate, as `reeve audit verify` reads it')
    .option('--pdf <file>', 'write the certificate to print')
    .option('--evidence <file>', 'write what was tried and seen, whose sums the certificate holds')
    .option('--allow-not-enforced', 'end with 0 when nothing but what a client does not know is not enforced');

const write = (option: string, path: string, content: string): Promise<void> =>
  writeFile(path, content).catch((cause: NodeJS.ErrnoException) => {
    throw new Refused(`${option}: cannot write ${path} (${cause.code}).`, { cause, exitCode: exitCodes.cannotCreate });
  });

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function readEvidence({ api }: Prover, { cells }: WatchedRun): Promise<CellEvidence[]> {
  const read: CellEvidence[] = [];
  for (const { id, state } of cells) {
    if (state !== 'done') continue;
    const { cell, attempts } = await api.proofs.cell({ id });
    read.push({ cell, attempts });
  }
  return read;
}

async function writePapers({ api, connection }: Prover, run: ProofRun, options: ProveOptions): Promise<void> {
  const { certificate, pdf } = options;
  if (certificate === undefined && pdf === undefined) return;
  if (run.certificateId === null) {
    say('There is no certificate: it is signed for a proof that came to its end.');
    return;
  }
  if (certificate !== undefined) {
    await write('--certificate', certificate, asJson(await api.proofs.certificate({ id: run.id })));
    say(`Wrote the certificate to ${certificate}.`);
  }
  if (pdf === undefined) return;
  const paper = await download(connection, `/verify/runs/${run.id}/certificate.pdf`);
  await pipeline(paper, createWriteStream(pdf)).catch((cause: NodeJS.ErrnoException) => {
    throw new Refused(`--pdf: cannot write ${pdf} (${cause.code}).`, { cause, exitCode: exitCodes.cannotCreate });
  });
  say(`Wrote the certificate to print to ${pdf}.`);
}

function exitCodeOf({ state, verdict }: ProofRun, { allowNotEnforced }: ProveOptions): number {
  if (verdict === 'broken') return proveExitCodes.broken;
  if (state !== 'done' || verdict === null || verdict === 'inconclusive') return proveExitCodes.failed;
  return verdict === 'held' || allowNotEnforced ? proveExitCodes.held : proveExitCodes.partly;
}

async function startWanted({ api }: Prover, { policy, client }: ProveOptions): Promise<ProofRun> {
  const { policies } = await api.proofs.matrix({});
  const { run } = await api.proofs.start({
    ...(policy.length > 0 && { policies: choosePolicies(policy, policies) }),
    ...(client.length > 0 && { clientVersions: client }),
  });
  return run;
}

async function prove(options: ProveOptions, command: Command): Promise<void> {
  const prover = await connectProver(options, command);
  const started = await startWanted(prover, options);
  const isJson = options.format === 'json';
  process.stderr.write(`Proof ${started.number} is started: ${prover.connection.origin}/verify/proofs/${started.id}\n`);
  if (!options.wait) {
    if (isJson) sayJson({ run: started });
    return;
  }
  const watched = await watchRun(prover.api, started.id);
  const evidence = await readEvidence(prover, watched);
  if (isJson)
    sayJson({
      ...watched,
      attempts: evidence.flatMap(({ cell, attempts }) =>
        attempts.map(({ evidence: _seen, ...attempt }) => ({ cellId: cell.id, ...attempt })),
      ),
    });
  else say(...resultLines(watched, evidence));
  if (options.evidence !== undefined) await write('--evidence', options.evidence, asJson(evidence));
  await writePapers(prover, watched.run, options);
  process.exitCode = exitCodeOf(watched.run, options);
}

export const proveAction = (options: ProveOptions, command: Command): Promise<void> =>
  endedAsProof(() => prove(options, command));
