import { ChevronRight, CircleAlert, FilePen, Globe, Info, ListChecks, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { countOf } from '#console/ui/figures.ts';
import { RichText } from '../RichText.tsx';
import { CommandView } from './CommandView.tsx';
import classes from './Log.module.css';
import type { FilesBlock, LogBlock, OutputBlock, PlanBlock } from './log-blocks.ts';
import { lineCount } from './log-blocks.ts';

const changeWords: Record<string, string> = { add: 'new', update: 'changed', delete: 'deleted' };

/** One block of the log. */
export function LogBlockView({ block, isLive }: { block: LogBlock; isLive: boolean }): ReactNode {
  switch (block.kind) {
    case 'command':
      return <CommandView block={block} isLive={isLive} />;
    case 'output':
      return <Output block={block} />;
    case 'files':
      return <Files block={block} />;
    case 'plan':
      return <PlanLine block={block} />;
    case 'phase':
      return <p className={classes.phase}>{block.text}</p>;
    case 'message':
      return (
        <div className={classes.message}>
          <RichText text={block.text} />
        </div>
      );
    case 'reasoning':
      return <p className={classes.reasoning}>{block.text.replaceAll('**', '')}</p>;
    case 'error':
      return <Line icon={<CircleAlert size={16} role="img" aria-label="Error" />} text={block.text} tone="bad" />;
    case 'tool':
      return <Line icon={<Wrench size={16} role="img" aria-label="Tool" />} text={block.text} />;
    case 'search':
      return <Line icon={<Globe size={16} role="img" aria-label="Web search" />} text={block.text} />;
    case 'notice':
      return <Line icon={<Info size={16} role="img" aria-label="Notice" />} text={block.text} />;
  }
}

const Line = ({ icon, text, tone }: { icon: ReactNode; text: string; tone?: 'bad' }) => (
  <p className={classes.line} data-tone={tone}>
    {icon}
    <span>{text}</span>
  </p>
);

/** Of set-up and what surrounds the agent: open, because it is what one looks for there. */
function Output({ block: { text } }: { block: OutputBlock }) {
  const lines = lineCount(text);
  if (lines <= 12) return <pre className={classes.output}>{text}</pre>;
  const tail = text.replace(/\n$/, '').split('\n').slice(-6).join('\n');
  return (
    <details className={classes.fold}>
      <summary>
        <span className={classes.foldName}>
          <ChevronRight size={16} aria-hidden className={classes.chevron} />
          Output, {countOf(lines, 'line')}
        </span>
        <pre className={classes.tail}>{tail}</pre>
      </summary>
      <pre className={classes.output}>{text}</pre>
    </details>
  );
}

const Files = ({ block: { files } }: { block: FilesBlock }) => (
  <div className={classes.line}>
    <FilePen size={16} role="img" aria-label="Files" />
    <ul className={classes.files}>
      {files.map(({ path, kind }) => (
        <li key={path}>
          <code>{path}</code> {changeWords[kind] ?? kind}
        </li>
      ))}
    </ul>
  </div>
);

function PlanLine({ block: { steps } }: { block: PlanBlock }) {
  const done = steps.filter((step) => step.done).length;
  return (
    <p className={classes.line}>
      <ListChecks size={16} role="img" aria-label="Plan" />
      <span>
        Plan: {done} of {countOf(steps.length, 'step')} done
      </span>
    </p>
  );
}
