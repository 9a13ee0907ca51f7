import { Button, Group } from '@mantine/core';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Price } from '#contract/model-prices.ts';
import classes from './Models.module.css';
import { describeCorrection, describeSpan, describeState, describeTerms } from './price-words.ts';

interface PriceListProps {
  prices: Price[];
  /** Null: whoever looks may not. */
  onWithdraw: ((price: Price) => void) | null;
}

/** The latest beginning first, so that what is planned and what is in force stand on top. */
export function PriceList({ prices, onWithdraw }: PriceListProps) {
  if (prices.length === 0) return <EmptyState>Nothing is set, so calls are counted in tokens only.</EmptyState>;
  return (
    <ol className={classes.prices} aria-label="History">
      {prices.map((price) => (
        <PriceItem key={price.id} price={price} onWithdraw={onWithdraw} />
      ))}
    </ol>
  );
}

function PriceItem({ price, onWithdraw }: { price: Price; onWithdraw: PriceListProps['onWithdraw'] }) {
  const { tone, word } = describeState(price.state);
  const isVoid = price.state === 'replaced' || price.state === 'withdrawn';
  return (
    <li className={classes.price}>
      <Group justify="space-between" gap={8} wrap="nowrap" align="flex-start">
        <strong className={isVoid ? classes.void : undefined}>{describeTerms(price.terms)}</strong>
        <StatusBadge tone={tone}>{word}</StatusBadge>
      </Group>
      <div>{describeSpan(price)}</div>
      {price.message && <blockquote className={classes.reason}>{price.message}</blockquote>}
      {price.correction && <div>{describeCorrection(price.correction)}</div>}
      <div className={classes.quiet}>
        {price.message ? 'Corrected' : 'Recorded'} <RelativeTime at={price.recordedAt} /> by{' '}
        {shortName(price.recordedBy)}
        {price.withdrawnAt && (
          <>
            , withdrawn <RelativeTime at={price.withdrawnAt} /> by {shortName(price.withdrawnBy ?? '')}
          </>
        )}
      </div>
      {price.state === 'planned' && onWithdraw && (
        <Button size="compact-sm" variant="default" mt={4} onClick={() => onWithdraw(price)}>
          Withdraw
        </Button>
      )}
    </li>
  );
}
