import { type ErrorCode, errors } from '#contract/errors.ts';

/** What a client's message says, as far as its words tell. The wording differs between versions; each is matched by its fixed part. */
export interface ClientError {
  kind: 'policy' | 'rule' | 'load-failure' | 'sign-in' | 'gateway' | 'unknown';
  sentence: string;
  /** Names the fragment: `name (id)`. */
  source: { name: string; id: string } | null;
  /** The setting as the client calls it. */
  field: string | null;
  /** Of the rule that stopped a command, without its link. */
  justification: string | null;
  /** Codes of links to explanations. */
  codes: string[];
}

const unwrap = (text: string): string =>
  // Terminals frame and break lines; tool results escape quotes.
  text
    .replaceAll(/\r?\n[\s│|■>]*/g, ' ')
    .replaceAll('\\"', '"')
    .replaceAll(/ {2,}/g, ' ');

const sourceIn = (text: string): ClientError['source'] => {
  const found = /(?:enterprise-managed requirements|from) (.+?) \(([a-z0-9-]+)\)/.exec(text);
  return found ? { name: found[1] ?? '', id: found[2] ?? '' } : null;
};

const fieldIn = (text: string): string | null =>
  /(?:invalid value for|Configured value for|cannot set|Ignoring unknown) `?([a-z][\w.]*)`?/i.exec(text)?.[1] ?? null;

interface Reading {
  kind: ClientError['kind'];
  matches: RegExp;
  say: (found: RegExpExecArray) => string;
}

/** In this order: what is more exact comes first. */
const readings: readonly Reading[] = [
  {
    kind: 'load-failure',
    matches: /must include 'read-only'/,
    say: () =>
      'The client refuses to start, because the policy allows sandbox modes without `read-only`. Add `read-only` to `allowed_sandbox_modes` and publish; clients that cached it start again within 60 minutes, or at once when cloud-config-bundle-cache.json in their Codex folder is deleted.',
  },
  {
    kind: 'load-failure',
    matches: /timed out waiting for (?:the )?cloud (?:config bundle|requirements)/i,
    say: () =>
      'The client got no answer to its question for the policy, and refuses to start without one. Check that the machine reaches this server (name, proxy, certificate) and that the server is ready.',
  },
  {
    kind: 'load-failure',
    matches: /invalid cloud config bundle: (?:invalid )?(requirements|TOML)?/i,
    say: () =>
      'The client cannot read the policy it was sent, and refuses to start. Reeve checks every document before it is published, so this client is probably newer than the tested ones: compare its version, and roll back the last publication if many are affected.',
  },
  {
    kind: 'load-failure',
    matches:
      /failed to load (?:cloud config bundle|cloud requirements|your workspace-managed config)|workspace-managed policies/i,
    say: () =>
      'The client could not fetch its policy, and refuses to start without one. It shows nothing of the answer: look whether the server is ready, whether a proxy between answers instead, and whether the member is active; then start the client again.',
  },
  {
    kind: 'sign-in',
    matches: /could not be refreshed|log out and sign in again|sign in again|authentication session/i,
    say: () =>
      'The client’s sign-in has ended: it was revoked, the member was signed out or suspended, or it was replaced by a newer one. Run `codex logout`, then `codex login`; if that is refused, the words of the refusal say why.',
  },
  {
    kind: 'rule',
    matches: /approval required by policy/i,
    say: () =>
      'A command rule with the decision `prompt` wants a person to approve the command, and this client runs without anybody to ask (`codex exec`). Run it in an interactive session, or change the rule. The message does not say which rule it was: look up the member and compare the command with the rules.',
  },
  {
    kind: 'policy',
    matches: /Network access to "?([^"\s]+)"? was blocked by policy/i,
    say: ([, host]) =>
      `The policy’s network rules do not allow ${host ?? 'this host'} for commands. Allow the host under \`experimental_network\`, or have the command done elsewhere.`,
  },
  {
    kind: 'policy',
    matches: /Command blocked by (\w+) hook/i,
    say: ([, event]) =>
      `A hook of the policy (${event ?? 'managed'}) stopped the command. The words behind it come from the hook’s own script on that machine; ask whoever maintains that script.`,
  },
  {
    kind: 'policy',
    matches: /is overridden by the required value/i,
    say: () =>
      'The client ignored the member’s own value, because the policy pins this setting. That is a warning and nothing is broken; the member can remove the value from their config.toml.',
  },
  {
    kind: 'policy',
    matches: /disallowed by requirements; falling back to/i,
    say: () =>
      'The member asked for a value that the policy does not allow, so the client uses an allowed one. That is a warning and nothing is broken; the member can remove the value from their config.toml or flags.',
  },
  {
    kind: 'policy',
    matches: /Ignoring unknown `?features`? requirement/i,
    say: () =>
      'This client does not know a feature that the policy pins, and goes on without that pin. Update the client, or remove the pin.',
  },
  {
    kind: 'policy',
    matches:
      /invalid value for|not in the allowed set|set by (?:enterprise-managed|cloud|cloud-managed) requirements|requirements do not allow/i,
    say: () =>
      'The member asked for a value that the policy does not allow, and the client refused it. Choose one of the allowed values, or allow this one in the policy.',
  },
];

/** What the gateway says, with what to do beyond the sentence itself. */
const gatewayAnswers: readonly { code: ErrorCode; kind: ClientError['kind']; todo: string }[] = [
  {
    code: 'local-off',
    kind: 'gateway',
    todo: 'The gateway refused the person: Codex Local is off for the workspace, no role of theirs includes it, or they are suspended. Look at Settings and permissions and at the member’s page.',
  },
  {
    code: 'policy-revision-stale',
    kind: 'gateway',
    todo: 'The client runs with a version of the policy that was replaced longer ago than the grace. Restart the client; if it stays, delete cloud-config-bundle-cache.json in its Codex folder and start again.',
  },
  {
    code: 'policy-revision-missing',
    kind: 'gateway',
    todo: 'The call came without this member’s signed policy: the client did not load it, is older than 0.140, or its configuration was tampered with. Update and restart the client, and sign in again if it stays.',
  },
  {
    code: 'client-not-allowed',
    kind: 'gateway',
    todo: 'API keys and clients that cannot carry the policy are refused here. Sign in with a current Codex client, or allow them under Settings and permissions.',
  },
  {
    code: 'upstream-not-set',
    kind: 'gateway',
    todo: 'Nothing is wrong with the policy: set the upstream under Models.',
  },
  {
    code: 'upstream-unreachable',
    kind: 'gateway',
    todo: 'Nothing is wrong with the policy: check the upstream under Models.',
  },
  {
    code: 'upstream-timeout',
    kind: 'gateway',
    todo: 'Nothing is wrong with the policy: check the upstream under Models.',
  },
  {
    code: 'upstream-limited',
    kind: 'gateway',
    todo: 'Nothing is wrong with the policy: the upstream’s own limit was reached.',
  },
  {
    code: 'upstream-broken',
    kind: 'gateway',
    todo: 'Nothing is wrong with the policy: check the upstream under Models.',
  },
  { code: 'token-expired', kind: 'sign-in', todo: 'Run `codex login` again.' },
  {
    code: 'token-invalid',
    kind: 'sign-in',
    todo: 'The sign-in was revoked or belongs to somebody who is not active. Run `codex login` again.',
  },
];

const modelRefused =
  /The model “?"?([^”"]+)”?"? is not allowed in this workspace|model is not allowed in this workspace/i;

function readGateway(text: string): Pick<ClientError, 'kind' | 'sentence'> | null {
  const model = modelRefused.exec(text);
  if (model)
    return {
      kind: 'gateway',
      sentence: `The gateway refused the call: ${model[1] ? `the model ${model[1]}` : 'its model'} is not on the list of allowed models. Choose an allowed model in the client, or allow this one under Models.`,
    };
  const known = gatewayAnswers.find(({ code }) => text.includes(errors[code].message));
  return known ? { kind: known.kind, sentence: known.todo } : null;
}

const linkPattern = /\/why\/(\d+\.\d+\.\d+)/g;
const linkedEnd = / ?Why and whom to ask: .*$/;

function readRejection(text: string): Pick<ClientError, 'kind' | 'sentence' | 'justification'> | null {
  // `command` rejected: words; the words end with the quote that closes the tool's result.
  const found = /rejected: (.+?)(?:"\)|$)/.exec(text);
  const hasLink = /\/why\/\d+\.\d+\.\d+/.test(text);
  if (!found && !hasLink) return null;
  const justification = found?.[1]?.replace(linkedEnd, '').trim() ?? null;
  return {
    kind: 'rule',
    justification: justification === '' ? null : justification,
    sentence:
      'A command rule of the policy forbids this command, and the client did not run it. The rule below says why; ask its owner, or do it another way. A flag or the member’s own configuration cannot change it.',
  };
}

const unknown: Pick<ClientError, 'kind' | 'sentence'> = {
  kind: 'unknown',
  sentence:
    'Nothing in this text is known as a message about policies. Paste the whole message, with the line that begins with “Error” or “warning”, or look up the member instead.',
};

/** Reads a message that somebody pasted. Never throws; what is not known is `unknown`. */
export function readClientError(pasted: string): ClientError {
  const text = unwrap(pasted).trim();
  const codes = [...new Set([...text.matchAll(linkPattern)].map(([, code = '']) => code))];
  const shared = { source: sourceIn(text), field: fieldIn(text), justification: null, codes };
  const gateway = readGateway(text);
  if (gateway) return { ...shared, ...gateway };
  const rejection = readRejection(text);
  if (rejection) return { ...shared, ...rejection };
  for (const { kind, matches, say } of readings) {
    const found = matches.exec(text);
    if (found) return { ...shared, kind, sentence: say(found) };
  }
  return { ...shared, ...unknown };
}
