import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { Price } from '#contract/model-prices.ts';
import { describeMoment, describeTerms } from './price-words.ts';

export function WithdrawPrice({ price, onClose }: { price: Price; onClose: () => void }) {
  const withdraw = useMutation(
    api.modelPrices.withdraw.mutationOptions({
      onSuccess: () => {
        showDone('The planned price is withdrawn. What is in force stays.');
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Withdraw this planned price?"
      confirmLabel="Withdraw price"
      isBusy={withdraw.isPending}
      onClose={onClose}
      onConfirm={() => withdraw.mutate({ id: price.id })}
    >
      {withdraw.error && <FailureNotice what="It is still planned" error={withdraw.error} />}
      <Text>
        “{describeTerms(price.terms)}” would have begun on {describeMoment(price.validFrom)}. It stays in the history as
        withdrawn; the price before it goes on.
      </Text>
    </ConfirmDialog>
  );
}
