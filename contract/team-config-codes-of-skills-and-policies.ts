import type { CodeFacts } from './team-config-codes.ts';

const notLoaded = 'Clients report an error and leave the skill out.';

/** What is said of skills, instructions and bundles, and of a repository under a policy. */
export const skillAndPolicyCodes = {
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
  'bundle-left-over': {
    severity: 'warning',
    title: 'A file of an earlier version of a bundle',
    explanation:
      'The library took it out of the bundle, and clients still read it here: unpacking a newer version deletes nothing.',
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
