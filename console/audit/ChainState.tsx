import { Button, Drawer } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { AuditChain } from '#contract/audit-chain.ts';
import classes from './Audit.module.css';
import { ChainDetails } from './ChainDetails.tsx';
import { counted, describeChain } from './chain-words.ts';
import { VerificationResult } from './VerificationResult.tsx';

const whileRunningMs = 500;
const otherwiseMs = 30_000;

/** Whether what stands below can be believed: how far it is signed, where that is kept, and what the last look found. */
export function ChainState() {
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const chain = useQuery(
    api.audit.chain.queryOptions({
      refetchInterval: ({ state }) => (state.data?.verification?.state === 'running' ? whileRunningMs : otherwiseMs),
    }),
  );
  const again = () => queries.invalidateQueries({ queryKey: api.audit.chain.key() });
  const verify = useMutation(api.audit.verify.mutationOptions({ onSuccess: again }));
  if (!chain.data)
    return chain.error ? <FailureNotice what="The state of the chain could not be loaded" error={chain.error} /> : null;
  const { data } = chain;
  const isRunning = data.verification?.state === 'running';
  return (
    <section aria-label="Proof" className={classes.chain}>
      <div className={classes.chainRow}>
        <ChainSentence chain={data} />
        <div className={classes.chainActions}>
          <Button variant="subtle" onClick={() => setOpen(true)}>
            Where it is kept
          </Button>
          <Button
            variant="default"
            leftSection={<ShieldCheck size={16} aria-hidden />}
            loading={verify.isPending || isRunning}
            onClick={() => verify.mutate(undefined)}
          >
            Verify now
          </Button>
        </div>
      </div>
      {verify.error && <FailureNotice what="It could not be verified" error={verify.error} />}
      {data.verification && <VerificationResult verification={data.verification} />}
      <Drawer opened={isOpen} onClose={() => setOpen(false)} position="right" size="lg" title="Where the proof is kept">
        <ChainDetails chain={data} onChanged={again} />
      </Drawer>
    </section>
  );
}

function ChainSentence({ chain }: { chain: AuditChain }) {
  const { tone, word, sentence } = describeChain(chain);
  const { checkpoint, head, waiting } = chain;
  const after = (head?.seq ?? 0) - (checkpoint?.size ?? 0);
  return (
    <div className={classes.chainWords}>
      <StatusBadge tone={tone}>{word}</StatusBadge>
      <p className={classes.chainText}>
        {checkpoint && (
          <>
            Signed up to entry {counted(checkpoint.size, '', '').trim()}, <RelativeTime at={checkpoint.at} />
            {after > 0 && `; ${counted(after, 'entry', 'entries')} since`}.{' '}
          </>
        )}
        {sentence}
        {waiting > 0 && ` ${counted(waiting, 'older entry is', 'older entries are')} not yet sealed.`}
      </p>
    </div>
  );
}
