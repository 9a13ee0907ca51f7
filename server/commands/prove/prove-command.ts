import { Command } from 'commander';
import { exitCodes } from '#server/refused.ts';

/** A command whose wrong options end with a code of their own: 1 would say that a constraint was broken. */
export class ProveCommand extends Command {
  override error(message: string, options?: { exitCode?: number; code?: string }): never {
    return super.error(message, { ...options, exitCode: exitCodes.badConfig });
  }
}
