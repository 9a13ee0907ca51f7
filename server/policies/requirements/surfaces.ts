import {
  allowOrDeny,
  choice,
  closedTable,
  flag,
  ignoredBefore,
  list,
  mapOf,
  type Shape,
  table,
  text,
} from './shape.ts';

const allowDeny = (description: string): Shape => choice(allowOrDeny, description);

const originPolicy = table(
  {
    access: allowDeny('Open the site.'),
    downloads: allowDeny('Download.'),
    uploads: allowDeny('Upload.'),
    full_cdp_access: allowDeny('Full control of the page.'),
    auto_review: allowDeny('Automatic review.'),
    persistent_approval: flag('Remember approvals.'),
    access_approval_lifetime: choice(['turn', 'thread'], 'How long an approval lasts.'),
  },
  'What the browser may do on a site.',
);

const absolutePath = (description: string): Shape =>
  text(description, { pattern: '^(/|~/|[A-Za-z]:[\\\\/])', expected: 'an absolute path' });

export const surfaces: Record<string, Shape> = {
  check_for_update_on_startup: flag('Look for a newer client at start.', ignoredBefore('0.163.0')),
  allow_login_shell: flag('Run commands in a login shell.', ignoredBefore('0.163.0')),
  log_dir: text('Folder of the log files.', ignoredBefore('0.163.0')),
  sqlite_home: text('Folder of the local database.', ignoredBefore('0.163.0')),
  unsafe_enforce_sqlite_journal_mode: flag('Force the journal mode of the local database.', ignoredBefore('0.169.0')),
  enforce_residency: choice(['us'], 'Ask the vendor to keep data in this region.'),
  feedback: table({ enabled: flag('Offer to send feedback to the vendor.') }, 'Feedback.', ignoredBefore('0.163.0')),
  allow_remote_control: flag('Let another device control the client.', ignoredBefore('0.140.0')),
  allow_appshots: flag('Take pictures of apps.', ignoredBefore('0.140.0')),
  allow_browser_and_computer_use: flag('Use a browser and the screen at all.', ignoredBefore('0.163.0')),
  in_app_browser: table(
    { allow_external_browser_settings_import: flag('Import settings of other browsers.') },
    'The built-in browser.',
    ignoredBefore('0.163.0'),
  ),
  browser_use: table(
    {
      allow_history_access: flag('Read the history.'),
      disable_auto_review: flag('Without automatic review.'),
      allow_global_persistent_approval: flag('Approve everything once.'),
      allow_webmcp: flag('Use tools that sites offer.'),
      default_origin_policy: originPolicy,
      origins: mapOf(originPolicy, 'Sites by scheme and host, e.g. "https://*.example.com".'),
      extension: table(
        {
          request_headers: list(
            table({ name: text('The name.'), value: text('The value.') }, 'A header.', { required: ['name', 'value'] }),
            'Headers the browser adds.',
          ),
        },
        'The browser extension.',
      ),
    },
    'How a browser is used.',
    ignoredBefore('0.163.0'),
  ),
  computer_use: table(
    {
      allow_locked_computer_use: flag('Go on while the screen is locked.'),
      allow_persistent_approval: flag('Remember approvals.', ignoredBefore('0.163.0')),
      default_app_access: choice(allowOrDeny, 'Apps that are not listed.', ignoredBefore('0.163.0')),
      macos: table({ bundle_ids: mapOf(allowDeny('Access.'), 'Apps by bundle id.') }, 'On macOS.'),
      windows: table(
        {
          aumids: mapOf(allowDeny('Access.'), 'Apps by app id.'),
          exes: list(
            table(
              {
                publisher_name: text('The publisher.'),
                product_name: text('The product.'),
                binary_name: text('The file.'),
                access: allowDeny('Access.'),
              },
              'A signed program.',
              { required: ['publisher_name', 'product_name', 'access'] },
            ),
            'Programs by signature.',
          ),
        },
        'On Windows.',
      ),
    },
    'How the screen is used.',
    ignoredBefore('0.140.0'),
  ),
  application: closedTable(
    {
      network: closedTable(
        {
          enabled: flag('Contact listed hosts only.'),
          domains: mapOf(choice(allowOrDeny, 'Allowed or denied.'), 'Exact host names.'),
        },
        'Hosts the desktop app may contact.',
      ),
      storage: closedTable(
        {
          default_project_parent: absolutePath('Where new projects go.'),
          projectless_workspace_root: absolutePath('Where work without a project goes.'),
        },
        'Folders of the desktop app.',
      ),
    },
    'The desktop app.',
    ignoredBefore('0.163.0'),
  ),
};
