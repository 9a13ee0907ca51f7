/** A whole Reeve with an organisation in it. Arguments: members, groups, policies, upstream URL (or none), members with a token. */
import process from 'node:process';
import { seedKey } from '#testing/seed-key.ts';
import { startTestReeve } from '#testing/start-reeve.ts';
import { seedMember } from '#testing/test-services.ts';
import { seedOrganisation } from '../seed-organisation.ts';
import { announce } from './announce.ts';

const [members = '1', groups = '0', policies = '1', upstreamUrl = '', tokens = '100'] = process.argv.slice(2);
const environment = process.env.BENCH_DATABASE_URL ? { REEVE_DATABASE_URL: process.env.BENCH_DATABASE_URL } : {};
const reeve = await startTestReeve(environment);
const seeded = await seedOrganisation(reeve.services, {
  members: Number(members),
  groups: Number(groups),
  policies: Number(policies),
  upstreamUrl,
  tokens: Number(tokens),
});
const { workspaceId } = seeded;
await seedMember(reeve.services.db, { workspaceId, email: 'owner@example.com', role: 'owner' });
const { secret: scimKey } = await seedKey(reeve.services, { workspaceId, scopes: ['scim'] });
const { secret: policiesKey } = await seedKey(reeve.services, { workspaceId, scopes: ['policies.write'] });
announce({
  origin: reeve.origin,
  port: Number(new URL(reeve.origin).port),
  authorityFile: reeve.authorityFile,
  ...seeded,
  scimKey,
  policiesKey,
});
