import type { TeamConfigFinding } from './team-config-files.ts';

interface CodeFacts {
  severity: TeamConfigFinding['severity'];
  title: string;
  /** What the client does, in one or two sentences. */
  explanation: string;
}

const failsToStart = 'Codex ends with an error in this folder and in every folder below.';
const notLoaded = 'Clients report an error and leave the skill out.';

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
  'skill-no-front-matter': {
    severity: 'error',
    title: 'SKILL.md without front matter',
    explanation: `The first line must be \`---\`, and another \`---\` must end the YAML below it. ${notLoaded}`,
  },
  'skill-bad-yaml': { severity: 'error', title: 'The front matter is not YAML', explanation: notLoaded },
  'skill-wrong-field': {
    severity: 'error',
    title: 'A field of the front matter has the wrong form',
    explanation: `\`name\`, \`description\` and \`metadata.short-description\` are text and stand once. ${notLoaded}`,
  },
  'skill-no-description': { severity: 'error', title: 'A skill without a description', explanation: notLoaded },
  'skill-name-too-long': {
    severity: 'error',
    title: 'The name of a skill has more than 64 characters',
    explanation: notLoaded,
  },
  'skill-unreadable': { severity: 'error', title: 'SKILL.md is not UTF-8 text', explanation: notLoaded },
  'skill-yaml-repaired': {
    severity: 'warning',
    title: 'Front matter that only newer clients repair',
    explanation: 'Clients since 0.163.0 quote such values themselves; older ones leave the skill out.',
  },
  'skill-text-too-long': {
    severity: 'warning',
    title: 'A description with more than 1024 characters',
    explanation: 'Clients since 0.163.0 take it and shorten the list of skills; older ones leave the skill out.',
  },
  'skill-no-name': {
    severity: 'note',
    title: 'A skill without a name',
    explanation: 'Clients take the name of its folder.',
  },
  'skill-same-name': {
    severity: 'warning',
    title: 'Two skills with one name',
    explanation: 'Clients list both; who asks for the name does not know which one they get.',
  },
  'skill-too-deep': {
    severity: 'warning',
    title: 'A skill too deep to be found',
    explanation: 'Clients look six folders deep below `skills/`.',
  },
  'skill-hidden': {
    severity: 'warning',
    title: 'A skill in a hidden folder',
    explanation: 'Clients skip folders whose names begin with a dot.',
  },
  'skill-file-name': {
    severity: 'warning',
    title: 'A skill file with another spelling',
    explanation: 'Clients look for `SKILL.md`, in capital letters.',
  },
  'skill-file-link': {
    severity: 'warning',
    title: 'SKILL.md is a symbolic link',
    explanation: 'Clients follow links to folders and skip links to files.',
  },
  'skill-too-many-folders': {
    severity: 'warning',
    title: 'More than 2000 folders below `skills/`',
    explanation: 'Clients stop looking there; which skills are missing then depends on the order of the folders.',
  },
  'skill-script-not-executable': {
    severity: 'warning',
    title: 'A script that cannot be executed',
    explanation: 'It begins with `#!` and lacks the mode for it, so a command that names it fails.',
  },
  'skill-missing-reference': {
    severity: 'warning',
    title: 'A skill names a file that is not there',
    explanation: 'The model is told to read or run a file below the skill that does not exist.',
  },
  'skill-list-too-long': {
    severity: 'warning',
    title: 'The list of skills is too long',
    explanation:
      'Every session starts with the list of names and descriptions. It has 2 % of the context, about 21 700 characters where nothing else is set; beyond that clients shorten every description without a word.',
  },
  'skill-metadata-ignored': {
    severity: 'warning',
    title: 'agents/openai.yaml of a skill is not used',
    explanation: 'The skill loads; what this file says about it does not.',
  },
  'instructions-cut': {
    severity: 'warning',
    title: 'AGENTS.md is cut off',
    explanation:
      'The files from the root of the repository down to the folder share `project_doc_max_bytes` (32 KiB when not set). The rest is left out with a warning.',
  },
  'instructions-left-out': {
    severity: 'warning',
    title: 'AGENTS.md is left out',
    explanation: 'The files of the folders above use up all of `project_doc_max_bytes`.',
  },
  'instructions-replaced': {
    severity: 'note',
    title: 'AGENTS.override.md takes the place of AGENTS.md',
    explanation: 'In one folder clients read the first of AGENTS.override.md, AGENTS.md and the fallback names.',
  },
  'bundle-marker': {
    severity: 'warning',
    title: 'A marker of a bundle cannot be read',
    explanation: 'Files in `.codex/reeve-bundles/` say which bundle of the library is here, and in which version.',
  },
  'bundle-modified': {
    severity: 'note',
    title: 'The files of a bundle were changed here',
    explanation: 'They are no longer those of the version that the marker names.',
  },
  'policy-unreadable': {
    severity: 'error',
    title: 'The policy cannot be read',
    explanation: 'Nothing was compared with it.',
  },
  'policy-falls-back': {
    severity: 'warning',
    title: 'The policy does not allow this value',
    explanation: 'Clients warn at every start and use a value the policy allows.',
  },
  'policy-decides': {
    severity: 'warning',
    title: 'The policy decides this setting',
    explanation: 'The value of the policy holds, whatever the repository says.',
  },
  'policy-uses-profiles': {
    severity: 'warning',
    title: 'The policy works with permission profiles',
    explanation: 'With `allowed_permission_profiles` clients ignore `sandbox_mode` without a word.',
  },
  'policy-disables-server': {
    severity: 'warning',
    title: 'The policy does not list this MCP server',
    explanation: 'Clients show the server as disabled and do not start it.',
  },
  'policy-skips-hooks': {
    severity: 'warning',
    title: 'The policy allows managed hooks only',
    explanation: 'Clients skip the hooks of repositories without a word.',
  },
  'policy-stricter-rule': {
    severity: 'warning',
    title: 'The policy has a stricter rule for this command',
    explanation: 'Of all rules that match, the strictest decides.',
  },
  'policy-limits-network': {
    severity: 'warning',
    title: 'The policy limits the network',
    explanation: 'Only hosts that the policy allows can be reached by commands.',
  },
  'policy-refuses-start': {
    severity: 'error',
    title: 'Under this policy the client refuses to start',
    explanation: 'The repository and the policy exclude each other.',
  },
} as const satisfies Record<string, CodeFacts>;

export type TeamConfigCode = keyof typeof teamConfigCodes;
