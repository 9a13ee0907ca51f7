import { z } from 'zod';

/** The vendor's preset *Common dependencies* (its page on agent internet access, July 2026). An entry covers its sub-domains. */
export const commonDependencyDomains =
  `alpinelinux.org anaconda.com apache.org apt.llvm.org archlinux.org azure.com bitbucket.org bower.io
centos.org cocoapods.org continuum.io cpan.org crates.io debian.org docker.com docker.io dot.net dotnet.microsoft.com eclipse.org
fedoraproject.org gcr.io ghcr.io github.com githubusercontent.com gitlab.com golang.org google.com goproxy.io gradle.org hashicorp.com
haskell.org hex.pm java.com java.net jcenter.bintray.com json-schema.org json.schemastore.org k8s.io launchpad.net maven.org
mcr.microsoft.com metacpan.org microsoft.com nodejs.org npmjs.com npmjs.org nuget.org oracle.com packagecloud.io packages.microsoft.com
packagist.org pkg.go.dev ppa.launchpad.net pub.dev pypa.io pypi.org pypi.python.org pythonhosted.org quay.io ruby-lang.org rubyforge.org
rubygems.org rubyonrails.org rustup.rs rvm.io sourceforge.net spring.io swift.org ubuntu.com visualstudio.com yarnpkg.com`.split(
    /\s+/,
  );

export const internetPresets = ['none', 'common-dependencies', 'all'] as const;

/** RFC 9110 §9.2.1 without TRACE: what the vendor's limit leaves. */
export const safeMethods = ['GET', 'HEAD', 'OPTIONS'] as const;

/** A host name: lower case, no scheme, no port, no address. It covers its sub-domains, so that `*.` before it says nothing more. */
export const Domain = z
  .string()
  .trim()
  .toLowerCase()
  .overwrite((domain) => domain.replace(/^\*\./, ''))
  .max(253)
  .regex(
    /^(?=.*[a-z])([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'Is no domain such as pypi.org: no scheme, path, port or address.',
  );

/** What an agent may reach. Off: nothing but Reeve's own gateway. Each domain covers its sub-domains. */
export const InternetAccess = z.object({
  isOn: z.boolean(),
  preset: z.enum(internetPresets),
  domains: z.array(Domain).max(500).describe('Beside the preset; `all` needs none.'),
  methods: z.enum(['safe', 'all']).describe('safe: GET, HEAD and OPTIONS only.'),
});
export type InternetAccess = z.infer<typeof InternetAccess>;

export const noInternet: InternetAccess = { isOn: false, preset: 'none', domains: [], methods: 'safe' };

/** Why a request of a container was let through or refused, as its log says it. */
export const egressRules = {
  gateway: { allows: true, sentence: 'Reeve’s own gateway, which every agent reaches.' },
  'preset-common': { allows: true, sentence: 'On the list of common dependencies.' },
  'preset-all': { allows: true, sentence: 'The environment allows every domain.' },
  'listed-domain': { allows: true, sentence: 'A domain that the environment lists.' },
  'setup-internet': { allows: true, sentence: 'Set-up has internet access.' },
  'internet-off': { allows: false, sentence: 'The environment has no internet access.' },
  'workspace-off': { allows: false, sentence: 'The workspace does not let agents reach the internet.' },
  'domain-not-listed': { allows: false, sentence: 'The domain is not on the environment’s list.' },
  'method-not-allowed': { allows: false, sentence: 'The environment allows GET, HEAD and OPTIONS only.' },
  'websocket-not-allowed': { allows: false, sentence: 'WebSockets carry anything; they need all methods.' },
  'address-literal': { allows: false, sentence: 'An IP address in place of a name.' },
  'private-address': { allows: false, sentence: 'The name leads to a private, local or metadata address.' },
  'port-not-allowed': { allows: false, sentence: 'Only ports 80 and 443 are open.' },
  'not-http': { allows: false, sentence: 'What was sent is neither HTTP nor TLS.' },
  'name-mismatch': { allows: false, sentence: 'TLS or the Host header names another host than was asked for.' },
  'bad-request': { allows: false, sentence: 'A request that no client sends by accident.' },
  'name-unknown': { allows: false, sentence: 'The name cannot be resolved.' },
  'certificate-invalid': { allows: false, sentence: 'The server’s certificate is not valid.' },
  'tls-failed': {
    allows: false,
    sentence: 'The program and Reeve did not agree on TLS: it may not trust this task’s authority.',
  },
  'gateway-path': { allows: false, sentence: 'A part of Reeve that is not for agents.' },
  'made-stricter': {
    allows: false,
    sentence: 'From here on stricter rules hold: the environment or the workspace was changed while this ran.',
  },
  'too-many-connections': { allows: false, sentence: 'Too many connections at once.' },
} as const satisfies Record<string, { allows: boolean; sentence: string }>;
export type EgressRule = keyof typeof egressRules;
export const egressRuleNames = Object.keys(egressRules) as [EgressRule, ...EgressRule[]];

/** One request out of a container, let through or not. */
export const EgressAttempt = z.object({
  at: z.iso.datetime(),
  phase: z.enum(['setup', 'agent']),
  method: z.string().max(20).describe('CONNECT where nothing within was seen.'),
  host: z.string().max(300),
  port: z.number().int(),
  path: z.string().max(500).nullable().describe('Without its query.'),
  isAllowed: z.boolean(),
  rule: z.enum(egressRuleNames),
  address: z.string().nullable().describe('The address that was dialled.'),
  status: z.number().int().nullable().describe('What the server answered.'),
  sentBytes: z.number().int(),
  receivedBytes: z.number().int(),
});
export type EgressAttempt = z.infer<typeof EgressAttempt>;

/** The same where it is kept. */
export const KeptRequest = EgressAttempt.extend({ id: z.string().min(1).max(100) });

/** Of all requests of an attempt. */
export const requestCounts = z.object({
  allowed: z.number().int(),
  refused: z.number().int(),
  leftOut: z.number().int().describe('Counted only: more were asked for than are kept of one attempt.'),
});
