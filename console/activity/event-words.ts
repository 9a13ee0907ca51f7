import type { ActivityItem, ListedKind, ListedSource } from '#contract/activity-list.ts';

/** Short names for a filter; the sentence of a kind says what it means. */
export const kindNames: Record<ListedKind, string> = {
  'model.call': 'Model call',
  'thread.started': 'Thread started',
  'turn.completed': 'Turn ended',
  'prompt.sent': 'Prompt',
  'response.received': 'Answer',
  'tool.suggested': 'Tool asked for',
  'tool.decided': 'Tool approved or denied',
  'tool.completed': 'Tool call',
  'sandbox.decided': 'Sandbox decision',
  'network.decided': 'Network decision',
  'review.completed': 'Automatic review',
  'client.reported': 'Other report',
  'reeve.changed': 'Change in Reeve',
  'policy.delivered': 'Policy delivered',
};
export const kindOptions = Object.entries(kindNames).map(([value, label]) => ({ value, label }));

export const sourceNames: Record<ListedSource, string> = {
  gateway: 'Gateway',
  otel: 'OpenTelemetry',
  'client-events': 'Usage events',
  reeve: 'Reeve',
};
export const sourceOptions = Object.entries(sourceNames).map(([value, label]) => ({ value, label }));

/** How far a source can be trusted. */
export const sourceSentences: Record<ListedSource, string> = {
  gateway: 'Seen by the model gateway; a member cannot switch it off.',
  otel: 'Reported by the client over OpenTelemetry, which the policy pins.',
  'client-events': 'Reported by the client by itself; a member can switch it off.',
  reeve: 'Done by Reeve itself.',
};

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What the row is about, in a few words: the tool, the model, the name of a report. */
export function subjectOf({ kind, sentence, tool, model, detail, policyName, code }: ActivityItem): string | null {
  if (kind === 'reeve.changed') return asText(detail.about) ?? sentence;
  if (kind === 'policy.delivered') return policyName ?? 'no policy applies';
  if (kind === 'client.reported') return asText(detail.name);
  if (kind === 'network.decided') return asText(detail.host);
  if (kind === 'model.call' && code !== null) return code;
  return tool ?? model;
}

/** "Shell sandbox" for `shellSandbox`, for names that only a client knows. */
export const nameOfDetail = (key: string): string => {
  const words = key.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
