import type { StoppedTool } from '#server/models/call-record.ts';
import type { CallRow } from '#server/models/gateway-queries.ts';
import { commandLineOf, decideRule } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import type { ToolAnswer } from './read-input.ts';

/** So many a call are looked at; a client has few tool calls at once. */
const maxLookedAt = 20;

/**
 * The tool calls that a rule stopped, as the client tells the model. A member who keeps the client’s telemetry from us cannot hide them:
 * the model has to be told. Never throws.
 */
export async function findStopped(
  services: Pick<Services, 'db' | 'changes' | 'log'>,
  { workspace_id: workspaceId, member_id: memberId }: CallRow,
  answers: readonly ToolAnswer[],
): Promise<StoppedTool[]> {
  if (memberId === null || answers.length === 0) return [];
  const looks = answers.slice(-maxLookedAt).map(async ({ callId, name, arguments: text, output }) => {
    const commandLine = text === null ? null : commandLineOf(text);
    const verdict = await decideRule(services, { workspaceId, memberId, commandLine, said: output });
    return verdict ? [{ callId, name, decision: verdict.decision, rule: verdict.rule }] : [];
  });
  try {
    return (await Promise.all(looks)).flat();
  } catch (error) {
    services.log.warn({ err: error }, 'it could not be found out which rule stopped a tool call');
    return [];
  }
}
