import type { CallRow } from './gateway-queries.ts';

/** The person’s new message in a call. */
export interface SeenPrompt {
  /** Makes it the same prompt when the client sends it again: the message’s own id, or its place in the turn. */
  key: string;
  characters: number;
  images: number;
  /** Null unless content is kept. */
  text: string | null;
}

/** A tool the model asked for. */
export interface SuggestedTool {
  callId: string | null;
  name: string;
  /** `function_call`, `custom_tool_call`, … */
  type: string;
  characters: number;
  /** Null unless content is kept. */
  arguments: string | null;
}

export interface SeenAnswer {
  characters: number;
  /** Null unless content is kept. */
  text: string | null;
}

/** A tool call that a rule of the policy stopped, as the client tells the model in its next call. */
export interface StoppedTool {
  callId: string;
  name: string | null;
  decision: 'forbidden' | 'prompt';
  rule: string | null;
}

/** A call of the gateway with what was seen of it; the row changes while it runs. */
export interface CallRecord {
  row: CallRow;
  prompt: SeenPrompt | null;
  answer: SeenAnswer | null;
  tools: readonly SuggestedTool[];
  stopped: readonly StoppedTool[];
  /** Refusals that repeat within seconds are one record. */
  times: number;
}

export const recordOf = (row: CallRow): CallRecord => ({
  row,
  prompt: null,
  answer: null,
  tools: [],
  stopped: [],
  times: 1,
});
