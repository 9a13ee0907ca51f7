import type { IncomingHttpHeaders } from 'node:http';
import type { Files } from './git-folder.ts';
import type { Hooks } from './webhooks.ts';
import type {
  Account,
  App,
  Installation,
  MadeApp,
  Permissions,
  Protection,
  Pull,
  Repository,
  Role,
  World,
} from './world.ts';

export interface NewApp {
  owner: string;
  name: string;
  description?: string;
  url?: string;
  webhookUrl?: string | null;
  permissions?: Permissions;
  events?: string[];
  callbackUrls?: string[];
  setupUrl?: string | null;
  isPublic?: boolean;
}

/** One request to the API, to git or to a page. */
export interface SeenRequest {
  method: string;
  path: string;
  /** The token it came with; compare it with what a client may have seen. */
  token: string | null;
  headers: Readonly<IncomingHttpHeaders>;
  /** Null: not answered to its end. */
  status: number | null;
}

/** A GitHub that a test owns: `origin` is a GitHub Enterprise Server (`/api/v3`), over real git repositories. */
export interface Simulator {
  origin: string;
  apiUrl: string;
  authorityPem: string;
  world: World;
  hooks: Hooks;
  requests: SeenRequest[];
  addUser(login: string, facts?: { name?: string; email?: string }): Account;
  addOrganization(login: string, facts: { owners: string[] }): Account;
  /** With its first commit on the default branch. */
  addRepository(
    fullName: string,
    facts?: {
      files?: Files;
      isPrivate?: boolean;
      defaultBranch?: string;
      collaborators?: Record<string, Role>;
    },
  ): Promise<Repository>;
  /** As a person who pushes: events are sent. @returns the commit */
  push(fullName: string, facts: { branch: string; files: Files; by: string; message?: string }): Promise<string>;
  protect(fullName: string, rule: Partial<Protection> & { pattern: string }): void;
  /** For a connection to plain git: a token of this one repository. */
  addDeployToken(fullName: string, level: 'read' | 'write'): string;
  createApp(facts: NewApp): MadeApp & { webhookSecret: string };
  /** @returns the code of the manifest flow */
  makeAppFromManifest(facts: NewApp): string;
  install(
    app: App,
    account: string,
    facts?: { by?: string; repositories?: 'all' | number[]; permissions?: Permissions },
  ): Promise<Installation>;
  suspend(installation: Installation, by: string): Promise<void>;
  unsuspend(installation: Installation, by: string): Promise<void>;
  changeRepositories(installation: Installation, to: 'all' | number[], by: string): Promise<void>;
  /** The answers of the next requests whose path matches, in place of the right ones. */
  answerNext(path: RegExp, status: number, body?: unknown): void;
  /** The browser on GitHub's pages is this person from now on. */
  signInAs(login: string | null): void;
  /** A code as after the consent, without the page. */
  authorize(app: App, login: string): string;
  /** The person takes the app's authorization back on GitHub's page. */
  revokeAuthorization(app: App, login: string): Promise<void>;
  renameUser(login: string, to: string): void;
  mergePull(fullName: string, number: number, by: string): Promise<Pull>;
  closePull(fullName: string, number: number, by: string): Promise<Pull>;
  close(): Promise<void>;
}
