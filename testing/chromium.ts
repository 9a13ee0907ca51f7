import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export interface Chromium {
  executablePath: string;
  /** Its own libraries and fonts come with it, so that pages look the same on every machine. */
  environment: Record<string, string>;
}

const root = path.join(import.meta.dirname, '..');
const packageFile = new URL('../../package.json', import.meta.resolve('@sparticuz/chromium'));

interface Finished {
  exitCode: number | null;
  output: string;
}

async function run(
  program: string,
  programArguments: string[],
  environment: Record<string, string>,
): Promise<Finished> {
  const child = spawn(program, programArguments, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject).on('close', resolve);
  return { exitCode: await promise, output };
}

const fontconfig = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/font-cache</cachedir>
</fontconfig>
`;

/** The package unpacks into the temporary folder of the process, and its libraries only where it believes to be in a cloud function. */
async function unpack(folder: string): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const unpacking = await mkdtemp(`${folder}-`);
  try {
    const script = "await (await import('@sparticuz/chromium')).default.executablePath()";
    const environment = { TMPDIR: unpacking, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
    const { exitCode, output } = await run(process.execPath, ['--input-type=module', '-e', script], environment);
    if (exitCode !== 0) throw new Error(`the browser of @sparticuz/chromium could not be unpacked:\n${output}`);
    await writeFile(path.join(unpacking, 'fonts.conf'), fontconfig(folder));
    // Another test file may have been faster; its folder is as good.
    await rename(unpacking, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unpacking, { recursive: true, force: true });
  }
}

async function checkStarts({ executablePath, environment }: Chromium): Promise<void> {
  const { exitCode, output } = await run(executablePath, ['--version'], environment);
  if (exitCode === 0) return;
  const library = /error while loading shared libraries: ([^:]+)/.exec(output)?.[1];
  throw new Error(
    library
      ? `the test browser misses ${library}, which this system does not have. Install it, or set REEVE_TEST_CHROMIUM to a Chromium of this system.`
      : `the test browser ${executablePath} does not start (${exitCode}). Set REEVE_TEST_CHROMIUM to a Chromium of this system.\n${output}`,
  );
}

async function findChromium(): Promise<Chromium> {
  const own = process.env.REEVE_TEST_CHROMIUM;
  if (own) return { executablePath: own, environment: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `no test browser comes with the dependencies for ${process.platform}-${process.arch}: set REEVE_TEST_CHROMIUM to the program of a Chromium or Chrome.`,
    );
  }
  const { version } = JSON.parse(await readFile(fileURLToPath(packageFile), 'utf8')) as { version: string };
  const folder = path.join(root, 'node_modules', '.cache', `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  return {
    executablePath: path.join(folder, 'chromium'),
    environment: {
      LD_LIBRARY_PATH: path.join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: path.join(folder, 'fonts.conf'),
    },
  };
}

/**
 * The browser that comes with the dependencies, unpacked once, or the one REEVE_TEST_CHROMIUM names.
 * @throws when it cannot start, with what is missing
 */
export async function ensureChromium(): Promise<Chromium> {
  const found = await findChromium();
  await checkStarts(found);
  return found;
}
