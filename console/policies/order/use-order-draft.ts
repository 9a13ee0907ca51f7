import { useSessionStorage } from '@mantine/hooks';
import { isSameOrder, type Order, type OrderDraft } from './order-draft.ts';

/** What is being changed, next to what is saved. */
export function useOrderDraft(saved: OrderDraft) {
  const [kept, setKept, forget] = useSessionStorage<OrderDraft | undefined>({
    key: 'reeve-policy-order',
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const draft = kept ?? saved;
  const isChanged = !isSameOrder(draft, saved);
  return {
    draft,
    isChanged,
    /** Somebody else saved meanwhile: what was changed here was made from an older order. */
    isBehind: isChanged && draft.version !== saved.version,
    change: (next: Partial<Order>) => setKept({ ...draft, ...next }),
    /** Keeps what was changed, to be saved over what somebody else saved. */
    rebase: () => setKept({ ...draft, version: saved.version }),
    discard: forget,
  };
}
