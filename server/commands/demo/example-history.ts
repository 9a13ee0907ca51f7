import { examplePolicies } from './example-policies.ts';
import type { LifeOptions } from './live-through.ts';

type Today = LifeOptions & { day: number };

async function publishNewVersions({ founded: { api, policies }, day }: Today): Promise<void> {
  for (const { name, versions } of examplePolicies) {
    for (const version of versions) {
      if (version.onDay === 0 || version.onDay !== day) continue;
      const id = policies.get(name)?.id ?? '';
      await api.policies.saveDraft({ id, expectedDraft: null, contents: version.contents });
      await api.policies.publication.publish({ id, expectedDraft: 1, message: version.message });
    }
  }
}

/** What administrators do besides, by day: enough for Audit to tell a story. */
const deeds: Readonly<Record<number, (today: Today) => Promise<unknown>>> = {
  2: ({ founded: { api } }) => api.keys.create({ name: 'SIEM export', scopes: ['audit.read', 'compliance.read'] }),
  5: ({ founded: { api } }) =>
    api.keys.create({ name: 'Usage report', scopes: ['codex.enterprise.analytics.read'], expiresInDays: 180 }),
  9: ({ founded: { api } }) => api.workspace.updateSettings({ policyGraceMinutes: 30 }),
  16: ({ owner, founded: { api } }) =>
    api.identity.signIn({ email: owner.email, password: 'not the password' }).catch(() => undefined),
  33: ({ founded: { api } }) => api.workspace.updateSettings({ deviceCodeEnabled: false }),
  34: ({ founded: { api } }) => api.workspace.updateSettings({ deviceCodeEnabled: true }),
  47: async ({ founded: { api } }) => {
    await api.policies.protection.freeze({ because: 'Quarter-end release.' });
  },
  49: async ({ founded: { api } }) => {
    await api.policies.protection.unfreeze({});
  },
  88: ({ founded: { api, policies } }) =>
    api.policies.saveDraft({
      id: policies.get('Contractors')?.id ?? '',
      expectedDraft: null,
      contact: 'agencies@example.com',
    }),
};

/** The administrators' part of a day. */
export async function exampleHistory(today: Today): Promise<void> {
  const { day, owner, founded } = today;
  const isNew = examplePolicies.some(({ versions }) => versions.some(({ onDay }) => onDay > 0 && onDay === day));
  const hasWork = day in deeds || isNew;
  if (!hasWork) return;
  await founded.api.identity.signIn({ email: owner.email, password: owner.password });
  await publishNewVersions(today);
  await deeds[day]?.(today);
}
