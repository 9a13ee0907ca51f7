import { setTimeout as wait } from 'node:timers/promises';
import type { Person } from './organisation.ts';

const lookEveryMs = 1_000;

/** Proves everything that is published with every installed client, as the button does, and waits for the end: minutes. */
export async function proveExample({ api }: Person): Promise<void> {
  const { run } = await api.proofs.start({});
  for (;;) {
    const { run: now } = await api.proofs.run({ id: run.id });
    if (now.state === 'done' && now.certificateId !== null) return;
    if (now.state === 'failed' || now.state === 'cancelled')
      throw new Error(`the example was not proven: ${now.error}`);
    await wait(lookEveryMs);
  }
}
