import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testedClients } from '#contract/tested-clients.ts';
import { policyPresets } from '#server/policies/policy-presets.ts';
import { ensureClient } from '#server/stock-client/install-client.ts';
import { openScratchMachine, type ScratchMachine } from '#server/stock-client/scratch-machine.ts';
import { generatedDocuments } from '#testing/policy-documents.ts';
import { writePath } from './constraint-paths.ts';
import { planProof } from './plan-proof.ts';
import type { Trial } from './run-facts.ts';
import { type ScriptedModel, startScriptedModel } from './scripted-model.ts';
import { readStatedPolicy } from './stated-policy.ts';
import type { ProofSubject } from './subject.ts';

let machine: ScratchMachine;
let model: ScriptedModel;
beforeAll(async () => {
  machine = await openScratchMachine({ version: '0.169.0' });
  model = await startScriptedModel();
});
afterAll(async () => {
  await model.close();
  await machine.close();
});

const order: readonly string[] = testedClients;

/** As a proof plans from: nothing of it is played here. */
async function trialOf(contents: string, version: (typeof testedClients)[number]): Promise<Trial> {
  const nobody = () => Promise.reject(new Error('planning asks nobody'));
  const subject: ProofSubject = {
    origin: 'https://reeve.example',
    listenAddress: { host: '127.0.0.1', port: 443 },
    authorityPem: null,
    client: await ensureClient(version),
    policy: { id: 'p', name: 'P', revision: 1, contents, defaults: '', baselineContents: null },
    approveDevice: nobody,
    createAccessToken: async () => 'at-planned',
    modelUrlIsSet: nobody,
    serverSaw: nobody,
  };
  const root = path.dirname(machine.files.home.path);
  const place = (name: string) => path.join(root, 'runs', name);
  return {
    subject,
    machine,
    model,
    stubs: path.join(root, 'stubs'),
    modelSlug: 'corp-model',
    signal: AbortSignal.timeout(60_000),
    policy: readStatedPolicy({ contents, baselineContents: null }, version),
    isSince: (wanted) => order.indexOf(version) >= order.indexOf(wanted),
    placeOf: (name) => ({
      name,
      codexHome: `${place(name)}/codex`,
      work: `${place(name)}/work`,
      outside: `${place(name)}/outside`,
    }),
  };
}

const presets = policyPresets.map(({ contents }) => contents);
/** Generated from the whole catalogue, the same ones each time. */
const generated = generatedDocuments(60, () => true);

test.each(testedClients)(
  'every key of every template and of 60 generated policies is in the result of %s',
  async (version) => {
    for (const contents of ['', ...presets, ...generated]) {
      const trial = await trialOf(contents, version);
      const { attempts, runs } = await planProof(trial);
      const constraints = new Set(attempts.map(({ constraint }) => constraint));
      const missing = trial.policy.paths.map(writePath).filter((written) => !constraints.has(written));
      expect({ contents, missing }).toEqual({ contents, missing: [] });
      const names = attempts.map(({ attempt }) => attempt);
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
      const played = new Set(runs.map(({ name }) => name));
      expect(attempts.filter(({ run }) => run !== null && !played.has(run)).map(({ attempt }) => attempt)).toEqual([]);
    }
  },
);
