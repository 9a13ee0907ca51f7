import { useHover } from '@mantine/hooks';
import { type FocusEvent, type UIEvent, useLayoutEffect, useRef, useState } from 'react';

const nearPx = 24;

/**
 * Keeps the end of a growing box in sight while whoever reads is there, and never while the pointer or the keyboard is in it: then
 * `behind` counts what came meanwhile. The pointer counts as far as `around` reaches, so that what leads to the end stays in reach.
 */
export function useFollowEnd(count: number) {
  const box = useRef<HTMLElement>(null);
  const { hovered, ref: around } = useHover<HTMLDivElement>();
  const [hasKeyboard, setKeyboard] = useState(false);
  const [isAtEnd, setAtEnd] = useState(true);
  const [seenCount, setSeenCount] = useState(count);
  const isHeld = hovered || hasKeyboard;
  const toEnd = () => {
    const { current } = box;
    if (current) current.scrollTop = current.scrollHeight;
    setSeenCount(count);
    setAtEnd(true);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `toEnd` is made anew each time
  useLayoutEffect(() => {
    if (isAtEnd && !isHeld) toEnd();
  }, [count, isAtEnd, isHeld]);
  const onScroll = ({ currentTarget }: UIEvent<HTMLElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = currentTarget;
    const isNear = scrollHeight - scrollTop - clientHeight < nearPx;
    setAtEnd(isNear);
    if (isNear) setSeenCount(count);
  };
  // A click leaves the focus where it was made; only whoever moves by keyboard is there with it.
  const onFocus = ({ target }: FocusEvent) => setKeyboard(target.matches(':focus-visible'));
  const onBlur = () => setKeyboard(false);
  const fits = box.current !== null && box.current.scrollHeight <= box.current.clientHeight + nearPx;
  return {
    box: { ref: box, onScroll, onFocus, onBlur },
    around,
    behind: fits ? 0 : Math.max(0, count - seenCount),
    toEnd,
  };
}
