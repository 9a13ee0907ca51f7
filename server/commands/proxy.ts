import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { ListenAddress } from '#server/config-values.ts';
import { httpsOrigin, listenAddress } from '#server/config-values.ts';
import { startVendorProxy } from '#server/connect/index.ts';
import { createLogger } from '#server/log/create-logger.ts';
import { exitCodes, Refused } from '#server/refused.ts';
import { untilSignal } from './until-signal.ts';

interface ProxyOptions {
  reeve: string;
  ca?: string;
  listen: ListenAddress;
}

function parsed<Value>(schema: {
  safeParse(text: string): { data?: Value; error?: { issues: { message: string }[] } };
}) {
  return (text: string): Value => {
    const { data, error } = schema.safeParse(text);
    if (error || data === undefined) throw new InvalidArgumentError(error?.issues[0]?.message ?? 'cannot be read');
    return data;
  };
}

const readAuthority = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Refused(`--ca: cannot read ${path} (${cause.code}). Save the server's /proxy-ca.pem there.`, { cause });
  });

/** Runs on a client's machine: it reads no data folder and no setting of the server. */
async function proxy({ reeve, ca, listen }: ProxyOptions): Promise<void> {
  const log = createLogger({ level: 'info', format: 'auto' });
  const authorityPem = ca === undefined ? null : await readAuthority(ca);
  const running = await startVendorProxy({ listen, reeveOrigin: reeve, authorityPem, log }).catch(
    (cause: NodeJS.ErrnoException) => {
      const problem = `--listen: cannot listen on ${listen.host}:${listen.port} (${cause.code ?? cause.message})`;
      throw new Refused(`${problem}. Choose another port.`, { cause, exitCode: exitCodes.unavailable });
    },
  );
  process.stdout.write(
    `The proxy to ${reeve} listens on ${running.url}. Open that address in a browser for what it does and how to use it.\n`,
  );
  await untilSignal();
  await running.close();
  process.exit(0);
}

export const proxyCommand = () =>
  new Command('proxy')
    .description(
      'On a machine whose owner sets it up: lead the vendor names of the Codex client to Reeve, and nothing else',
    )
    .requiredOption('--reeve <origin>', 'where Reeve is, for example https://reeve.example.com', parsed(httpsOrigin))
    .option('--ca <file>', "the server's /proxy-ca.pem; without it, the authorities of this system")
    .option('--listen <host:port>', 'where clients find the proxy', parsed(listenAddress), {
      host: '127.0.0.1',
      port: 8444,
    })
    .action(proxy);
