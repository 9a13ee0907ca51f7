import { CodeEditor } from '#console/ui/CodeEditor.tsx';
import { Section } from '#console/ui/Section.tsx';
import classes from '../Environments.module.css';
import type { SectionProps } from './section-props.ts';

const noDiagnostics: [] = [];

export function ScriptsSection({ draft, edit, problems, isReadOnly }: SectionProps) {
  const scripts = [
    {
      key: 'setupScript',
      label: 'Set-up script',
      note: 'Bash, in the repository’s folder, before the agent starts; it ends at the first command that fails. It alone sees the secrets. What it exports is gone afterwards: write it to ~/.bashrc, or set a variable.',
    },
    {
      key: 'maintenanceScript',
      label: 'Maintenance script',
      note: 'Runs in place of set-up where a kept container is used again, after the task’s branch was checked out. Empty: nothing runs.',
    },
  ] as const;
  return (
    <div className={classes.apart}>
      <Section title="Scripts">
        <div className={classes.fields}>
          {scripts.map(({ key, label, note }) => (
            <div key={key}>
              <p className={classes.editorLabel}>{label}</p>
              <p className={classes.note}>{note}</p>
              <div className={classes.editor}>
                <CodeEditor
                  label={label}
                  language="shell"
                  diagnostics={noDiagnostics}
                  isReadOnly={isReadOnly}
                  value={draft[key]}
                  onChange={(script) => edit({ [key]: script })}
                />
              </div>
              {problems[key] && <p className={classes.problem}>{problems[key]}</p>}
            </div>
          ))}
        </div>
      </Section>
    </div>
  );
}
