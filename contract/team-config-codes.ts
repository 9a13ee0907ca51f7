import { skillAndPolicyCodes } from './team-config-codes-of-skills-and-policies.ts';
import type { TeamConfigFinding } from './team-config-files.ts';

export interface CodeFacts {
  severity: TeamConfigFinding['severity'];
  title: string;
  /** What the client does, in one or two sentences. */
  explanation: string;
}

const failsToStart = 'Codex ends with an error in this folder and in every folder below.';

/**
 * Everything `reeve team-config check` can say. Codes are a stable API; texts may be worded better. `error`: a client of the newest
 * tested version refuses or leaves out what the file says; `warning`: it does something else than the file says; `note`: worth knowing.
 */
export const teamConfigCodes = {
  'unreadable-file': {
    severity: 'error',
    title: 'A file cannot be read',
    explanation: 'It is not UTF-8 text, or the system does not let it be read. Clients cannot read it either.',
  },
  'file-too-large': {
    severity: 'warning',
    title: 'A file is too large to be checked',
    explanation: 'Files over 1 MiB are not read. Clients do read them, at every start.',
  },
  'link-leaves-repository': {
    severity: 'warning',
    title: 'A link that leaves the repository',
    explanation: 'Clients follow links to folders, and find something else behind this one on every machine.',
  },
  'too-many-findings': {
    severity: 'warning',
    title: 'There is more to say than anybody reads',
    explanation: 'Of errors, warnings and notes 1000 each are told. Correct those, and check again.',
  },
  'toml-syntax': { severity: 'error', title: 'config.toml is not TOML', explanation: failsToStart },
  'wrong-type': { severity: 'error', title: 'A value has the wrong type', explanation: failsToStart },
  'unknown-value': { severity: 'error', title: 'A value is none of the accepted ones', explanation: failsToStart },
  malformed: { severity: 'error', title: 'A value has the wrong form', explanation: failsToStart },
  'out-of-range': { severity: 'error', title: 'A number is too small or too large', explanation: failsToStart },
  'missing-key': { severity: 'error', title: 'A table lacks a key it needs', explanation: failsToStart },
  'unknown-key-refused': { severity: 'error', title: 'A table has a key it may not have', explanation: failsToStart },
  'no-longer-supported': {
    severity: 'error',
    title: 'Newer clients refuse this value',
    explanation: `Older clients accepted it. ${failsToStart}`,
  },
  'mcp-transport': {
    severity: 'error',
    title: 'An MCP server mixes two kinds of connection',
    explanation: `A server has \`command\` (on the machine) or \`url\` (over HTTP), and the settings of that kind only. ${failsToStart}`,
  },
  'profiles-without-default': {
    severity: 'error',
    title: 'Permission profiles without `default_permissions`',
    explanation: failsToStart,
  },
  'undefined-profile': {
    severity: 'error',
    title: '`default_permissions` names no profile',
    explanation: failsToStart,
  },
  'missing-file': {
    severity: 'error',
    title: 'config.toml names a file that is not there',
    explanation: `Relative paths start at the folder of config.toml. ${failsToStart}`,
  },
  'agent-role-ignored': {
    severity: 'warning',
    title: 'The file of an agent role is not there',
    explanation: 'Clients show a warning at every start and leave the role out.',
  },
  'signs-out': {
    severity: 'error',
    title: 'A repository that hides or ends the sign-in',
    explanation:
      'Clients apply it before they ask for the policy: the sign-in is not found, so neither it nor the policy holds in this folder, and `codex exec` deletes a sign-in that does not fit.',
  },
  'ignored-in-project': {
    severity: 'warning',
    title: 'A key that projects may not set',
    explanation:
      'Clients ignore it in every `.codex/config.toml` and show a warning at every start: a repository must not send people to a server, a collector or a program.',
  },
  'no-effect': {
    severity: 'warning',
    title: 'A key without effect in a project',
    explanation: 'Clients read the value before they read projects, or not at all.',
  },
  'deprecated-key': {
    severity: 'warning',
    title: 'A key with a newer name',
    explanation: 'Clients still take it and show that it is out of date.',
  },
  'unknown-key': {
    severity: 'warning',
    title: 'A key that clients do not know',
    explanation: 'Clients ignore it; newer ones show a warning at every start.',
  },
  'unknown-feature': {
    severity: 'warning',
    title: 'A feature that clients do not know',
    explanation: 'Clients ignore it; newer ones show a warning at every start.',
  },
  'removed-feature': {
    severity: 'note',
    title: 'A feature that was removed',
    explanation: 'Current clients know the name and do nothing with it.',
  },
  'older-clients-refuse': {
    severity: 'warning',
    title: 'Older clients refuse this value',
    explanation: 'Tested clients before the named version end with an error in this folder.',
  },
  'older-clients-ignore': {
    severity: 'note',
    title: 'Older clients do not know this key',
    explanation: 'Tested clients before the named version ignore it.',
  },
  'hooks-unreadable': {
    severity: 'error',
    title: 'hooks.json cannot be used',
    explanation: 'Clients show a warning and run none of its hooks.',
  },
  'hook-event-unknown': {
    severity: 'warning',
    title: 'A hook for an event that does not exist',
    explanation: 'Clients ignore it without a word.',
  },
  'hook-skipped': {
    severity: 'warning',
    title: 'A hook that never runs',
    explanation: 'Clients run hooks of the type `command` that have a command; others are skipped with a warning.',
  },
  'hook-matcher': {
    severity: 'warning',
    title: 'The matcher of a hook is no regular expression',
    explanation: 'Clients show a warning and skip it.',
  },
  'hooks-twice': {
    severity: 'warning',
    title: 'Hooks in hooks.json and in config.toml of one folder',
    explanation: 'Clients run both and show a warning at every start.',
  },
  'rules-refused': {
    severity: 'error',
    title: 'A rules file that clients refuse',
    explanation:
      'One refused file switches off every rules file: clients show an error and apply no custom rule at all.',
  },
  'rules-not-understood': {
    severity: 'note',
    title: 'A rules file that computes',
    explanation: 'Clients run it. Reeve reads calls with literal arguments only, so it says nothing about this file.',
  },
  'rules-not-read': {
    severity: 'warning',
    title: 'A rules file where no client looks',
    explanation: 'Clients read files that end with `.rules` directly in `.codex/rules/`, not in folders below.',
  },
  'too-many-rules': {
    severity: 'warning',
    title: 'Too many rules to be compared',
    explanation:
      'Clients apply them all. Reeve compares each rule with all others, which takes too long for thousands, so it leaves some out.',
  },
  'rule-never-matches': {
    severity: 'warning',
    title: 'A rule that never matches',
    explanation: 'No command line can begin with these words.',
  },
  'rule-needs-quotes': {
    severity: 'warning',
    title: 'A rule that matches quoted words only',
    explanation: 'A pattern has one entry for each word and knows no wildcards or operators.',
  },
  'rule-duplicate': {
    severity: 'warning',
    title: 'A rule that is there twice',
    explanation: 'Another rule says the same about the same commands.',
  },
  'rule-covered': {
    severity: 'warning',
    title: 'A rule that changes nothing',
    explanation: 'Another rule matches every command it matches, and is as strict or stricter.',
  },
  'rule-weakened-by-path': {
    severity: 'warning',
    title: 'A rule for a path takes the place of a stricter one',
    explanation: 'Rules for a program as it is written are used instead of those for its name.',
  },
  'rule-catches-whole-lines': {
    severity: 'note',
    title: 'A rule for a shell',
    explanation:
      'Clients run every command line they cannot split as `bash -lc …`, so the rule applies to all of those.',
  },
  'rule-walked-around': {
    severity: 'note',
    title: 'A rule that another spelling avoids',
    explanation: 'Rules compare the first words of a command in their order. They guide, they are no sandbox.',
  },
  'host-path-missing': {
    severity: 'note',
    title: 'A program that is not on this machine',
    explanation:
      'A path of `host_executable` does not exist here; rules for the name do not count for it elsewhere either.',
  },
  ...skillAndPolicyCodes,
} as const satisfies Record<string, CodeFacts>;

export type TeamConfigCode = keyof typeof teamConfigCodes;
