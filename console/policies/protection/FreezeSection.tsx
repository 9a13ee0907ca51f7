import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '#console/session.ts';
import { Section } from '#console/ui/Section.tsx';
import type { PolicyProtection } from '#contract/policy-orders.ts';
import { FreezeDialog } from './FreezeDialog.tsx';

export function FreezeSection({ frozen }: Pick<PolicyProtection, 'frozen'>) {
  const mayWrite = useCan('policies.write');
  const [isFreezing, setFreezing] = useState(false);
  return (
    <Section
      title="Freeze"
      description="For an emergency: everything stays as it is until the freeze is lifted. Drafts can be saved, and going back to an earlier state works."
    >
      {frozen ? (
        <Text>Frozen now; see above for who, when and why.</Text>
      ) : (
        <Button variant="default" disabled={!mayWrite} onClick={() => setFreezing(true)}>
          Freeze all policies…
        </Button>
      )}
      {isFreezing && <FreezeDialog onClose={() => setFreezing(false)} />}
    </Section>
  );
}
