import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { branchCommit, commitFiles, type Files, makeRepository } from './git-folder.ts';
import { writeHooks } from './git-http.ts';
import type { NewApp, Simulator } from './simulator.ts';
import {
  type Account,
  type App,
  findRepository,
  type MadeApp,
  makeKeys,
  type Repository,
  randomName,
  requireAccount,
  type World,
} from './world.ts';

/** Accounts, repositories and apps, as a test puts them in. */

export function addAccount(
  world: World,
  kind: Account['kind'],
  login: string,
  { name = login, email = null as string | null } = {},
): Account {
  const account = { id: world.nextId(), login, kind, name, email, owners: new Set<string>() };
  world.accounts.set(login.toLowerCase(), account);
  return account;
}

export function requireRepository(world: World, name: string): Repository {
  const [owner = '', repo = ''] = name.split('/');
  const found = findRepository(world, owner, repo);
  if (!found) throw new Error(`the simulator has no repository ${name}`);
  return found;
}

export async function addRepository(
  world: World,
  folder: string,
  [name, facts = {}]: Parameters<Simulator['addRepository']>,
): Promise<Repository> {
  const {
    files = { 'README.md': '# Example\n' },
    isPrivate = true,
    defaultBranch = 'main',
    collaborators = {},
  } = facts;
  const [login = '', repo = ''] = name.split('/');
  const at = world.now();
  const repository: Repository = {
    id: world.nextId(),
    owner: requireAccount(world, login),
    name: repo,
    isPrivate,
    isArchived: false,
    defaultBranch,
    collaborators: new Map(Object.entries(collaborators)),
    protections: [],
    folder: join(folder, `${randomUUID()}.git`),
    isOld: false,
    lastNumber: 0,
    pulls: new Map(),
    comments: [],
    checkRuns: [],
    reactions: [],
    deployTokens: new Map(),
    createdAt: at,
    pushedAt: at,
  };
  await makeRepository(repository.folder, defaultBranch);
  await commitFiles(repository.folder, {
    branch: defaultBranch,
    files,
    message: 'first',
    by: { name: 'Example', email: 'first@example.com' },
    at,
  });
  await writeHooks(repository.folder);
  world.repositories.set(repository.id, repository);
  return repository;
}

/** @returns what moved, for the events */
export async function commitAs(
  world: World,
  repository: Repository,
  { branch, files, by, message = 'change' }: { branch: string; files: Files; by: string; message?: string | undefined },
): Promise<{ before: string; after: string }> {
  const person = requireAccount(world, by);
  const { folder, defaultBranch } = repository;
  const before = await branchCommit(folder, branch);
  const start = before ?? (await branchCommit(folder, defaultBranch));
  const after = await commitFiles(folder, {
    branch,
    files,
    message,
    by: { name: person.name, email: person.email ?? `${person.login}@example.com` },
    at: world.now(),
    ...(before === null && start !== null && { from: start }),
  });
  return { before: before ?? '0'.repeat(40), after };
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

export function createApp(world: World, facts: NewApp): MadeApp & { webhookSecret: string } {
  const { pem, publicKey } = makeKeys();
  const slug = slugOf(facts.name);
  const webhookSecret = randomName(40);
  const app: App = {
    id: world.nextId(),
    slug,
    name: facts.name,
    description: facts.description ?? '',
    url: facts.url ?? 'https://example.com',
    owner: requireAccount(world, facts.owner),
    bot: addAccount(world, 'Bot', `${slug}[bot]`),
    clientId: `Iv23${randomName(16)}`,
    clientSecret: randomName(40),
    publicKey,
    webhook: facts.webhookUrl ? { url: facts.webhookUrl, secret: webhookSecret } : null,
    permissions: facts.permissions ?? {},
    events: facts.events ?? [],
    callbackUrls: facts.callbackUrls ?? [],
    setupUrl: facts.setupUrl ?? null,
    isPublic: facts.isPublic ?? true,
    createdAt: world.now(),
  };
  world.apps.set(app.id, app);
  return { app, pem, webhookSecret };
}
