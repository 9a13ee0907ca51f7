import { useFocusWithin, useHover, useMergedRef } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';

interface SteadyProps<Value> {
  value: Value;
  /** What the value is of. One of another scope replaces it at once. */
  scope: string;
  children: (value: Value) => ReactNode;
}

/** Live content that stays as it is while the pointer or the focus is in it, so that nothing moves under a click. */
export function Steady<Value>({ value, scope, children }: SteadyProps<Value>) {
  const { hovered, ref: hoverRef } = useHover<HTMLDivElement>();
  const { focused, ref: focusRef } = useFocusWithin<HTMLDivElement>();
  const ref = useMergedRef(hoverRef, focusRef);
  const [held, setHeld] = useState({ scope, value });
  const isHeld = (hovered || focused) && held.scope === scope;
  // Adjusted during rendering, as React asks for state that follows props.
  if (!isHeld && (held.value !== value || held.scope !== scope)) setHeld({ scope, value });
  return <div ref={ref}>{children(isHeld ? held.value : value)}</div>;
}
