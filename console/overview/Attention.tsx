import type { z } from 'zod';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { Step } from '#contract/setup.ts';
import classes from './Overview.module.css';

interface AttentionProps {
  items: { sentence: string; path: string | null }[];
  steps: z.infer<typeof Step>[];
}

/** The first thing the eye meets: what is not all right, or that everything is. */
export function Attention({ items, steps }: AttentionProps) {
  const open = steps.flatMap(({ checks }) => checks).filter(({ status }) => status === 'open');
  const next = open[0];
  if (items.length > 0) {
    return (
      <div className={classes.attention}>
        <Notice tone="warn" title={items.length === 1 ? 'One thing needs you' : `${items.length} things need you`}>
          <ul className={classes.sentences}>
            {items.map(({ sentence, path }) => (
              <li key={sentence}>
                {sentence} {path && <TextLink to={path}>Look</TextLink>}
              </li>
            ))}
          </ul>
        </Notice>
      </div>
    );
  }
  return (
    <div className={classes.attention}>
      {next ? (
        <Notice tone="info" title={`Next: ${next.title}`}>
          <p>
            {next.fact}. {next.path && <TextLink to={next.path}>Go there</TextLink>}
          </p>
        </Notice>
      ) : (
        <Notice tone="ok" title="Everything is all right">
          <p>Everything that can be set up is set up, and nothing needs you.</p>
        </Notice>
      )}
    </div>
  );
}
