import { TomlDiff } from '#console/ui/TomlDiff.tsx';
import classes from './Audit.module.css';
import { type FieldChange, fieldsOf } from './payload-fields.ts';

/** What was written, field by field. */
export function PayloadChanges({ payload }: { payload: Record<string, unknown> }) {
  const fields = fieldsOf(payload);
  if (fields.length === 0) return null;
  return (
    <section aria-label="What changed">
      {fields.map((change) => (
        <div key={change.field} className={classes.change}>
          <h3 className={classes.field}>{change.field}</h3>
          <Change change={change} />
        </div>
      ))}
    </section>
  );
}

function Change({ change: { field, before, after } }: { change: FieldChange }) {
  const isLong = (before ?? '').includes('\n') || (after ?? '').includes('\n');
  if (isLong) return <TomlDiff label={`Change of ${field}`} before={before ?? ''} after={after ?? ''} />;
  return (
    <p className={classes.values}>
      {before !== null && (
        <del className={classes.before}>
          <span className={classes.word}>before</span> <Value text={before} />
        </del>
      )}
      {after !== null && (
        <ins className={classes.after}>
          {before !== null && <span className={classes.word}>after</span>} <Value text={after} />
        </ins>
      )}
      {after === null && <span className={classes.word}>removed</span>}
    </p>
  );
}

const Value = ({ text }: { text: string }) => (text === '' ? <span className={classes.word}>empty</span> : text);
