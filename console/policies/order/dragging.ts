import {
  type Announcements,
  KeyboardSensor,
  type Modifier,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { sortableKeyboardCoordinates } from '@dnd-kit/sortable';
import type { NamedRule } from './order-draft.ts';

export const keepVertical: Modifier = ({ transform }) => ({ ...transform, x: 0 });

export function useDragSensors() {
  return useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
}

/** What screen readers hear while something is dragged. */
export function dragWords(rules: readonly NamedRule[]) {
  const find = (id: UniqueIdentifier | undefined) => rules.findIndex(({ groupId }) => groupId === id);
  const nameOf = (id: UniqueIdentifier) => rules[find(id)]?.groupName ?? 'The group';
  const placeOf = (id: UniqueIdentifier | undefined) => `position ${find(id) + 1} of ${rules.length}`;
  const announcements: Announcements = {
    onDragStart: ({ active }) => `${nameOf(active.id)} is picked up, at ${placeOf(active.id)}.`,
    onDragOver: ({ active, over }) =>
      over ? `${nameOf(active.id)} is over ${placeOf(over.id)}.` : `${nameOf(active.id)} is outside of the order.`,
    onDragEnd: ({ active, over }) =>
      over
        ? `${nameOf(active.id)} is dropped at ${placeOf(over.id)}.`
        : `${nameOf(active.id)} is back at ${placeOf(active.id)}.`,
    onDragCancel: ({ active }) => `Moving stopped. ${nameOf(active.id)} is back at ${placeOf(active.id)}.`,
  };
  return {
    announcements,
    screenReaderInstructions: {
      draggable:
        'Press space to pick the group up, the arrow keys to move it, space to drop it, Escape to leave it where it was.',
    },
  };
}
