import type { Recipe } from '#contract/connect.ts';
import type { JoinFacts } from './join-facts.ts';
import { proxyEnvironment } from './proxy-environment.ts';

const defaultProxyUrl = 'http://127.0.0.1:8444';
const authorityPath = '/etc/codex/reeve-proxy-ca.pem';

/** For machines that must reach the client's fixed names; shown with the reason when the operator has not turned it on. */
export function proxyRecipe(facts: JoinFacts): Recipe {
  const isOn = facts.proxyAuthorityPem !== null;
  const verify = facts.authorityPem ? '--cacert reeve-ca.pem ' : '';
  return {
    id: 'proxy',
    title: 'Plain codex login, and codex cloud',
    sentence:
      'These call fixed names of the vendor whatever the settings are. reeve proxy leads exactly those names to this Reeve and ' +
      'refuses every other; it is for machines whose owner sets it up.',
    audience: 'proxy',
    system: 'any',
    steps: isOn
      ? [
          {
            label: 'Save the authorities the client has to trust',
            text: `sudo mkdir -p /etc/codex && curl -fsS ${verify}${facts.origin}/proxy-ca.pem | sudo tee ${authorityPath} >/dev/null`,
            fileName: null,
          },
          {
            label: 'Save the proxy settings',
            text: proxyEnvironment({ proxyUrl: defaultProxyUrl, reeveOrigin: facts.origin, authorityPath }),
            fileName: 'reeve-proxy.env',
          },
          {
            label: 'Start the proxy on this machine, in a folder with the Reeve program',
            text: `node server/main.ts proxy --reeve ${facts.origin} --ca ${authorityPath}`,
            fileName: null,
          },
          {
            label: `Sign in: in the address it prints, put ${facts.origin} in place of https://auth.openai.com before you open it`,
            text: '(set -a; . ./reeve-proxy.env; codex login)',
            fileName: null,
          },
          {
            label: 'Start only the client with these settings',
            text: '(set -a; . ./reeve-proxy.env; codex cloud list)',
            fileName: null,
          },
        ]
      : [],
    caution: isOn
      ? 'Whatever starts with these settings reaches Reeve and nothing else. Use them for this client only.'
      : 'Proxy mode is off on this server. Its operator can turn it on with REEVE_VENDOR_NAMES=on.',
  };
}
