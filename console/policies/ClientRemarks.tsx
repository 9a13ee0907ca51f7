import { UnstyledButton } from '@mantine/core';
import type { z } from 'zod';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { ClientRemark } from '#contract/policy-documents.ts';
import listClasses from './Policies.module.css';
import classes from './PolicyPage.module.css';

type Remark = z.infer<typeof ClientRemark>;

const looks: Record<Remark['effect'], { tone: Tone; word: string }> = {
  ignored: { tone: 'quiet', word: 'Ignores it' },
  refused: { tone: 'warn', word: 'Left out for it' },
  replaced: { tone: 'info', word: 'Gets a stricter value' },
};

interface ClientRemarksProps {
  remarks: Remark[];
  onJump: (position: Remark['from']) => void;
}

/** What older clients do with keys and values they do not know, line by line. */
export function ClientRemarks({ remarks, onJump }: ClientRemarksProps) {
  return (
    <ul className={classes.remarks}>
      {remarks.map(({ version, keyPath, from, effect, message }) => (
        <li key={`${version}-${keyPath}-${effect}-${from.line}-${from.column}`} className={classes.remark}>
          <span className={classes.remarkVersion}>{version}</span>
          <StatusBadge tone={looks[effect].tone}>{looks[effect].word}</StatusBadge>
          <UnstyledButton className={listClasses.place ?? ''} onClick={() => onJump({ ...from })}>
            <code>{keyPath}</code>
          </UnstyledButton>
          <span className={classes.remarkText}>
            <Sentence text={message} />
          </span>
        </li>
      ))}
    </ul>
  );
}
