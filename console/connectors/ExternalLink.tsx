import { Anchor } from '@mantine/core';
import { ExternalLink as Icon } from 'lucide-react';
import type { ReactNode } from 'react';

/** To a page of a git server, in a tab of its own. */
export function ExternalLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor href={href} target="_blank" rel="noreferrer noopener" underline="hover" inherit>
      {children} <Icon size={14} aria-label="(opens a new tab)" />
    </Anchor>
  );
}
