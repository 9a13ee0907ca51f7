import type { TestedClient } from '#contract/tested-clients.ts';
import {
  openScratchMachine,
  type ScratchMachine,
  type ScratchMachineOptions,
} from '#server/stock-client/scratch-machine.ts';
import { codexVersionUnderTest } from './install-codex.ts';
import { startTui, type Tui, type TuiOptions } from './tui.ts';

export interface ClientMachineOptions extends Omit<ScratchMachineOptions, 'version'> {
  /** The version under test when not given. */
  version?: TestedClient;
}

export interface ClientMachine extends ScratchMachine {
  /** Starts the terminal interface on a pseudo-terminal, without the shared background server where there is one. */
  tui(args?: string[], options?: TuiOptions): Tui;
}

const WITHOUT_DAEMON_FLAG: readonly TestedClient[] = ['0.140.0', '0.120.0'];

/**
 * A developer's computer with the stock CLI: its own home, CODEX_HOME, temporary folder, work folder and /etc.
 * Machines are independent of each other, so tests may run several at once.
 */
export async function createClientMachine(options: ClientMachineOptions = {}): Promise<ClientMachine> {
  const version = options.version ?? codexVersionUnderTest();
  const machine = await openScratchMachine({ ...options, version });
  const tui: ClientMachine['tui'] = (args = [], tuiOptions = {}) => {
    const daemonless = WITHOUT_DAEMON_FLAG.includes(version) ? [] : ['--no-daemon'];
    const tuiStarted = startTui(
      machine.command([...daemonless, ...args]),
      { cwd: machine.files.home.path, env: machine.environment(tuiOptions.env) },
      tuiOptions,
    );
    machine.adopt(tuiStarted.program);
    return tuiStarted;
  };
  return { ...machine, tui };
}
