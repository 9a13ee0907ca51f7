export interface ContactPart {
  text: string;
  /** Only `https:`, `http:` and `mailto:`; null: plain text. */
  href: string | null;
}

const linkOrAddress = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|([^\s<>"'(),;:]+@[^\s<>"'(),;:]+\.[a-z]{2,})/gi;

function hrefOf(found: string): string | null {
  const address = /^https?:/i.test(found) ? found : `mailto:${encodeURIComponent(found).replace('%40', '@')}`;
  return URL.canParse(address) ? address : null;
}

/** The words of a contact, with its web and e-mail addresses made links. What else looks like a link stays text. */
export function contactParts(contact: string): ContactPart[] {
  const parts: ContactPart[] = [];
  let end = 0;
  for (const match of contact.matchAll(linkOrAddress)) {
    if (match.index > end) parts.push({ text: contact.slice(end, match.index), href: null });
    parts.push({ text: match[0], href: hrefOf(match[0]) });
    end = match.index + match[0].length;
  }
  if (end < contact.length) parts.push({ text: contact.slice(end), href: null });
  return parts;
}
