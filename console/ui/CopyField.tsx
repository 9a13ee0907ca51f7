import { CopyButton } from '#console/ui/CopyButton.tsx';
import classes from './CopyField.module.css';

/** One value to copy: a link, an id, a token. */
export function CopyField({ label, value }: { label: string; value: string }) {
  return (
    <div className={classes.field}>
      <span className={classes.label}>{label}</span>
      <div className={classes.box}>
        <code className={classes.value}>{value}</code>
        <CopyButton value={value} label={`Copy: ${label}`} />
      </div>
    </div>
  );
}
