import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** What GitHub knows. Everything is in memory except the repositories, which are real ones on disk. */

export type Level = 'read' | 'write' | 'admin';
export type Permissions = Record<string, Level>;
export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface Account {
  id: number;
  login: string;
  kind: 'User' | 'Organization' | 'Bot';
  name: string;
  email: string | null;
  /** Of an organisation. */
  owners: Set<string>;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  description: string;
  url: string;
  owner: Account;
  bot: Account;
  clientId: string;
  clientSecret: string;
  publicKey: KeyObject;
  webhook: { url: string; secret: string | null } | null;
  permissions: Permissions;
  events: string[];
  callbackUrls: string[];
  setupUrl: string | null;
  isPublic: boolean;
  createdAt: Date;
}

/** What an app's maker is given once. */
export interface MadeApp {
  app: App;
  pem: string;
}

export interface Installation {
  id: number;
  app: App;
  account: Account;
  selection: 'all' | 'selected';
  chosen: Set<number>;
  permissions: Permissions;
  events: string[];
  suspended: { at: Date; by: Account } | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface Protection {
  /** A name, or a pattern with `*`. */
  pattern: string;
  requiresPullRequest: boolean;
  /** Of app slugs and logins that may push; null: everybody who may write. */
  mayPush: readonly string[] | null;
}

export interface Repository {
  id: number;
  owner: Account;
  name: string;
  isPrivate: boolean;
  isArchived: boolean;
  defaultBranch: string;
  collaborators: Map<string, Role>;
  protections: Protection[];
  folder: string;
  /** Git of before 2018: no protocol version 2. */
  isOld: boolean;
  lastNumber: number;
  pulls: Map<number, Pull>;
  comments: IssueComment[];
  checkRuns: CheckRun[];
  reactions: Reaction[];
  /** A deploy token for plain git, as other git servers have. */
  deployTokens: Map<string, 'read' | 'write'>;
  createdAt: Date;
  pushedAt: Date;
}

export interface Pull {
  id: number;
  number: number;
  title: string;
  body: string | null;
  author: Account;
  head: string;
  base: string;
  /** The head's commit; kept when its branch is gone. */
  headSha: string;
  baseSha: string;
  state: 'open' | 'closed';
  isDraft: boolean;
  merged: { at: Date; by: Account; commit: string } | null;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  reviews: Review[];
  reviewComments: ReviewComment[];
}

export interface Review {
  id: number;
  author: Account;
  body: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'PENDING' | 'DISMISSED';
  commit: string;
  submittedAt: Date | null;
}

export interface ReviewComment {
  id: number;
  reviewId: number | null;
  author: Account;
  body: string;
  path: string;
  commit: string;
  line: number | null;
  startLine: number | null;
  side: 'LEFT' | 'RIGHT';
  inReplyTo: number | null;
  hunk: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface IssueComment {
  id: number;
  issue: number;
  author: Account;
  body: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface Reaction {
  id: number;
  on: `${'issue' | 'issue-comment' | 'review-comment'}/${number}`;
  author: Account;
  content: string;
  createdAt: Date;
}

export interface CheckRun {
  id: number;
  app: App;
  name: string;
  commit: string;
  status: string;
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string;
  output: { title: string | null; summary: string | null; text: string | null; annotations: number };
  startedAt: Date | null;
  completedAt: Date | null;
}

export type Token =
  | {
      kind: 'installation';
      installation: Installation;
      /** Null: all of the installation's. */
      repositories: ReadonlySet<number> | null;
      permissions: Permissions;
      expiresAt: Date;
    }
  | { kind: 'user'; app: App; user: Account; expiresAt: Date };

export interface Delivery {
  id: number;
  guid: string;
  app: App;
  url: string;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  deliveredAt: Date;
  isRedelivery: boolean;
  durationMs: number;
  status: string;
  statusCode: number;
  headers: Record<string, string>;
  payload: unknown;
  answer: { headers: Record<string, string>; body: string };
}

export interface World {
  origin: string;
  apiUrl: string;
  now: () => Date;
  accounts: Map<string, Account>;
  apps: Map<number, App>;
  installations: Map<number, Installation>;
  repositories: Map<number, Repository>;
  tokens: Map<string, Token>;
  /** Codes of manifests and of sign-ins: good once. */
  manifestCodes: Map<string, MadeApp>;
  userCodes: Map<string, { app: App; user: Account; redirectUri: string | null }>;
  deliveries: Delivery[];
  /** Who the browser is signed in as on the pages. */
  signedInAs: string | null;
  nextId: () => number;
}

export const randomName = (length: number): string => randomBytes(length).toString('base64url').slice(0, length);

export const fullName = ({ owner, name }: Pick<Repository, 'owner' | 'name'>): string => `${owner.login}/${name}`;

export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  const wanted = `${owner}/${name}`.toLowerCase();
  return [...world.repositories.values()].find((one) => fullName(one).toLowerCase() === wanted);
}

export const findAccount = (world: World, login: string): Account | undefined =>
  world.accounts.get(login.toLowerCase());

export function requireAccount(world: World, login: string): Account {
  const account = findAccount(world, login);
  if (!account) throw new Error(`the simulator has no account ${login}`);
  return account;
}

export const covers = ({ selection, chosen, account }: Installation, { id, owner }: Repository): boolean =>
  owner.id === account.id && (selection === 'all' || chosen.has(id));

export const repositoriesOf = (world: World, installation: Installation): Repository[] =>
  [...world.repositories.values()].filter((repository) => covers(installation, repository));

export const installationsOf = (world: World, app: App): Installation[] =>
  [...world.installations.values()].filter((one) => one.app.id === app.id);

const rank: readonly (Role | 'none')[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

/** The highest that somebody holds: by name, as the owner, or as anybody of a public repository. */
export function roleIn(repository: Repository, { login, id }: Account): Role | 'none' {
  const isOwner = repository.owner.id === id || repository.owner.owners.has(login);
  if (isOwner) return 'admin';
  return repository.collaborators.get(login) ?? (repository.isPrivate ? 'none' : 'read');
}

export const isAtLeast = (role: Role | 'none', least: Role): boolean => rank.indexOf(role) >= rank.indexOf(least);

const levels: readonly (Level | undefined)[] = [undefined, 'read', 'write', 'admin'];

/** Does what was given reach what is asked for? */
export const permits = (given: Permissions, name: string, level: Level): boolean =>
  levels.indexOf(given[name]) >= levels.indexOf(level);

export function makeKeys(): { pem: string; publicKey: KeyObject } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    pem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicKey: createPublicKey(privateKey),
  };
}
