import { createHash } from 'node:crypto';
import type { Recipe } from '#contract/connect.ts';
import { clientAddresses, deviceSignIn, type JoinFacts } from './join-facts.ts';
import { settingsFile } from './requirements-file.ts';

/** `/ca.pem` byte for byte, so that its checksum can be shown beside the command. */
export const authorityFile = (pem: string): string => `${pem.replaceAll('\r\n', '\n').trim()}\n`;

interface Run {
  system: 'linux' | 'macos';
  prefix?: 'sudo ';
  options: string;
}

/**
 * The first download cannot be verified by TLS, because the authority is what it fetches; the checksum comes from this page, which
 * the person reaches signed in.
 */
function joinCommand(facts: JoinFacts, { system, prefix, options }: Run): string {
  const run = `${prefix ?? ''}sh -s -- ${options}`;
  if (!facts.authorityPem) return `curl -fsS ${facts.origin}/join.sh | ${run}`;
  const sum = createHash('sha256').update(authorityFile(facts.authorityPem)).digest('hex');
  const check = system === 'macos' ? 'shasum -a 256 -c -' : 'sha256sum -c -';
  return [
    `curl -fsSk ${facts.origin}/ca.pem -o reeve-ca.pem &&`,
    `echo '${sum}  reeve-ca.pem' | ${check} &&`,
    `curl -fsS --cacert reeve-ca.pem ${facts.origin}/join.sh | ${run}`,
  ].join('\n');
}

const personSteps = (facts: JoinFacts, system: 'linux' | 'macos'): Recipe['steps'] => [
  { label: 'See what would change', text: joinCommand(facts, { system, options: '--user --dry-run' }), fileName: null },
  { label: 'Join', text: joinCommand(facts, { system, options: '--user' }), fileName: null },
  { label: 'Open a new terminal and sign in', text: deviceSignIn(facts.origin), fileName: null },
  { label: 'To leave again', text: joinCommand(facts, { system, options: '--user --undo' }), fileName: null },
];

const machineSteps = (facts: JoinFacts, system: 'linux' | 'macos'): Recipe['steps'] => {
  const run = (options: string) => joinCommand(facts, { system, prefix: 'sudo ', options });
  return [
    { label: 'See what would change', text: run('--system --dry-run'), fileName: null },
    { label: 'Join', text: run('--system'), fileName: null },
    { label: 'Each person opens a new terminal and signs in', text: deviceSignIn(facts.origin), fileName: null },
    { label: 'To leave again', text: run('--system --undo'), fileName: null },
  ];
};

const windowsSteps = (facts: JoinFacts): Recipe['steps'] => [
  ...(facts.authorityPem
    ? [
        {
          label: 'Save as %USERPROFILE%\\.codex\\reeve-ca.pem',
          text: authorityFile(facts.authorityPem),
          fileName: 'reeve-ca.pem',
        },
      ]
    : []),
  {
    label: 'Put these lines above the first [table] of %USERPROFILE%\\.codex\\config.toml',
    text: settingsFile(facts),
    fileName: null,
  },
  {
    label: 'Run in PowerShell, then open a new window',
    text: [
      ...Object.entries(clientAddresses(facts.origin)).map(([name, value]) => `setx ${name} "${value}"`),
      ...(facts.authorityPem ? ['setx CODEX_CA_CERTIFICATE "$env:USERPROFILE\\.codex\\reeve-ca.pem"'] : []),
      '',
    ].join('\n'),
    fileName: null,
  },
  { label: 'Sign in', text: deviceSignIn(facts.origin), fileName: null },
];

const titles = { linux: 'Linux', macos: 'macOS' } as const;

function unixRecipes(facts: JoinFacts, system: 'linux' | 'macos'): Recipe[] {
  const caution =
    system === 'macos' ? 'Reeve is tested with the client on Linux; look at the dry run before you join a Mac.' : null;
  return [
    {
      id: `person-${system}`,
      title: `${titles[system]}, only for you`,
      sentence: 'Needs no administrator. Changes files in your home folder and shows each one.',
      audience: 'person',
      system,
      steps: personSteps(facts, system),
      caution,
    },
    {
      id: `machine-${system}`,
      title: `${titles[system]}, for everyone on the machine`,
      sentence:
        'Leads every client on it to this workspace, ahead of their own settings. From Codex 0.163 on, other ways to sign in are ' +
        'refused. Needs root.',
      audience: 'person',
      system,
      steps: machineSteps(facts, system),
      caution,
    },
  ];
}

export const personRecipes = (facts: JoinFacts): Recipe[] => [
  ...unixRecipes(facts, 'linux'),
  ...unixRecipes(facts, 'macos'),
  {
    id: 'person-windows',
    title: 'Windows, only for you',
    sentence: 'Needs no administrator.',
    audience: 'person',
    system: 'windows',
    steps: windowsSteps(facts),
    caution: 'Reeve is tested with the client on Linux. In WSL, use the Linux instructions.',
  },
];
