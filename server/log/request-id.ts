import { AsyncLocalStorage } from 'node:async_hooks';
import { newId } from '#server/crypto/ids.ts';

const current = new AsyncLocalStorage<string>();

export const newRequestId = (): string => newId('req');

/** Runs one request; every line logged meanwhile carries its id. */
export const withRequestId = <Result>(requestId: string, run: () => Result): Result => current.run(requestId, run);

export const currentRequestId = (): string | undefined => current.getStore();
