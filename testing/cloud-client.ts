import { proxyEnvironment } from '#server/connect/proxy-environment.ts';
import { startVendorProxy } from '#server/connect/vendor-proxy.ts';
import type { Acceptance } from './acceptance/open-acceptance.ts';
import type { ClientMachine } from './codex-cli/client-machine.ts';
import { type JoinedClientOptions, openSignedInClient } from './joined-client.ts';
import type { Person } from './organisation.ts';

export interface CloudClient {
  client: ClientMachine;
  /** The stock client, through `reeve proxy`. */
  codex: (args: string[], env?: Record<string, string>) => ReturnType<ClientMachine['run']>;
}

export interface CloudProxy {
  /** This person in a clone of `remote` whose files are committed. */
  open(person: Person, options: { remote: string; client: JoinedClientOptions }): Promise<CloudClient>;
  close(): Promise<void>;
}

export const taskIn = (text: string): string => /task_e_[0-9a-f]{32}/.exec(text)?.[0] ?? '';

/** `reeve proxy` before a server that answers vendor names (`REEVE_VENDOR_NAMES`), which is how `codex cloud` comes to Reeve. */
export async function openCloudProxy({ reeve, organisation }: Acceptance): Promise<CloudProxy> {
  const proxyPem = (await organisation.owner.browser.get(`${organisation.origin}/proxy-ca.pem`)).body;
  const proxy = await startVendorProxy({
    listen: { host: '127.0.0.1', port: 0 },
    reeveOrigin: organisation.origin,
    authorityPem: proxyPem,
    log: reeve.services.log,
  });
  return {
    async open(person, { remote, client: options }) {
      const client = await openSignedInClient(organisation, person, { ...options, git: true });
      const commit = await client.shell(
        'git -C "$1" remote add origin "$2" && git -C "$1" add -A && git -C "$1" -c user.name=a -c user.email=a@b.test commit -qm first',
        { args: [client.files.work.path, remote] },
      );
      if (commit.exitCode !== 0) throw new Error(`git commit: ${commit.stderr}`);
      await client.files.home.write('reeve-proxy-ca.pem', proxyPem);
      const authorityPath = client.files.home.file('reeve-proxy-ca.pem');
      const text = proxyEnvironment({ proxyUrl: proxy.url, reeveOrigin: organisation.origin, authorityPath });
      const proxied = Object.fromEntries(
        text.split('\n').flatMap((line) => {
          const [, key, value] = /^(\w+)='(.*)'$/.exec(line) ?? [];
          return key === undefined || value === undefined ? [] : [[key, value]];
        }),
      );
      return { client, codex: (args, env = {}) => client.run(args, { env: { ...proxied, ...env } }) };
    },
    close: () => proxy.close(),
  };
}
