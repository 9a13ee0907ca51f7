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
  /** Called once, before the client sees the end; it does when this resolves. */
  onEnd: (ending: Ending) => Promise<void>;
}

/** How long a client may take to read the last words, and an upstream to finish what nobody waits for any more. */
const farewellMs = 5_000;
const lastEventMarks = ['response.completed', 'response.incomplete', 'response.failed', 'event: error'];

/**
 * Pipes the upstream's answer to the client chunk by chunk, in its own rhythm: a slow client slows the upstream down, a client
 * that leaves cancels it, an upstream that breaks off or falls silent is told to the client as `response.failed`. Only the last event
 * waits, until the end of the call is durable.
 */
export function streamAnswer({
  answer,
  outgoing,
  meter,
  isEventStream,
  idleTimeoutMs,
  onEnd,
}: StreamOptions): Streaming {
  /** Resolves when the client may see the end; null while the answer is open. */
  let ended: Promise<void> | null = null;
  let isClosed = false;
  const idle = setTimeout(() => {
    if (answer.isPaused()) leave('The client stopped reading.');
    else refuse(silent(idleTimeoutMs));
  }, idleTimeoutMs);

  const end = (ending: Ending): Promise<void> => {
    clearTimeout(idle);
    if (!ended) {
      ended = onEnd(ending);
      // An upstream that does not hang up after its last word.
      setTimeout(letUpstreamGo, farewellMs).unref();
    }
    return ended;
  };
  /** The upstream's last word counts, even when the client hangs up right after it, as Codex does. */
  const asMetered = (otherwise: Ending): Ending => {
    const { ending } = meter.metered;
    if (!ending) return otherwise;
    return { ...ending, code: ending.outcome === 'failed' ? 'upstream-refused' : null };
  };
  const lastWords = (bytes: string | Uint8Array) => {
    if (outgoing.destroyed) return;
    outgoing.end(bytes);
    setTimeout(() => outgoing.destroy(), farewellMs).unref();
  };
  const letUpstreamFinish = () => {
    answer.resume();
    setTimeout(() => answer.destroy(), farewellMs).unref();
  };
  const letUpstreamGo = () => {
    if (isClosed) return;
    finish();
    letUpstreamFinish();
  };
  const leave = (message: string) => {
    if (isClosed) return;
    isClosed = true;
    if (meter.metered.ending) letUpstreamFinish();
    else answer.destroy();
    outgoing.destroy();
    void end(asMetered({ outcome: 'cancelled', code: null, message }));
  };
  const refuse = (error: ReeveError) => {
    if (isClosed || ended) return;
    isClosed = true;
    answer.destroy();
    void end({ outcome: 'failed', code: error.code, message: publicWords(error) }).then(() =>
      isEventStream ? lastWords(failedEvent(error, meter.metered.responseId)) : outgoing.destroy(),
    );
  };
  const finish = () => {
    if (isClosed) return;
    if (!meter.metered.ending) return refuse(new ReeveError('upstream-broken'));
    isClosed = true;
    void end(asMetered({ outcome: 'completed', code: null, message: null })).then(() => {
      if (!outgoing.destroyed) outgoing.end();
    });
  };
  const pass = (bytes: Uint8Array) => {
    if (!outgoing.destroyed && bytes.length > 0 && !outgoing.write(bytes)) answer.pause();
  };
  /** From the upstream's last event on, bytes wait for the call to be written; they stay in order because promises do. */
  const passEnd = (chunk: Buffer) => {
    const cut = ended ? 0 : startOfLastEvent(chunk);
    pass(chunk.subarray(0, cut));
    void end(asMetered({ outcome: 'completed', code: null, message: null })).then(() => pass(chunk.subarray(cut)));
  };

  answer.on('data', (chunk: Buffer) => {
    if (isClosed) return;
    meter.feed(chunk);
    if (meter.metered.ending) return passEnd(chunk);
    idle.refresh();
    return pass(chunk);
  });
  outgoing.on('drain', () => {
    if (!ended) idle.refresh();
    answer.resume();
  });
  answer.on('end', () => {
    if (!isClosed) meter.end();
    finish();
  });
  answer.on('error', finish);
  answer.on('close', finish);
  outgoing.on('error', () => leave('The client went away.'));
  outgoing.on('close', () => leave('The client went away.'));
  return { refuse };
}

/** Where the event stands that ended the answer. When it began in an earlier chunk, all of this one belongs to it. */
function startOfLastEvent(chunk: Buffer): number {
  const named = Math.max(...lastEventMarks.map((mark) => chunk.lastIndexOf(mark)));
  const before = named === -1 ? -1 : chunk.lastIndexOf('\n\n', named);
  return before === -1 ? 0 : before + 2;
}

const silent = (timeoutMs: number) =>
  new ReeveError(
    'upstream-timeout',
    {},
    { message: `The model upstream fell silent for ${Math.round(timeoutMs / 1000)} seconds. Try again.` },
  );
