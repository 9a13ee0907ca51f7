import { Command } from 'commander';
import { exitCodesText } from './audit/exit-codes.ts';
import { exportCommand, publicKeyCommand, rotateKeyCommand } from './audit/export-log.ts';
import { proveCommand, verifyProofCommand } from './audit/prove-entry.ts';
import { verifyCommand } from './audit/verify-log.ts';

const commands = [exportCommand, verifyCommand, proveCommand, verifyProofCommand, publicKeyCommand, rotateKeyCommand];

/** What proves that the audit log is what was written. Verifying needs no server, no database and no network. */
export function auditCommand(): Command {
  const audit = new Command('audit')
    .description('Export the audit log, and verify anywhere that nobody changed it')
    .addHelpText('after', exitCodesText);
  for (const make of commands)
    audit.addCommand(make().addHelpText('after', exitCodesText).showHelpAfterError('(add --help for the options)'));
  return audit;
}
