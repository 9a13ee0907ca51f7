import { hasAdd, noAdd } from '#contract/containerfile.ts';
import { type Environment, EnvironmentSettings } from '#contract/environments.ts';
import { noInternet } from '#contract/internet-access.ts';

export type EnvironmentDraft = EnvironmentSettings;
export type Edit = (change: Partial<EnvironmentDraft>) => void;
/** What is not right, by field. */
export type Problems = Partial<Record<keyof EnvironmentDraft, string>>;

export const blankDraft: EnvironmentDraft = {
  label: '',
  description: null,
  repositoryIds: [],
  image: { kind: 'default' },
  languageVersions: {},
  setupScript: '',
  maintenanceScript: '',
  variables: [],
  internet: noInternet,
  setupInternet: 'on',
  machineSize: 'medium',
  runtime: 'any',
  runnerLabels: [],
  timeLimitMinutes: 60,
  isCacheOn: true,
  cacheHours: 12,
  model: null,
  sharing: 'private',
  groupIds: [],
};

const fields = Object.keys(EnvironmentSettings.shape) as (keyof EnvironmentDraft)[];

/** The part of an environment that can be changed. */
export const draftOf = (environment: Environment): EnvironmentDraft =>
  Object.fromEntries(fields.map((field) => [field, environment[field]])) as EnvironmentDraft;

export const changedFields = (draft: EnvironmentDraft, saved: EnvironmentDraft): (keyof EnvironmentDraft)[] =>
  fields.filter((field) => JSON.stringify(draft[field]) !== JSON.stringify(saved[field]));

/** Rows that nobody filled in are not sent. */
export const withoutEmptyRows = (draft: EnvironmentDraft): EnvironmentDraft => ({
  ...draft,
  variables: draft.variables.filter(({ name, value }) => name !== '' || value !== ''),
});

const inWords: Problems = {
  label: 'Give the environment a name, for example “Web shop”.',
  repositoryIds: 'Choose the repository that tasks work on.',
};

/** What the server would refuse, said before it is asked. */
export function problemsOf(draft: EnvironmentDraft): Problems {
  const problems: Problems = {};
  const checked = EnvironmentSettings.safeParse(withoutEmptyRows(draft));
  for (const { path, message } of checked.error?.issues ?? []) {
    const field = path[0] as keyof EnvironmentDraft;
    problems[field] ??= inWords[field] ?? placed(draft, path, message);
  }
  if (draft.image.kind === 'image' && draft.image.reference.trim() === '')
    problems.image = 'Write the name of an image, for example docker.io/library/node:24.';
  if (draft.image.kind === 'recipe' && draft.image.containerfile.trim() === '')
    problems.image = 'Write the recipe; it begins with FROM.';
  if (draft.image.kind === 'recipe' && hasAdd(draft.image.containerfile)) problems.image = noAdd;
  if (draft.sharing === 'groups' && draft.groupIds.length === 0)
    problems.groupIds = 'Choose at least one group, or share with nobody.';
  return problems;
}

/** Of many entries, which one. */
function placed(draft: EnvironmentDraft, path: PropertyKey[], message: string): string {
  if (path[0] !== 'variables' || typeof path[1] !== 'number') return message;
  const { name } = withoutEmptyRows(draft).variables[path[1]] ?? { name: '' };
  return name === '' ? 'A value has no name.' : `${name}: ${message}`;
}

/** On which tab a field is. */
export const tabOf = (field: keyof EnvironmentDraft): 'set-up' | 'secrets' | 'internet' | 'machine' | 'sharing' => {
  if (field === 'variables') return 'secrets';
  if (field === 'internet' || field === 'setupInternet') return 'internet';
  if (field === 'sharing' || field === 'groupIds') return 'sharing';
  const machine = ['machineSize', 'runtime', 'runnerLabels', 'timeLimitMinutes', 'isCacheOn', 'cacheHours', 'model'];
  return machine.includes(field) ? 'machine' : 'set-up';
};
