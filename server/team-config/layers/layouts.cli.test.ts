import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppServerError } from '#server/stock-client/app-server.ts';
import { ClientReport } from '#testing/team-config/client-report.ts';
import { differences } from '#testing/team-config/compare-with-client.ts';
import { LayoutMachine } from '#testing/team-config/layout-machine.ts';
import type { Layout } from '#testing/team-config/layouts/layout.ts';
import { places } from '#testing/team-config/layouts/places.ts';
import { policies } from '#testing/team-config/layouts/policies.ts';
import { values } from '#testing/team-config/layouts/values.ts';
import { type EffectiveConfig, effectiveConfig } from './effective-config.ts';
import { modeOfProfile } from './policy-effects.ts';

/**
 * One question to the stock client and to this engine: what is in effect here, and who says so? The client answers by `config/read`
 * of its app server; what it decides only when a conversation begins, by what the conversation gets; a profile, by `exec`.
 */

let host: LayoutMachine;
beforeAll(async () => {
  host = await LayoutMachine.open();
});
afterAll(() => host.close());

async function refusal(layout: Layout): Promise<string> {
  const app = await host.app(layout);
  const { cwd } = host.input(layout);
  const answer = await app.request('config/read', { cwd, includeLayers: true }).catch((error: unknown) => error);
  return answer instanceof AppServerError ? answer.message : 'the client had no objection';
}

const ofInterest = /disallowed by|overridden by|is ignored|Ignored unsupported|Ignoring unknown/;

async function warningsOfClient(layout: Layout): Promise<string[]> {
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

async function compareSession(layout: Layout, effective: EffectiveConfig): Promise<void> {
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

async function compareHeader(layout: Layout, effective: EffectiveConfig): Promise<void> {
  const header = await host.header(layout);
  expect(header.get('model')).toBe(settingOf(effective, 'model'));
  expect(header.get('reasoning effort') ?? 'none').toBe(settingOf(effective, 'model_reasoning_effort') ?? 'none');
}

async function compare(layout: Layout): Promise<void> {
  // The client reads its files when it is asked, but its policy and the command line when it starts.
  if (layout.profile === undefined) await host.app(layout);
  await host.layOut(layout);
  const effective = effectiveConfig(host.input(layout));
  if (layout.refused) {
    expect(await refusal(layout)).toMatch(layout.refused.client);
    expect(effective.settings).toBeNull();
    expect(effective.refusals.map(({ message }) => message).join('\n')).toMatch(layout.refused.ours);
    return;
  }
  if (layout.profile !== undefined) return compareHeader(layout, effective);
  const app = await host.app(layout);
  const { cwd } = host.input(layout);
  const report = ClientReport.parse(await app.request('config/read', { cwd, includeLayers: true }));
  expect(differences(effective, report)).toEqual([]);
  if (layout.warns) expect(effective.warnings.toSorted()).toEqual(await warningsOfClient(layout));
  if (layout.session) await compareSession(layout, effective);
}

describe('which files count', () => test.each(places)('$name', compare));
describe('how values come together', () => test.each(values)('$name', compare));
describe('what the policy makes of it', () => test.each(policies)('$name', compare));
