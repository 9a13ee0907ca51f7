import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppServerError } from '#server/stock-client/app-server.ts';
import { ClientReport } from '#testing/team-config/client-report.ts';
import { differences } from '#testing/team-config/compare-with-client.ts';
import { LayoutMachine } from '#testing/team-config/layout-machine.ts';
import type { Layout } from '#testing/team-config/layouts/layout.ts';
import { places } from '#testing/team-config/layouts/places.ts';
import { policies } from '#testing/team-config/layouts/policies.ts';
import { starts } from '#testing/team-config/layouts/starts.ts';
import { values } from '#testing/team-config/layouts/values.ts';
import { type EffectiveConfig, effectiveConfig } from './effective-config.ts';
import { modeOfProfile } from './policy-effects.ts';

/**
 * One question to the stock client and to this engine: what is in effect here, and who says so? The client answers by `config/read`
 * of its app server; what it decides only when a conversation begins, by what the conversation gets; a profile, by `exec`.
 */

/** Two machines share the layouts, each with its own half from the start of a run to its end. */
const halves = [
  [...places, ...values.slice(0, 12)],
  [...values.slice(12), ...policies, ...starts],
];
const verdicts = new Map<Layout, PromiseWithResolvers<void>>(
  halves.flat().map((layout) => [layout, Promise.withResolvers<void>()]),
);
const hosts: LayoutMachine[] = [];

async function compareAll(layouts: readonly Layout[]): Promise<void> {
  const host = await LayoutMachine.open();
  hosts.push(host);
  for (const layout of layouts) {
    const verdict = verdicts.get(layout);
    // The verdict may be in before its test asks for it.
    verdict?.promise.catch(() => undefined);
    await compare(host, layout).then(verdict?.resolve, verdict?.reject);
  }
}

let running: Promise<unknown>;
beforeAll(() => {
  running = Promise.all(halves.map(compareAll)).catch((error: unknown) => {
    for (const { reject } of verdicts.values()) reject(error);
  });
});
afterAll(async () => {
  await running;
  await Promise.all(hosts.map((host) => host.close()));
});

async function refusal(host: LayoutMachine, layout: Layout): Promise<string> {
  if (layout.profile !== undefined) return host.exec(layout);
  const app = await host.app(layout);
  const { cwd } = host.input(layout);
  const answer = await app.request('config/read', { cwd, includeLayers: true }).catch((error: unknown) => error);
  return answer instanceof AppServerError ? answer.message : 'the client had no objection';
}

const ofInterest = /disallowed by|overridden by|is ignored|Ignored unsupported|Ignoring unknown/;

async function warningsOfClient(host: LayoutMachine, layout: Layout): Promise<string[]> {
  const app = await host.app(layout);
  const said = app.notices
    .map(({ params }) => (params as { summary?: unknown }).summary)
    .filter((text) => typeof text === 'string');
  return said.filter((text) => ofInterest.test(text)).sort();
}

const settingOf = ({ settings }: EffectiveConfig, key: string): unknown =>
  settings?.find((setting) => setting.key === key)?.value;

interface Started {
  approvalPolicy: unknown;
  approvalsReviewer: unknown;
  sandbox: { type: string };
  activePermissionProfile: { id: string } | null;
}

const modes: Readonly<Record<string, string>> = {
  readOnly: 'read-only',
  workspaceWrite: 'workspace-write',
  dangerFullAccess: 'danger-full-access',
};

async function compareSession(host: LayoutMachine, layout: Layout, effective: EffectiveConfig): Promise<void> {
  const app = await host.app(layout);
  const { cwd } = host.input(layout);
  const started = (await app.request('thread/start', { cwd, ephemeral: true, ...host.scripted })) as Started;
  const permissions = String(effective.permissions?.value);
  expect({
    approvals: settingOf(effective, 'approval_policy'),
    sandbox: modeOfProfile[permissions] ?? permissions,
  }).toEqual({
    approvals: started.approvalPolicy,
    sandbox: modes[started.sandbox.type],
  });
  expect(settingOf(effective, 'approvals_reviewer') ?? 'user').toBe(started.approvalsReviewer);
}

async function compareHeader(host: LayoutMachine, layout: Layout, effective: EffectiveConfig): Promise<void> {
  const header = await host.header(layout);
  expect(header.get('model')).toBe(settingOf(effective, 'model'));
  expect(header.get('reasoning effort') ?? 'none').toBe(settingOf(effective, 'model_reasoning_effort') ?? 'none');
}

async function compare(host: LayoutMachine, layout: Layout): Promise<void> {
  // The client reads its files when it is asked, but its policy and the command line when it starts.
  if (layout.profile === undefined) await host.app(layout);
  await host.layOut(layout);
  const effective = effectiveConfig(host.input(layout));
  if (layout.refused) {
    expect(await refusal(host, layout)).toMatch(layout.refused.client);
    expect(effective.settings).toBeNull();
    expect(effective.refusals.map(({ message }) => message).join('\n')).toMatch(layout.refused.ours);
    return;
  }
  if (layout.profile !== undefined) return compareHeader(host, layout, effective);
  const app = await host.app(layout);
  const { cwd } = host.input(layout);
  const report = ClientReport.parse(await app.request('config/read', { cwd, includeLayers: true }));
  expect(differences(effective, report)).toEqual([]);
  if (layout.warns) expect(effective.warnings.toSorted()).toEqual(await warningsOfClient(host, layout));
  if (layout.session) await compareSession(host, layout, effective);
}

const verdictOf = (layout: Layout) => verdicts.get(layout)?.promise;

describe('which files count', () => test.each(places)('$name', verdictOf));
describe('how values come together', () => test.each(values)('$name', verdictOf));
describe('what the policy makes of it', () => test.each(policies)('$name', verdictOf));
describe('what keeps the client from starting', () => test.each(starts)('$name', verdictOf));
