import { join } from 'node:path';
import { programName } from '#server/config.ts';
import { deviceSignIn } from '#server/connect/index.ts';
import type { OwnerLink } from '#server/directory/index.ts';
import { hasActiveOwner } from '#server/roles/index.ts';
import type { RunningReeve } from '#server/start.ts';
import { version } from '#server/version.ts';

type Row = readonly [label: string, ...lines: string[]];

const indent = 2;
const labelWidth = 16;

const paragraph = ([label, ...lines]: Row): string =>
  lines.map((line, index) => `${' '.repeat(indent)}${(index === 0 ? label : '').padEnd(labelWidth)}${line}`).join('\n');

function ownerRow(ownerLink: OwnerLink | null, isOwned: boolean): Row[] {
  const again = `${programName()} owner-link`;
  if (ownerLink) {
    const until = `${ownerLink.expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    return [
      [
        'First owner',
        ownerLink.url,
        `Open it to create your account. It works once, until ${until}; a new one: ${again}`,
      ],
    ];
  }
  return isOwned ? [] : [['First owner', `None yet. The link was shown at the first start; a new one: ${again}`]];
}

function trustRows({ authorityPem, services: { config } }: RunningReeve): Row[] {
  if (authorityPem === null) return [];
  const file = join(config.dataFolder, 'tls', 'ca.pem');
  return [
    [
      'Certificate',
      'Signed by this server’s own authority, so a browser warns until it trusts this file:',
      file,
      'Firefox: Settings, Certificates, Authorities, Import. Chrome and Edge: Settings, Security, Manage certificates.',
      'Or serve with a certificate of your own: REEVE_TLS_CERT and REEVE_TLS_KEY.',
    ],
  ];
}

function clientRow({ authorityPem, origin, services: { config } }: RunningReeve, isOwned: boolean): Row {
  const trust = authorityPem === null ? '' : `--cacert ${join(config.dataFolder, 'tls', 'ca.pem')} `;
  return [
    'Codex clients',
    ...(isOwned ? [] : ['After the set-up, on a machine with the Codex CLI:']),
    `curl -fsS ${trust}${origin}/join.sh | sh -s -- --user`,
    deviceSignIn(origin),
    `The console’s page ${origin}/connect has these for other machines, systems and whole fleets.`,
  ];
}

function exampleRow(example: GreetingSecrets['example']): Row[] {
  if (example === null) return [];
  const { email, password } = example;
  return [
    [
      'Example',
      'Everybody and everything in here is invented. Sign in to the console, or with a Codex client, as',
      `${email}   password: ${password}`,
      'Its model is scripted: ask it for “run: git push” and see what the policy makes of it.',
    ],
  ];
}

interface GreetingSecrets {
  /** Given once in the life of an installation. */
  ownerLink: OwnerLink | null;
  /** The owner of the example organisation, for whoever looks around. */
  example: { email: string; password: string } | null;
}

/** What a start prints. */
export async function greeting(reeve: RunningReeve, { ownerLink, example }: GreetingSecrets): Promise<string> {
  const { services, origin, opened } = reeve;
  const { config, db } = services;
  const isOwned = await hasActiveOwner(db);
  const database = opened.engine === 'pglite' ? 'embedded database' : 'files; the database is PostgreSQL';
  const metrics = config.metricsListen
    ? `http://${config.metricsListen.host}:${config.metricsListen.port}/metrics`
    : 'off';
  const rows: Row[] = [
    ['Console', origin],
    ...exampleRow(example),
    ...ownerRow(ownerLink, isOwned),
    ...trustRows(reeve),
    clientRow(reeve, isOwned),
    ['Data', `${config.dataFolder} (${database}, keys, certificates). Back it up: ${programName()} backup FILE`],
    ['Metrics', metrics],
  ];
  return `\nReeve ${version} is running. Stop it with Ctrl-C.\n\n${rows.map(paragraph).join('\n\n')}\n\n`;
}
