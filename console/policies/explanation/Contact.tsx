import { Anchor } from '@mantine/core';
import { contactParts } from './contact-parts.ts';

/** Free text of an administrator; only web and e-mail addresses in it become links. */
export function Contact({ text }: { text: string }) {
  return contactParts(text).map(({ text: part, href }, index) => {
    const key = `${index} ${part}`;
    return href === null ? (
      <span key={key}>{part}</span>
    ) : (
      <Anchor key={key} href={href} rel="noreferrer noopener" {...(href.startsWith('http') && { target: '_blank' })}>
        {part}
      </Anchor>
    );
  });
}
