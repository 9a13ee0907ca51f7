import { useEffect, useState } from 'react';

interface Wanted {
  groupId: string;
  control: 'up' | 'down' | undefined;
}

/**
 * A row that moves in the document loses the focus, and its button may end at an edge where it does nothing: puts the focus back on
 * the row that was moved, wherever it went, and says where that is.
 */
export function useMovedFocus() {
  const [said, announce] = useState('');
  const [wanted, setWanted] = useState<Wanted | null>(null);
  useEffect(() => {
    if (!wanted) return;
    const row = [...document.querySelectorAll<HTMLElement>('[data-rule]')].find(
      ({ dataset }) => dataset.rule === wanted.groupId,
    );
    const buttons = [...(row?.querySelectorAll<HTMLButtonElement>('button') ?? [])].filter(({ disabled }) => !disabled);
    const target = buttons.find(({ dataset }) => dataset.move === wanted.control) ?? buttons.at(-1);
    if (!target) return;
    target.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
    setWanted(null);
  });
  return {
    said,
    announce,
    focusAfterMove: (groupId: string, control?: 'up' | 'down') => setWanted({ groupId, control }),
  };
}
