import { Fragment, type ReactNode } from 'react';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import classes from './Tasks.module.css';

const fence = /^```[^\n]*\n([\s\S]*?)(?:^```[ \t]*$|$(?![\s\S]))/m;

interface Part {
  kind: 'text' | 'code';
  text: string;
}

/** Splits at fenced code; what is not closed goes to the end. */
export function splitFences(text: string): Part[] {
  const parts: Part[] = [];
  for (let rest = text; rest !== ''; ) {
    const found = fence.exec(rest);
    if (!found) {
      parts.push({ kind: 'text', text: rest });
      break;
    }
    if (found.index > 0) parts.push({ kind: 'text', text: rest.slice(0, found.index) });
    parts.push({ kind: 'code', text: (found[1] ?? '').replace(/\n$/, '') });
    rest = rest.slice(found.index + found[0].length).replace(/^\n/, '');
  }
  return parts.filter(({ kind, text: part }) => kind === 'code' || part.trim() !== '');
}

/** `code` and **bold** within a line; everything else stays as it was written. */
function inline(text: string): ReactNode[] {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part, index) => {
    const key = `${index}-${part.slice(0, 20)}`;
    if (part.startsWith('`') && part.length > 2) return <code key={key}>{part.slice(1, -1)}</code>;
    if (part.startsWith('**') && part.length > 4) return <strong key={key}>{part.slice(2, -2)}</strong>;
    return <Fragment key={key}>{part}</Fragment>;
  });
}

/** What a model wrote: paragraphs and lists as they are, code set apart. Never becomes markup or a link. */
export function RichText({ text }: { text: string }) {
  return (
    <div className={classes.rich}>
      {splitFences(text).map((part, index) => {
        const key = `${index}-${part.kind}`;
        return part.kind === 'code' ? (
          <ScrollRegion key={key} label="Code" className={classes.code}>
            <pre>{part.text}</pre>
          </ScrollRegion>
        ) : (
          <p key={key}>{inline(part.text.trim())}</p>
        );
      })}
    </div>
  );
}
