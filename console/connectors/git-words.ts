import type { Tone } from '#console/ui/StatusBadge.tsx';
import { type GitConnection, type GitInstallation, type GitOperation, gitOperations } from '#contract/git-servers.ts';

interface Word {
  tone: Tone;
  word: string;
}

export const connectionStates: Record<GitConnection['state'], Word> = {
  connected: { tone: 'ok', word: 'Connected' },
  waiting: { tone: 'warn', word: 'Not installed yet' },
  failing: { tone: 'bad', word: 'Failing' },
};

export const installationStates: Record<GitInstallation['state'], Word> = {
  active: { tone: 'ok', word: 'Active' },
  suspended: { tone: 'warn', word: 'Suspended' },
  removed: { tone: 'off', word: 'Removed' },
};

export const kindNames: Record<GitConnection['kind'], string> = {
  github: 'GitHub App',
  git: 'deploy token over HTTPS',
};

const isOperation = (name: string): name is GitOperation => Object.hasOwn(gitOperations, name);

/** Why a token was made. */
export const operationSentence = (name: string): string => (isOperation(name) ? gitOperations[name].sentence : name);

/** `contents: write, metadata: read` */
export const permissionWords = (permissions: Readonly<Record<string, string>>): string =>
  Object.entries(permissions)
    .map(([name, level]) => `${name}: ${level}`)
    .join(', ');

/** What the app is given on GitHub, in GitHub's words, and what for. */
export const appPermissions: readonly [permission: string, reason: string][] = [
  ['Contents: read and write', 'to fetch a repository for a task and to push the branch of a pull request'],
  ['Pull requests: read and write', 'to open pull requests and see where they stand'],
  ['Workflows: write', 'to push changes of GitHub Actions workflows, where a task makes some'],
  ['Metadata: read', 'to find repositories, and what a member may do in one'],
];
