import { Anchor } from '@mantine/core';
import { ExternalLink as Icon } from 'lucide-react';
import type { ReactNode } from 'react';

interface ExternalLinkProps {
  href: string;
  /** Amid other words, from which its colour alone would not tell it. */
  isInText?: boolean;
  children: ReactNode;
}

/** To a page of a git server, in a tab of its own. */
export function ExternalLink({ href, isInText = false, children }: ExternalLinkProps) {
  return (
    <Anchor href={href} target="_blank" rel="noreferrer noopener" underline={isInText ? 'always' : 'hover'} inherit>
      {children} <Icon size={14} aria-label="(opens a new tab)" />
    </Anchor>
  );
}
