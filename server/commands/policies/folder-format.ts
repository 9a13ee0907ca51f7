import { z } from 'zod';
import { PolicyName } from '#contract/policies.ts';
import type { PolicySetTest } from '#contract/policy-set.ts';

/** Which policies there are, and in which order they apply. */
export const assignmentFile = 'assignment.yaml';

const kinds = { contents: '.toml', defaults: '.config.toml', tests: '.tests.yaml' } as const;
export type FileKind = keyof typeof kinds;

export const fileOf = (slug: string, kind: FileKind): string => slug + kinds[kind];

/** What a file of the folder is, by its name alone. Null: not ours; it is left alone. */
export function kindOfFile(name: string): { slug: string; kind: FileKind } | 'assignment' | 'misplaced' | null {
  if (name === assignmentFile) return 'assignment';
  const found = /^(?<slug>[^.]+)(?<ending>\.config\.toml|\.tests\.yaml|\.toml)$/.exec(name)?.groups;
  const kind = (Object.keys(kinds) as FileKind[]).find((key) => kinds[key] === found?.ending);
  if (found?.slug !== undefined && kind) return { slug: found.slug, kind };
  return /\.(toml|ya?ml)$/i.test(name) && !name.startsWith('.') ? 'misplaced' : null;
}

export const Slug = z
  .string({ error: 'Write the name of a file without its ending, such as contractors.' })
  .regex(/^[a-z0-9][a-z0-9-]{0,79}$/, { error: 'A file name has small letters, digits and hyphens, 80 at most.' });

const text = (what: string) => z.string({ error: `${what} is missing or is not text; put it in quotes.` });

export const AssignmentFile = z.strictObject({
  policies: z.record(
    Slug,
    z.strictObject({
      name: text('The name').pipe(PolicyName),
      contact: text('The contact').trim().max(500).default(''),
      explainsRules: z.boolean({ error: 'explainsRules is true or false.' }).default(false),
    }),
    { error: 'policies: is missing, or is not a map of file names.' },
  ),
  order: z
    .array(z.strictObject({ group: text('The name of the group').min(1).max(200), policy: Slug }), {
      error: 'order: is missing, or is not a list; an empty one is [].',
    })
    .max(10_000),
  fallback: z
    .string({ error: 'fallback: is missing. Name a policy for everybody no rule fits, or write null for none.' })
    .pipe(Slug)
    .nullable(),
  baseline: Slug.nullable().default(null),
});
export type AssignmentFile = z.infer<typeof AssignmentFile>;

const group = text('The name of the group').max(200).nullable().default(null);
const value = text("A TOML value as text, such as '\"live\"' or 'true',").max(2000).optional();

const CommandEntry = z.strictObject({
  command: text('The command').min(1).max(2000),
  group,
  expect: z.enum(['prompt', 'forbidden', 'no-rule'], { error: 'expect: is prompt, forbidden or no-rule.' }),
});

const SettingEntry = z.strictObject({
  setting: z.string({ error: 'A test has a command: or a setting: to look at.' }).min(1).max(200),
  group,
  is: value,
  contains: value,
  lacks: value,
});

const comparisons = ['is', 'contains', 'lacks'] as const;

function readSetting({ setting: key, group: inGroup, ...wanted }: z.infer<typeof SettingEntry>): PolicySetTest | null {
  const given = comparisons.filter((name) => wanted[name] !== undefined);
  const [expect] = given;
  if (expect === undefined || given.length > 1) return null;
  return { kind: 'setting', group: inGroup, key, expect, value: wanted[expect] ?? '' };
}

const isObject = (entry: unknown): entry is object => typeof entry === 'object' && entry !== null;

const readCommand = (entry: unknown) => {
  const { data, error } = CommandEntry.safeParse(entry);
  return { test: data ? ({ kind: 'command', ...data } as const) : null, error };
};

const readComparison = (entry: unknown) => {
  const { data, error } = SettingEntry.safeParse(entry);
  return { test: data ? readSetting(data) : null, error };
};

/** One entry of a tests file: `command` with `expect`, or `setting` with one of `is`, `contains`, `lacks`. */
const TestEntry = z.unknown().transform((entry, context): PolicySetTest => {
  const { test, error } = isObject(entry) && 'command' in entry ? readCommand(entry) : readComparison(entry);
  if (test) return test;
  const say = (path: PropertyKey[], message: string, ofKey = { ofKey: false }) =>
    context.addIssue({ code: 'custom', path, message, params: ofKey });
  if (!error) say([], 'A setting is compared with one of is:, contains: and lacks:.');
  for (const issue of error?.issues ?? [])
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) say([key], `Unknown key “${key}”.`, { ofKey: true });
    else say(issue.path, issue.message);
  return z.NEVER;
});

export const TestsFile = z
  .array(TestEntry, { error: 'A tests file is a list.' })
  .max(200, { error: 'A policy has at most 200 tests.' });

/** A test as it stands in its file. */
export function writeTest(test: PolicySetTest): Record<string, string> {
  const inGroup: Record<string, string> = test.group === null ? {} : { group: test.group };
  if (test.kind === 'command') return { command: test.command, ...inGroup, expect: test.expect };
  return { setting: test.key, ...inGroup, [test.expect]: test.value };
}
