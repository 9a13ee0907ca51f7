import xterm from '@xterm/headless';
import { Condition } from '#server/stock-client/condition.ts';
import { type Finished, type Program, startProgram, type WaitOptions } from '#server/stock-client/start-program.ts';

export interface TuiOptions {
  env?: Record<string, string>;
  /** Wide enough by default that the lines tests look for are not wrapped; long addresses need more. */
  columns?: number;
  rows?: number;
}

const KEYS = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  backspace: '\x7f',
  up: '\x1b[A',
  down: '\x1b[B',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
} as const;

export type Key = keyof typeof KEYS;

export interface Tui {
  readonly program: Program;
  readonly exit: Promise<Finished>;
  /** Everything on the screen and in its scrollback, without trailing blanks and empty lines. */
  screen(): string;
  /** Rejects with the screen when the program ends, or the limit passes, without a match. */
  waitFor(pattern: RegExp, options?: WaitOptions): Promise<RegExpMatchArray>;
  /** Waits until the screen differs from what it shows now: a program that animates has begun to take keys. */
  waitForChange(options?: WaitOptions): Promise<void>;
  /** Waits until nothing matches any more. */
  waitUntilGone(pattern: RegExp, options?: WaitOptions): Promise<void>;
  type(text: string): void;
  press(...keys: Key[]): void;
  /** Pastes a prompt, waits until it is shown and sends it. */
  submit(prompt: string): Promise<void>;
  /** Leaves by pressing Ctrl-C as often as it takes; one that comes while it is leaving changes the exit code to 130. */
  quit(): Promise<Finished>;
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

function readScreen(terminal: xterm.Terminal): string {
  const buffer = terminal.buffer.active;
  const lines: string[] = [];
  for (let row = 0; row < buffer.length; row++) {
    const line = buffer.getLine(row)?.translateToString(true).trimEnd() ?? '';
    if (line !== '') lines.push(line);
  }
  return lines.join('\n');
}

/** Runs a command on a pseudo-terminal (script(1) of util-linux) and shows it on a terminal without a window. */
export function startTui(
  command: string[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
  { columns = 160, rows = 50 }: TuiOptions = {},
): Tui {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 5_000, allowProposedApi: true });
  const display = new Condition();
  const shellCommand = `stty rows ${rows} cols ${columns}; exec ${command.map(quoted).join(' ')}`;
  const program = startProgram('script', ['--quiet', '--flush', '--return', '--command', shellCommand, '/dev/null'], {
    cwd,
    env,
    keepInputOpen: true,
    onOutput: (text) => terminal.write(text, () => display.changed()),
  });
  // The program asks its terminal for the cursor position and colours, and waits for the answers.
  terminal.onData((answer) => program.write(answer));
  const exit = program.exit.then((finished) => {
    terminal.write('', () => display.ended(`the program ended with ${finished.exitCode ?? finished.signal}`));
    return finished;
  });
  exit.catch(() => undefined);

  const screen = () => readScreen(terminal);
  const limit = ({ timeoutMs }: WaitOptions) => (timeoutMs === undefined ? {} : { timeoutMs });
  const waitFor: Tui['waitFor'] = (pattern, options = {}) =>
    display.until(() => screen().match(pattern) ?? undefined, {
      ...limit(options),
      failure: () => `the screen does not show ${pattern}\n${screen()}`,
    });
  const press: Tui['press'] = (...keys) => {
    for (const key of keys) program.write(KEYS[key]);
  };

  return {
    program,
    exit,
    screen,
    waitFor,
    waitForChange: async (options = {}) => {
      const before = screen();
      await display.until(() => screen() !== before, {
        ...limit(options),
        failure: () => `the screen stays as it was\n${before}`,
      });
    },
    waitUntilGone: async (pattern, options = {}) => {
      await display.until(() => !pattern.test(screen()), {
        ...limit(options),
        failure: () => `the screen still shows ${pattern}\n${screen()}`,
      });
    },
    type: (text) => program.write(text),
    press,
    submit: async (prompt) => {
      // As one bracketed paste: typed quickly, the TUI takes the Enter after it for a part of a paste.
      program.write(`\x1b[200~${prompt}\x1b[201~`);
      const shown = (prompt.split('\n')[0] ?? '').slice(0, Math.floor(columns / 2));
      await display.until(() => screen().includes(shown), { failure: () => `the prompt is not shown\n${screen()}` });
      press('enter');
    },
    quit: async () => {
      while (program.running) {
        press('ctrl-c');
        await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, 1_000))]);
      }
      return exit;
    },
  };
}
