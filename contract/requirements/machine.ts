import { choice, flag, ignoredBefore, type Shape, table, text } from './shape.ts';

const overridden = 'The client warns that the value is overridden and uses the one of the policy.';

export const machine: Record<string, Shape> = {
  check_for_update_on_startup: flag(
    'Look for a newer client at start. Reeve pins it to false: the check calls another origin.',
    {
      ...ignoredBefore('0.163.0'),
      whenDisallowed: overridden,
    },
  ),
  allow_login_shell: flag('Run commands in a login shell, which reads the profile of the member.', {
    ...ignoredBefore('0.163.0'),
    whenDisallowed: overridden,
  }),
  feedback: table({ enabled: flag('Offer to send feedback to the vendor.') }, 'Feedback to the vendor.', {
    ...ignoredBefore('0.163.0'),
    whenDisallowed: overridden,
  }),
  enforce_residency: choice(
    { us: 'The United States.' },
    'Ask the vendor to keep data in this region. Traffic through the gateway never reaches the vendor this way.',
    {
      whenDisallowed: 'A header is added to requests to the vendor; there is nothing members could set.',
    },
  ),
  log_dir: text('Folder of the log files.', { ...ignoredBefore('0.163.0'), whenDisallowed: overridden }),
  sqlite_home: text('Folder of the local database.', { ...ignoredBefore('0.163.0'), whenDisallowed: overridden }),
  unsafe_enforce_sqlite_journal_mode: flag('Force the journal mode of the local database.', {
    ...ignoredBefore('0.169.0'),
    whenDisallowed: 'Applies whatever members set.',
  }),
};
