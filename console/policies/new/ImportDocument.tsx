import { Button, FileButton, Group, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import classes from './NewPolicy.module.css';
import { nameOfFile, type Start, startFrom } from './start.ts';

interface ImportDocumentProps {
  start: Start;
  onStart: (start: Start) => void;
}

/** An existing file: dropped, chosen or pasted. What it becomes is said before it is a draft. */
export function ImportDocument({ start, onStart }: ImportDocumentProps) {
  const [text, setText] = useState('');
  const [isOver, setOver] = useState(false);
  const [unreadable, setUnreadable] = useState<Error | null>(null);
  const read = useMutation(
    api.policies.readImport.mutationOptions({
      onSuccess: ({ contents, defaults, notes }, { fileName = '' }) =>
        onStart(startFrom(start, { from: 'import', name: nameOfFile(fileName), contents, defaults, notes })),
    }),
  );
  const take = (file: File | null | undefined) => {
    if (!file) return;
    setUnreadable(null);
    void file.text().then(
      (contents) => {
        setText(contents);
        read.mutate({ text: contents, fileName: file.name });
      },
      (error: Error) => setUnreadable(error),
    );
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <fieldset
      className={classes.import}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <legend className={classes.legend}>Or import a file</legend>
      <p className={classes.choiceSentence}>
        A requirements.toml, config.toml or managed_config.toml, or a .mobileconfig with one inside. Drop it here,
        choose it, or paste its text.
      </p>
      {(read.error || unreadable) && (
        <FailureNotice what="The file could not be read" error={read.error ?? unreadable} />
      )}
      <Textarea
        aria-label="Text to import"
        placeholder="Paste here…"
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '14px' } }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap={8}>
        <FileButton onChange={take} accept=".toml,.mobileconfig,.plist,.txt,text/plain">
          {(props) => (
            <Button {...props} variant="default" leftSection={<Upload size={16} aria-hidden />}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <Button
          variant="default"
          loading={read.isPending}
          disabled={text.trim() === ''}
          onClick={() => read.mutate({ text, fileName: '' })}
        >
          Read this text
        </Button>
      </Group>
      {start.from === 'import' && (
        <Notice tone={start.notes.length > 0 ? 'warn' : 'ok'} title="The file was read">
          {start.notes.length === 0 ? (
            <p>Everything in it is in the preview.</p>
          ) : (
            <ul className={classes.notes}>
              {start.notes.map((note) => (
                <li key={note}>
                  <Sentence text={note} />
                </li>
              ))}
            </ul>
          )}
        </Notice>
      )}
    </fieldset>
  );
}
