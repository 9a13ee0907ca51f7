import { useSyncExternalStore } from 'react';

type Settle = (isShown: boolean) => void;

let waiting: Settle[] = [];
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

/** Resolves true once the person has shown a second factor, false when they chose not to. */
export const waitForStepUp = (): Promise<boolean> =>
  new Promise((settle) => {
    waiting = [...waiting, settle];
    tell();
  });

export function settleStepUp({ isShown }: { isShown: boolean }): void {
  const settled = waiting;
  waiting = [];
  for (const settle of settled) settle(isShown);
  tell();
}

/**
 * The question may stand over another dialog, and Escape would close both. Listening since before any of them was there, this one hears
 * it first and keeps it from the others.
 */
window.addEventListener(
  'keydown',
  (event) => {
    if (event.key !== 'Escape' || waiting.length === 0) return;
    event.stopImmediatePropagation();
    settleStepUp({ isShown: false });
  },
  { capture: true },
);

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** True while at least one request waits for a second factor. */
export const useStepUpWanted = () => useSyncExternalStore(subscribe, () => waiting.length > 0);
