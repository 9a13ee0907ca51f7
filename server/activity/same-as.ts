/**
 * What makes two reports the same event, one line a kind: the kind itself always belongs to it (`activityId`). A client’s own ids are
 * only unique within their thread. Who reports an event by other ids counts it twice.
 */
export const sameAs = {
  /** By the id of the gateway’s call. */
  modelCall: (modelCallId: string) => [modelCallId],
  thread: (threadId: string) => [threadId],
  turn: (threadId: string, turnId: string) => [threadId, turnId],
  /**
   * A call of a tool, whether suggested, decided or completed: `callId` is the `call_id` of the model’s answer (gateway), `call_id` of
   * `codex.tool_decision` and `codex.tool_result` (OpenTelemetry), and `item_id` of the client’s usage events.
   */
  toolCall: (threadId: string, callId: string) => [threadId, callId],
  /**
   * By the id of the message in the model’s input, which only the gateway sees. `codex.user_prompt` of the client’s OpenTelemetry names
   * neither message nor turn: it is no `prompt.sent`, or every prompt would count twice.
   */
  prompt: (threadId: string, messageKey: string) => [threadId, messageKey],
  review: (threadId: string, reviewId: string) => [threadId, reviewId],
} as const;
