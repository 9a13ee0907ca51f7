import { Radio, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import classes from './NewPolicy.module.css';
import { type Start, startFrom } from './start.ts';

interface Template {
  id: string;
  name: string;
  sentence: string;
  contents: string;
  defaults: string;
}

interface StartChoiceProps {
  templates: Template[];
  start: Start;
  onStart: (start: Start) => void;
}

const blank: Template = {
  id: 'blank',
  name: 'Blank',
  sentence: 'Sets nothing; members choose everything until you set it.',
  contents: '',
  defaults: '',
};

/** Templates with a sentence each; the choice is in the address, so that guides can link to one. */
export function StartChoice({ templates, start, onStart }: StartChoiceProps) {
  const { template: asked } = useSearch({ from: '/shell/policies/new' });
  const navigate = useNavigate({ from: '/policies/new' });
  const all = [...templates, blank];
  const take = ({ id, name, contents, defaults }: Template) =>
    onStart(startFrom(start, { from: id, name: id === 'blank' ? '' : name, contents, defaults }));
  const taken = useRef<string>(undefined);
  useEffect(() => {
    const wanted = templates.find(({ id }) => id === asked) ?? (start.from === '' ? all[0] : undefined);
    if (!wanted || taken.current === wanted.id) return;
    taken.current = wanted.id;
    if (start.from !== wanted.id) take(wanted);
  });
  return (
    <Radio.Group
      label="Start from"
      value={start.from}
      onChange={(id) => {
        const chosen = all.find((one) => one.id === id);
        if (!chosen) return;
        taken.current = id;
        take(chosen);
        void navigate({ search: { template: id === 'blank' ? undefined : id }, replace: true });
      }}
    >
      <Stack gap={0} mt={4}>
        {all.map(({ id, name, sentence }) => (
          <Radio.Card key={id} value={id} className={classes.choice ?? ''}>
            <Radio.Indicator className={classes.indicator ?? ''} />
            <span>
              <span className={classes.choiceName}>{name}</span>
              <span className={classes.choiceSentence}>{sentence}</span>
            </span>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}
