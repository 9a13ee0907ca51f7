import { CircleCheck, CircleHelp, CircleX, TriangleAlert } from 'lucide-react';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf } from '#console/ui/figures.ts';
import classes from './Proofs.module.css';
import { sayCell, subjectLabel } from './proof-words.ts';
import type { MatrixAnswer as Answer } from './say-matrix.ts';

const icons = { ok: CircleCheck, warn: TriangleAlert, bad: CircleX, info: CircleHelp };
const shownCulprits = 3;

/** The question of the page, answered before anything else. */
export function MatrixAnswer({ answer: { tone, answer, because, culprits } }: { answer: Answer }) {
  const Icon = icons[tone];
  const more = culprits.length - shownCulprits;
  return (
    <section className={classes.answer} data-tone={tone} aria-label="Answer">
      <Icon size={24} aria-hidden className={classes.answerIcon} />
      <div>
        <p className={classes.answerText}>
          <strong>{answer}.</strong> {because}
        </p>
        {culprits.length > 0 && (
          <ul className={classes.culprits}>
            {culprits.slice(0, shownCulprits).map((cell) => (
              <li key={cell.id}>
                <TextLink to={paths.proofCell} params={{ id: cell.id }}>
                  {subjectLabel(cell)} with {cell.clientVersion}
                </TextLink>
                : {sayCell(cell).detail}
              </li>
            ))}
            {more > 0 && <li className={classes.quiet}>{countOf(more, 'more', 'more')} below</li>}
          </ul>
        )}
      </div>
    </section>
  );
}
