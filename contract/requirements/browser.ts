import { allowOrDeny, choice, flag, ignoredBefore, list, mapOf, type Shape, table, text } from './shape.ts';

const allowDeny = (description: string): Shape => choice(allowOrDeny, description);

const originPolicy = table(
  {
    access: allowDeny('Whether the model may open the site.'),
    downloads: allowDeny('Whether it may download.'),
    uploads: allowDeny('Whether it may upload.'),
    full_cdp_access: allowDeny('Whether it may control the page fully, with the tools of developers.'),
    auto_review: allowDeny('Whether the automatic reviewer may answer.'),
    persistent_approval: flag('Let members remember an approval.'),
    access_approval_lifetime: choice(
      { turn: 'Until the answer is finished.', thread: 'For the whole conversation.' },
      'How long an approval lasts.',
    ),
  },
  'What the browser may do on a site.',
);

export const browser: Record<string, Shape> = {
  allow_browser_and_computer_use: flag('Let the model use a browser and the screen at all; false switches both off.', {
    ...ignoredBefore('0.163.0'),
    whenDisallowed: 'The tools are not offered.',
  }),
  in_app_browser: table(
    { allow_external_browser_settings_import: flag('Let members import settings of other browsers.') },
    'The built-in browser of the desktop app.',
    { ...ignoredBefore('0.163.0'), whenDisallowed: 'It is not offered.' },
  ),
  browser_use: table(
    {
      allow_history_access: flag('Let the model read the history.'),
      disable_auto_review: flag('Leave the automatic reviewer out.'),
      allow_global_persistent_approval: flag('Let members approve every site at once.'),
      allow_webmcp: flag('Let the model use tools that sites offer.'),
      default_origin_policy: originPolicy,
      origins: mapOf(
        originPolicy,
        'Sites by scheme and host, e.g. "https://*.example.com"; a match replaces `default_origin_policy`, and of several the strictest wins.',
      ),
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
    'How the model uses a browser.',
    { ...ignoredBefore('0.163.0'), whenDisallowed: 'A deny wins, whether it comes from here or from the member.' },
  ),
  computer_use: table(
    {
      allow_locked_computer_use: flag('Let the model go on while the screen is locked.'),
      allow_persistent_approval: flag('Remember approvals.', ignoredBefore('0.163.0')),
      default_app_access: choice(
        allowOrDeny,
        'Whether apps that are not listed may be used.',
        ignoredBefore('0.163.0'),
      ),
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
            'Programs by their signature; deny wins.',
          ),
        },
        'On Windows.',
      ),
    },
    'How the model uses the screen and apps.',
    { ...ignoredBefore('0.140.0'), whenDisallowed: 'A deny wins, whether it comes from here or from the member.' },
  ),
};
