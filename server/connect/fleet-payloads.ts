import type { Recipe } from '#contract/connect.ts';
import { configurationProfile } from './configuration-profile.ts';
import { clientAddresses, deviceSignIn, type JoinFacts } from './join-facts.ts';
import { requirementsFile, settingsFile } from './requirements-file.ts';

const authorityStep = ({ authorityPem }: JoinFacts, label: string): Recipe['steps'] =>
  authorityPem ? [{ label, text: authorityPem, fileName: 'reeve-ca.crt' }] : [];

const signInStep = ({ origin }: JoinFacts): Recipe['steps'][number] => ({
  label: 'Then each person signs in',
  text: deviceSignIn(origin),
  fileName: null,
});

const shellVariables = (facts: JoinFacts): string =>
  Object.entries(clientAddresses(facts.origin))
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('');

const linuxFleet = (facts: JoinFacts): Recipe => ({
  id: 'fleet-linux',
  title: 'Linux machines, by your configuration management',
  sentence: 'The files join.sh writes for a whole machine, for Ansible, Puppet, an image build or a package.',
  audience: 'fleet',
  system: 'linux',
  steps: [
    {
      label: '/etc/codex/requirements.toml, owned by root, mode 0644',
      text: requirementsFile(facts),
      fileName: 'requirements.toml',
    },
    {
      label: '/etc/codex/managed_config.toml, owned by root, mode 0644: the same for clients before 0.163',
      text: settingsFile(facts),
      fileName: 'managed_config.toml',
    },
    {
      label: '/etc/profile.d/reeve-codex.sh: sign-in, refresh and sign-out go to Reeve',
      text: shellVariables(facts),
      fileName: 'reeve-codex.sh',
    },
    ...authorityStep(
      facts,
      'The certificate authority: /usr/local/share/ca-certificates/ and update-ca-certificates (Debian, Ubuntu, Alpine), or ' +
        '/etc/pki/ca-trust/source/anchors/ and update-ca-trust (Fedora, RHEL)',
    ),
    signInStep(facts),
  ],
  caution: null,
});

const macFleet = (facts: JoinFacts): Recipe => ({
  id: 'fleet-macos',
  title: 'Macs, by your device management',
  sentence: 'A configuration profile with the managed preferences of com.openai.codex and the certificate authority.',
  audience: 'fleet',
  system: 'macos',
  steps: [
    {
      label: 'Upload this profile (Jamf, Intune, Kandji, …)',
      text: configurationProfile(facts),
      fileName: 'reeve-codex.mobileconfig',
    },
    {
      label: 'Add these lines to /etc/zshenv, for sign-in inside the client and for sign-out',
      text: shellVariables(facts),
      fileName: 'reeve-codex.sh',
    },
    signInStep(facts),
  ],
  caution:
    'What a profile requires wins over the policy from Reeve, so it holds only the connection. Reeve is tested with the client on ' +
    'Linux: try the profile on one Mac first.',
});

const powershellText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function windowsScript(facts: JoinFacts): string {
  const lines = [
    "$ErrorActionPreference = 'Stop'",
    "$folder = Join-Path $env:ProgramData 'OpenAI\\Codex'",
    'New-Item -ItemType Directory -Force -Path $folder | Out-Null',
    `$requirements = @'\n${requirementsFile(facts)}'@`,
    '[IO.File]::WriteAllText((Join-Path $folder \'requirements.toml\'), $requirements + "`n")',
    ...Object.entries(clientAddresses(facts.origin)).map(
      ([name, value]) => `[Environment]::SetEnvironmentVariable('${name}', ${powershellText(value)}, 'Machine')`,
    ),
  ];
  if (facts.authorityPem)
    lines.push(
      `$authority = @'\n${facts.authorityPem.trim()}\n'@`,
      "$file = Join-Path $folder 'reeve-ca.crt'",
      '[IO.File]::WriteAllText($file, $authority)',
      'Import-Certificate -FilePath $file -CertStoreLocation Cert:\\LocalMachine\\Root | Out-Null',
      "[Environment]::SetEnvironmentVariable('CODEX_CA_CERTIFICATE', $file, 'Machine')",
    );
  return `${lines.join('\n')}\n`;
}

const windowsFleet = (facts: JoinFacts): Recipe => ({
  id: 'fleet-windows',
  title: 'Windows machines, by Intune or a start-up script',
  sentence:
    'A PowerShell script for the system account. The client reads a file here; it has no registry or group policy channel.',
  audience: 'fleet',
  system: 'windows',
  steps: [
    { label: 'Run as SYSTEM, 64-bit', text: windowsScript(facts), fileName: 'reeve-codex.ps1' },
    signInStep(facts),
  ],
  caution:
    'Clients before 0.163 take no address from this file: who uses one also follows “Windows, only for you”. Reeve is tested with the ' +
    'client on Linux: try the script on one Windows machine first.',
});

/** Everything *Connect a client* shows for whole fleets. */
export const fleetRecipes = (facts: JoinFacts): Recipe[] => [linuxFleet(facts), macFleet(facts), windowsFleet(facts)];
