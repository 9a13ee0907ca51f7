import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dangerous } from '#contract/endpoint.ts';
import type { SecondFactorStanding } from '#server/http/request-context.ts';
import { type ApiClient, apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { endpoints } from '../tools/documents/endpoints.ts';
import { ownApiRouter } from './app.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { mountOwnApi } from './http/own-api.ts';
import { type Gateway, openGateway } from './models/index.ts';

let services: TestServices;
let gateway: Gateway;
let owner: { memberId: string; workspaceId: string };

beforeAll(async () => {
  services = await openTestServices();
  gateway = await openGateway(services);
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  owner = { workspaceId, memberId: ownerId };
});
afterAll(async () => {
  await gateway.close();
  await services.close();
});

/** An owner whose session stands like this towards second factors. */
function ownerWith(standing: Partial<SecondFactorStanding>): ApiClient {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs(owner);
  const router = ownApiRouter(services, { gateway, authorityPem: null, proxyAuthorityPem: null });
  const secondFactor = { ...member.secondFactor, ...standing };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => ({ ...member, secondFactor }) });
  return apiClient(app);
}

const call = (browser: ApiClient, { method, path }: { method: string; path: string }) =>
  browser.call<{ code?: string }>(method, path.replaceAll(/\{\+?\w+\}/g, 'nothing'), method === 'GET' ? undefined : {});

describe('dangerous actions', () => {
  test.each(endpoints)('$name asks for a fresh second factor exactly when the contract says so', async (endpoint) => {
    const enrolled = ownerWith({ isEnrolled: true, methods: ['totp'], isFresh: false });
    const { status, body } = await call(enrolled, endpoint);
    if (endpoint.stepUp) expect({ status, code: body.code }).toEqual({ status: 403, code: 'step-up-required' });
    else expect(body.code).not.toBe('step-up-required');
  });

  test('are those of docs/generated/permissions.md', () => {
    const page = readFileSync(join(import.meta.dirname, '..', 'docs/generated/permissions.md'), 'utf8');
    const section = page.split('## What asks for a second factor again')[1]?.split('\n## ')[0] ?? '';
    const listed = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(endpoints.filter(({ stepUp }) => stepUp).map(({ name }) => name));
    expect(listed).toEqual(
      expect.arrayContaining(['roles.update', 'policies.assign', 'keys.create', 'identity.createAccessToken']),
    );
  });

  test('are all recorded changes under a permission that gives power', () => {
    const changes = endpoints.filter(({ allow, audit }) => dangerous.has(allow) && typeof audit === 'string');
    // What changes nobody yet: a draft becomes a policy by publishing, which asks.
    const drafts = ['create', 'saveDraft', 'discardDraft', 'publication.decline', 'versions.restore'];
    const without = changes.filter(({ stepUp }) => !stepUp).map(({ name }) => name);
    expect(without.sort()).toEqual(drafts.map((name) => `policies.${name}`).sort());
  });
});

describe('under a rule in force', () => {
  /** The way to having one, showing one, and leaving. */
  const open = [
    'identity.signOut',
    'secondFactor.addPasskey',
    'secondFactor.confirmTotp',
    'secondFactor.read',
    'secondFactor.startPasskey',
    'secondFactor.startTotp',
    'secondFactor.stepUp',
    'secondFactor.stepUpOptions',
  ];

  test.each(endpoints.filter(({ allow }) => allow !== 'anyone'))(
    '$name waits for whoever has none',
    async (endpoint) => {
      const without = ownerWith({ isRequired: true, isInForce: true });
      const { status, body } = await call(without, endpoint);
      if (open.includes(endpoint.name)) expect(body.code).not.toBe('second-factor-required');
      else expect({ status, code: body.code }).toEqual({ status: 403, code: 'second-factor-required' });
    },
  );
});
