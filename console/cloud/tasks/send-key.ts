import type { KeyboardEvent } from 'react';

/** Ctrl or ⌘ with Enter sends what is typed. */
export const isSendKey = ({ key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>): boolean =>
  key === 'Enter' && (ctrlKey || metaKey);
