import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { sayTime } from '#console/ui/figures.ts';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import classes from './Log.module.css';
import { type CommandBlock, lineCount } from './log-blocks.ts';

/** "exit 0 · 4 s", "running", or nothing when the log ended before the command did. */
function outcomeOf({ exitCode, at, endedAt }: CommandBlock, isLive: boolean) {
  if (exitCode === null) return isLive ? { tone: 'info', words: 'running' } : { tone: 'quiet', words: 'no exit code' };
  const took = endedAt === null ? '' : ` · ${sayTime(new Date(endedAt).getTime() - new Date(at).getTime())}`;
  return exitCode === 0 ? { tone: 'ok', words: `ok${took}` } : { tone: 'bad', words: `exit ${exitCode}${took}` };
}

/** A command with its output folded; one that failed is open, because that is what one looks for. */
export function CommandView({ block, isLive }: { block: CommandBlock; isLive: boolean }) {
  const { command, output, exitCode } = block;
  const [wanted, setWanted] = useState<boolean | null>(null);
  const isOpen = wanted ?? (exitCode !== null && exitCode !== 0);
  const outcome = outcomeOf(block, isLive);
  const lines = lineCount(output);
  const head = (
    <>
      <code className={classes.command}>{command}</code>
      {lines > 0 && <span className={classes.lines}>{lines === 1 ? '1 line' : `${lines} lines`}</span>}
      <span className={classes.outcome} data-tone={outcome.tone}>
        {outcome.words}
      </span>
    </>
  );
  if (lines === 0)
    return (
      <div className={classes.commandHead} data-bare>
        {head}
      </div>
    );
  return (
    <div>
      <button type="button" className={classes.commandHead} aria-expanded={isOpen} onClick={() => setWanted(!isOpen)}>
        <ChevronRight size={16} aria-hidden className={classes.chevron} />
        {head}
      </button>
      {isOpen && (
        <ScrollRegion label={`Output of ${command.slice(0, 80)}`} className={classes.outputBox}>
          <pre className={classes.output}>{output}</pre>
        </ScrollRegion>
      )}
    </div>
  );
}
