import type { IncomingMessage, ServerResponse } from 'node:http';
import { ReeveError } from '#server/fail.ts';
import type { Meter } from './meter.ts';
import { failedEvent, publicWords } from './word-error.ts';

export interface Ending {
  outcome: 'completed' | 'failed' | 'cancelled';
  code: string | null;
  message: string | null;
}

export interface Streaming {
  /** Ends the answer from our side; the client is told why. */
  refuse(error: ReeveError): void;
}

interface StreamOptions {
  answer: IncomingMessage;
  outgoing: ServerResponse;
  meter: Meter;
  isEventStream: boolean;
  idleTimeoutMs: number;
  /** Called once. */
  onEnd: (ending: Ending) => void;
}

/** How long a client may take to read the last words, and an upstream to finish what nobody waits for any more. */
const farewellMs = 5_000;

/**
 * Pipes the upstream's answer to the client chunk by chunk, in its own rhythm: a slow client slows the upstream down, a client
 * that leaves cancels it, an upstream that breaks off or falls silent is told to the client as `response.failed`.
 */
export function streamAnswer({
  answer,
  outgoing,
  meter,
  isEventStream,
  idleTimeoutMs,
  onEnd,
}: StreamOptions): Streaming {
  let isOver = false;
  const idle = setTimeout(() => {
    if (answer.isPaused()) leave('The client stopped reading.');
    else refuse(silent(idleTimeoutMs));
  }, idleTimeoutMs);

  const finish = (ending: Ending) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(idle);
    onEnd(ending);
  };
  /** The upstream's last word counts, even when the client hangs up right after it, as Codex does. */
  const asMetered = (otherwise: Ending): Ending => {
    const { ending } = meter.metered;
    if (!ending) return otherwise;
    return { ...ending, code: ending.outcome === 'failed' ? 'upstream-refused' : null };
  };
  const letUpstreamFinish = () => {
    answer.resume();
    setTimeout(() => answer.destroy(), farewellMs).unref();
  };
  const leave = (message: string) => {
    if (isOver) return;
    if (meter.metered.ending) letUpstreamFinish();
    else answer.destroy();
    outgoing.destroy();
    finish(asMetered({ outcome: 'cancelled', code: null, message }));
  };
  const refuse = (error: ReeveError) => {
    if (isOver) return;
    answer.destroy();
    if (isEventStream) {
      outgoing.end(failedEvent(error, meter.metered.responseId));
      setTimeout(() => outgoing.destroy(), farewellMs).unref();
    } else outgoing.destroy();
    finish({ outcome: 'failed', code: error.code, message: publicWords(error) });
  };
  const broken = () => {
    if (meter.metered.ending) outgoing.end();
    else return refuse(new ReeveError('upstream-broken'));
    return finish(asMetered({ outcome: 'completed', code: null, message: null }));
  };

  answer.on('data', (chunk: Buffer) => {
    if (isOver) return;
    idle.refresh();
    if (!outgoing.write(chunk)) answer.pause();
    meter.feed(chunk);
  });
  outgoing.on('drain', () => {
    idle.refresh();
    answer.resume();
  });
  answer.on('end', () => {
    if (isOver) return;
    meter.end();
    broken();
  });
  answer.on('error', broken);
  answer.on('close', broken);
  outgoing.on('error', () => leave('The client went away.'));
  outgoing.on('close', () => leave('The client went away.'));
  return { refuse };
}

const silent = (timeoutMs: number) =>
  new ReeveError(
    'upstream-timeout',
    {},
    { message: `The model upstream fell silent for ${Math.round(timeoutMs / 1000)} seconds. Try again.` },
  );
